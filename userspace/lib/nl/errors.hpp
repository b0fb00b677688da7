// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.hpp"

#include <linux/dm_mirror_net.h>
#include <string>
#include <string_view>

namespace mirrornet::nl {

// What the tool exits with when the module answers a request with this errno.
// The meanings are those of the module's header, not those of system calls.
ExitStatus status_of_refusal(int error) noexcept;

// "lock the volume", "attach a link": for messages.
std::string_view describe(mn_cmd command) noexcept;

// The Error for a refusal: the module's own sentence where it sent one.
Error refusal(mn_cmd command, int error, const std::string& extended_ack);

} // namespace mirrornet::nl
