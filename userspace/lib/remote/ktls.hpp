// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/fd.hpp"
#include "remote/tls.hpp"

namespace mirrornet {

// Whether the kernel has TLS for TCP sockets; loads its module where it can.
bool kernel_has_tls();

// Installs a key on a connection to itself, so that the kernel loads and tests its
// cipher now (which may take seconds) and not while a peer waits. Error says what
// is missing.
void warm_up_kernel_tls();

// The connection goes on in the kernel, record for record where userspace ended:
// plain reads and writes of the returned socket are encrypted. Nothing may be
// unread, and nobody may send before both sides are through, but whoever was
// promised the first word.
UniqueFd hand_to_kernel_tls(TlsStream stream);

// The same socket without TLS, for pairs that both consented to `encryption none`.
UniqueFd hand_to_kernel_plain(TlsStream stream);

} // namespace mirrornet
