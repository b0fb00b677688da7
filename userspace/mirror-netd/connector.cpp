// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/connector.hpp"

#include "mirror-netd/log.hpp"
#include "ops/peer.hpp"
#include "remote/greeting.hpp"

#include <algorithm>
#include <set>

namespace mirrornet::netd {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Less than an acceptor lets in of one address.
constexpr std::size_t most_attempts = 12;
constexpr auto attempt_time = 10s;

// A link that lasted this long was a success; one that falls at once is tried
// again ever more slowly.
constexpr auto proven = 10s;

// Of the key of an attempt: the links are the other node's to make, it is only asked.
const VolumeId any_volume;

milliseconds until(Connector::Clock::time_point when, Connector::Clock::time_point now)
{
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(when - now));
}

} // namespace

Connector::Connector(const ConfigStore& store, KernelView& kernel, Mailbox& mailbox, int cancel,
                     std::function<void(milliseconds)> wake_in)
    : store_(store), kernel_(kernel), mailbox_(mailbox), cancel_(cancel),
      wake_in_(std::move(wake_in)), workers_(most_attempts)
{
}

void Connector::refresh(const NodeConfig& self)
{
    const auto now = Clock::now();
    std::set<MirrorKey> wanted;
    for (const auto& [volume, peer] : kernel_.missing_links())
        wanted.emplace(connects(self.id, peer) ? volume : any_volume, peer);
    std::erase_if(attempts_, [&](const auto& each) {
        return !wanted.contains(each.first) && !each.second.running &&
               now - each.second.connected > proven;
    });
    auto soonest = Clock::time_point::max();
    for (const auto& mirror : wanted) {
        auto& attempt = attempts_[mirror];
        if (!attempt.running && attempt.due <= now)
            start(self, mirror, attempt);
        if (!attempt.running)
            soonest = std::min(soonest, attempt.due);
    }
    if (soonest != Clock::time_point::max())
        wake_in_(until(soonest, now));
}

void Connector::start(const NodeConfig& self, const MirrorKey& mirror, Attempt& attempt)
{
    attempt.running = workers_.start([this, self, mirror] { run(self, mirror); });
    if (!attempt.running) // all threads are busy
        attempt.due = Clock::now() + Backoff::first;
}

// In a thread of its own, as run(). That the other node is not there is told by the lack of a link.
Connector::Outcome Connector::attempt(const NodeConfig& self, const PeerConfig& peer, const MirrorKey& mirror)
{
    if (mirror.first != any_volume) {
        kernel_.attach(initiate_link(self, peer, store_.load_key(peer.name), mirror.first,
                                     Deadline(attempt_time, cancel_)));
        return Outcome::connected;
    }
    try {
        ops::Peer(store_, peer.name).call("node.info", nlohmann::json::object(), ops::Peer::short_time);
    } catch (const Error& error) {
        if (error.status() == ExitStatus::not_permitted)
            throw;
    }
    return Outcome::theirs;
}

// In a thread of its own.
void Connector::run(const NodeConfig& self, const MirrorKey& mirror)
{
    std::string name = mirror.second.to_string(), failure;
    auto outcome = Outcome::connected;
    try {
        const auto peer = store_.find_peer(mirror.second);
        if (!peer)
            throw Error(ExitStatus::not_found, "this node is not configured here; trust it: "
                                               "mirrorctl node trust");
        name = peer->name;
        outcome = attempt(self, *peer, mirror);
    } catch (const LinkUnwanted&) {
        outcome = Outcome::unwanted;
    } catch (const std::exception& error) {
        outcome = Outcome::failed;
        failure = error.what();
    }
    mailbox_.post([=, this] { ended(mirror, name, outcome, failure); });
}

void Connector::ended(const MirrorKey& mirror, const std::string& peer, Outcome outcome,
                      const std::string& failure)
{
    const auto now = Clock::now();
    auto& attempt = attempts_[mirror];
    attempt.running = false;
    if (outcome == Outcome::connected && now - attempt.connected > proven)
        attempt.backoff.reset();
    const auto pause = attempt.backoff.next(random_);
    attempt.due = now + pause;
    if (outcome == Outcome::connected) {
        attempt.connected = now;
        log(Priority::info, "{}@{}: link connected", store_.display_name(mirror.first), peer);
    } else if (outcome == Outcome::failed && failure != attempt.complaint && mirror.first == any_volume) {
        log(Priority::warning, "node {} makes no links: {}", peer, failure);
    } else if (outcome == Outcome::failed && failure != attempt.complaint) {
        log(Priority::warning,
            "{}@{}: no link: {}. The mirror stays paused, writes go on and are queued, or tracked; "
            "trying again by itself",
            store_.display_name(mirror.first), peer, failure);
    }
    attempt.complaint = failure;
    wake_in_(pause);
}

} // namespace mirrornet::netd
