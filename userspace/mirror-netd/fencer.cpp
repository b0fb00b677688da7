// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/fencer.hpp"

#include "base/error.hpp"
#include "mirror-netd/log.hpp"
#include "nl/kernel.hpp"
#include "ops/peer.hpp"

#include <algorithm>
#include <utility>

namespace mirrornet::netd {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

ops::Facts facts_of(const WantedFence& fence, const std::string& self, const std::string& volume,
                    const std::string& peer)
{
    return {{"MIRROR_NET_EVENT", "fence-wanted"},
            {"MIRROR_NET_NODE", self},
            {"MIRROR_NET_VOLUME", volume},
            {"MIRROR_NET_VOLUME_UUID", fence.mirror.first.to_string()},
            {"MIRROR_NET_PEER", peer},
            {"MIRROR_NET_PEER_UUID", fence.mirror.second.to_string()},
            {"MIRROR_NET_MIRROR", volume + "@" + peer},
            {"MIRROR_NET_REASON", std::string(to_string(fence.reason))},
            {"MIRROR_NET_GENERATION", fmt::format("{:016x}", fence.generation)},
            {"MIRROR_NET_TIMEOUT_MS", std::to_string(fence.timeout.count())}};
}

// A link on which the copy may catch up before time is up.
bool has_link(const nl::MirrorRecord& mirror)
{
    return mirror.link == LinkState::negotiating ||
           (mirror.link == LinkState::up && mirror.resync.waits_for != ResyncWait::turn);
}

WantedFence wanted_fence(const nl::MirrorRecord& mirror)
{
    return {{mirror.volume, mirror.peer},
            mirror.fence_generation,
            milliseconds(mirror.fence_timeout_ms),
            has_link(mirror),
            mirror.reason};
}

} // namespace

std::vector<WantedFence> KernelFences::wanted()
try {
    std::vector<WantedFence> all;
    nl::Kernel kernel;
    for (const auto& mirror : kernel.mirrors())
        if (mirror.fence == Fence::wanted)
            all.push_back(wanted_fence(mirror));
    return all;
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    return {};
}

void KernelFences::confirm(const WantedFence& fence)
{
    nl::Kernel().mirror_fenced(fence.mirror.first, fence.mirror.second, fence.generation);
}

milliseconds patience_with_peer(milliseconds timeout)
{
    return std::min({timeout, std::max(timeout / 3, milliseconds(2000)),
                     ops::Peer::answer_time});
}

Fencer::Fencer(const ConfigStore& store, FenceKernel& kernel, AskPeer ask, FenceSettings settings,
               int cancel)
    : store_(store), kernel_(kernel), ask_(std::move(ask)), settings_(std::move(settings)),
      cancel_(cancel), directory_(settings_.directory, settings_.owner, log_hook)
{
}

void Fencer::refresh()
{
    for (const auto& fence : kernel_.wanted()) {
        const Key key{fence.mirror, fence.generation};
        const std::lock_guard lock(mutex_);
        if (running_.contains(key))
            continue;
        if (workers_.start([this, fence] { run(fence); })) // else with the next refresh
            running_.insert(key);
    }
}

// In a thread of its own, as is everything below.
void Fencer::run(const WantedFence& fence)
{
    try {
        see_to(fence, Deadline(fence.timeout, cancel_));
    } catch (const std::exception& error) {
        log(Priority::error, "no fence: {}", error.what());
    }
    const std::lock_guard lock(mutex_);
    running_.erase({fence.mirror, fence.generation});
}

// Until the kernel knows that somebody confirmed, does not want it any more, or time is up: then
// the kernel does what on-fence-timeout says. What fails is tried again with what is known by
// then: who has confirmed is not asked again, and no hook runs twice.
void Fencer::see_to(const WantedFence& fence, const Deadline& deadline)
{
    auto attempts = names_of(fence);
    while (deadline.left() > milliseconds::zero() && !deadline.cancelled()) {
        try {
            if (is_over(fence, attempts, deadline))
                return;
        } catch (const std::exception& error) {
            complain(attempts, error.what());
        }
        sleep_within(settings_.between, deadline);
    }
}

bool Fencer::is_over(const WantedFence& fence, Attempts& attempts, const Deadline& deadline)
{
    const auto all = kernel_.wanted();
    const auto now = std::ranges::find_if(all, [&](const auto& each) {
        return each.mirror == fence.mirror && each.generation == fence.generation;
    });
    if (now == all.end())
        return true;
    if (now->linked)
        return false;
    if (attempts.confirmed_by.empty() && !try_all(fence, attempts, deadline))
        return false;
    kernel_.confirm(fence);
    log(Priority::notice, "{}: {}: writes go on without it", attempts.mirror,
        attempts.confirmed_by);
    return true;
}

void Fencer::complain(Attempts& attempts, const std::string& what)
{
    if (attempts.complaints.insert(what).second)
        log(Priority::warning, "{}: writes wait, since the copy there may be promoted: {}",
            attempts.mirror, what);
}

bool Fencer::try_all(const WantedFence& fence, Attempts& attempts, const Deadline& deadline)
{
    return peer_confirms(fence, attempts) || a_hook_confirms(fence, attempts, deadline);
}

bool Fencer::peer_confirms(const WantedFence& fence, Attempts& attempts)
try {
    ask_(attempts.node, fence, patience_with_peer(fence.timeout));
    attempts.confirmed_by = fmt::format("node {} has marked its copy outdated", attempts.node);
    return true;
} catch (const Error& error) {
    complain(attempts, error.what());
    return false;
}

// The first that says so is enough.
bool Fencer::a_hook_confirms(const WantedFence& fence, Attempts& attempts,
                             const Deadline& deadline)
{
    const auto facts = facts_of(fence, store_.load_node().name,
                                store_.display_name(fence.mirror.first), attempts.node);
    const auto programs = directory_.programs();
    if (std::exchange(attempts.hooks_ran, true)) // from here on, whatever fails
        return false;
    for (const auto& path : programs) {
        const auto name = path.filename().string();
        if (deadline.left() == milliseconds::zero() || deadline.cancelled())
            return false;
        std::string failure;
        try {
            failure = ops::run_hook(path, facts, deadline.left(), cancel_, log_hook);
        } catch (const Error& error) { // no such interpreter, for one
            failure = error.what();
        }
        if (failure.empty()) {
            attempts.confirmed_by =
                fmt::format("hook {} says that this copy will not be promoted", name);
            return true;
        }
        log(Priority::warning, "{}: hook {} does not confirm that this copy will not be promoted: "
            "{}", attempts.mirror, name, failure);
    }
    return false;
}

Fencer::Attempts Fencer::names_of(const WantedFence& fence) const
{
    const auto peer = store_.find_peer(fence.mirror.second);
    Attempts attempts;
    attempts.node = peer ? peer->name : fence.mirror.second.to_string();
    attempts.mirror = store_.display_name(fence.mirror.first) + "@" + attempts.node;
    return attempts;
}

} // namespace mirrornet::netd
