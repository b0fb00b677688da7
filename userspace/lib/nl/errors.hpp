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

// That the module refused, with its own sentence where it sent one.
class Refusal : public Error {
public:
    Refusal(mn_cmd command, int error, std::string extended_ack);
    // The same, naming what was asked about ("volume home"; "": not known).
    Refusal(const Refusal& refused, const std::string& object);

private:
    Refusal(mn_cmd command, int error, std::string extended_ack, const std::string& object);

    mn_cmd command_;
    int error_;
    std::string extended_ack_;
};

} // namespace mirrornet::nl
