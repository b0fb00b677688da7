// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

namespace mirrornet {

inline constexpr std::string_view tool_version = MIRROR_NET_VERSION;

} // namespace mirrornet
