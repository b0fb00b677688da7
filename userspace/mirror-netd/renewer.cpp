// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/renewer.hpp"

#include "mirror-netd/log.hpp"
#include "remote/link.hpp"

namespace mirrornet::netd {

namespace {

using namespace std::chrono_literals;

// Fewer than an acceptor lets in of one address.
constexpr std::size_t most_attempts = 4;
// Less than the kernel waits before it says a wish again.
constexpr auto attempt_time = 8s;

} // namespace

Renewer::Renewer(const ConfigStore& store, KernelView& kernel, int cancel)
    : store_(store), kernel_(kernel), cancel_(cancel), workers_(most_attempts)
{
}

void Renewer::renew(const NodeConfig& self, const MirrorKey& mirror)
{
    if (!connects(self.id, mirror.second))
        return;
    const std::uint64_t number = random_() | 1; // never 0; only this link knows it
    if (!workers_.start([this, self, mirror, number] { run(self, mirror, number); }))
        log(Priority::notice, "{}: its link is to be renewed, but too many are just now; the kernel "
                              "asks again", store_.display_name(mirror.first));
}

// In a thread of its own.
void Renewer::run(const NodeConfig& self, const MirrorKey& mirror, std::uint64_t number)
{
    const auto volume = store_.display_name(mirror.first);
    try {
        const auto peer = store_.find_peer(mirror.second);
        if (!peer)
            throw Error(ExitStatus::not_found, "the other node is not configured here any more");
        kernel_.attach(initiate_link(self, *peer, store_.load_key(peer->name), mirror.first,
                                     Deadline(attempt_time, cancel_), number));
        log(Priority::info, "{}@{}: new connection handed over, to renew the link", volume, peer->name);
    } catch (const std::exception& error) {
        log(Priority::warning,
            "{}@{}: no new connection for the link: {}. The one that there is goes on", volume,
            mirror.second.to_string(), error.what());
    }
}

} // namespace mirrornet::netd
