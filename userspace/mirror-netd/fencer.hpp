// SPDX-License-Identifier: GPL-2.0-or-later
//
// Sees to it that writes of the kernel which wait for a fence need not wait for long: asks the
// node of the lost copy to mark it outdated, else a hook whether it will not be promoted
// (docs/fence.md).
#pragma once

#include "config/store.hpp"
#include "mirror-netd/kernel_links.hpp"
#include "mirror-netd/workers.hpp"
#include "ops/hooks/directory.hpp"

#include <chrono>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace mirrornet::netd {

// A copy for whose fence writes wait.
struct WantedFence {
    MirrorKey mirror;
    std::uint64_t generation = 0; // which loss
    std::chrono::milliseconds timeout{};
    bool linked = false; // there is a link again: it decides
    Reason reason = Reason::none;
};

// What the fencer needs of the kernel. From any thread.
class FenceKernel {
public:
    virtual ~FenceKernel() = default;
    virtual std::vector<WantedFence> wanted() = 0; // empty without the module
    virtual void confirm(const WantedFence& fence) = 0; // Error(refused): of an older loss
};

class KernelFences : public FenceKernel {
public:
    std::vector<WantedFence> wanted() override;
    void confirm(const WantedFence& fence) override;
};

// Returns when the node has its copy on record as outdated; Error: it has not, as far as is known.
using AskPeer = std::function<void(const std::string& node, const WantedFence& fence,
                                   std::chrono::milliseconds time)>;

struct FenceSettings {
    std::filesystem::path directory; // of hooks
    uid_t owner = 0;
    std::chrono::milliseconds between{1000}; // attempts to ask
};

class Fencer {
public:
    // `cancel`: see Deadline.
    Fencer(const ConfigStore& store, FenceKernel& kernel, AskPeer ask, FenceSettings settings,
           int cancel);

    // Starts with what is wanted and nobody is at; called whenever the kernel said something.
    void refresh();

private:
    struct Attempts { // of one fence
        std::string node, mirror; // names
        std::set<std::string> complaints; // each is said once
        std::string confirmed_by; // who said what; empty: nobody yet
        bool hooks_ran = false;   // once: what they do may be done once only
    };
    using Key = std::pair<MirrorKey, std::uint64_t>;
    void run(const WantedFence& fence);
    void see_to(const WantedFence& fence, const Deadline& deadline);
    bool is_over(const WantedFence& fence, Attempts& attempts, const Deadline& deadline);
    static void complain(Attempts& attempts, const std::string& what);
    bool try_all(const WantedFence& fence, Attempts& attempts, const Deadline& deadline);
    bool peer_confirms(const WantedFence& fence, Attempts& attempts);
    bool a_hook_confirms(const WantedFence& fence, Attempts& attempts, const Deadline& deadline);
    Attempts names_of(const WantedFence& fence) const;

    const ConfigStore& store_;
    FenceKernel& kernel_;
    AskPeer ask_;
    const FenceSettings settings_;
    const int cancel_;
    ops::HookDirectory directory_;
    std::mutex mutex_;
    std::set<Key> running_; // guarded by mutex_
    Workers workers_{16};   // last: they end before the rest goes
};

// How long the node may take to answer: hooks come after it.
std::chrono::milliseconds patience_with_peer(std::chrono::milliseconds timeout);

} // namespace mirrornet::netd
