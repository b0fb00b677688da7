// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "remote/rpc.hpp"

namespace mirrornet::netd {

// Everything that another node may ask of this one.
void register_methods(RpcDispatcher& methods);

} // namespace mirrornet::netd
