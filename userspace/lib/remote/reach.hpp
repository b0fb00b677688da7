// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/address.hpp"
#include "remote/tls.hpp"

#include <vector>

namespace mirrornet {

// An authenticated connection to the node with this key, at the first of its addresses, in the
// order given, where it is that node that answers; each gets its share of the time. An Error is
// that of a single address; of several it is Error(unreachable) and says for each why not.
TlsStream reach(const std::vector<Address>& addresses, const NodeId& self, const Key& key,
                const Deadline& deadline);

} // namespace mirrornet
