// SPDX-License-Identifier: GPL-2.0-or-later
//
// One handover, seen from the node that gives its role (docs/takeover.md).
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/gate.hpp"
#include "ops/volume/mirror_verbs.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet::ops {

// What the other node's `status` says of the volume.
nlohmann::json volume_there(const ConfigStore& store, const MirrorName& mirror);

// Error(refused) where it was handed over to another one: whether that took it is not known, so it cannot
// be given to a third meanwhile.
void require_handed_to(const ConfigStore& store, const nl::VolumeRecord& now, const MirrorName& mirror);

// This node is the source. All that is named here must outlive it.
class Giving {
public:
    using Handover = nl::Kernel::Handover;

    Giving(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
           const MirrorName& mirror);

    // Before anything is changed.
    void check();
    Handover give(const ChangeoverOptions& options); // both steps that follow
    void close(std::chrono::seconds wait);
    Handover hand_over(const ChangeoverOptions& options); // an Error: it is open again
    std::string put_back() { return gate_.put_back(); } // empty, or why it stays locked
    // Until it is known what became of it. An Error: this node is the source, or nobody knows.
    void settle(const Handover& which);
    // This node shall be the source after all. False: the other one has taken the role.
    bool cancel(const Handover& which);

private:
    void require_operate() const;
    void check_there() const;
    void call(const std::string& method, const Handover& which);
    // True: it will not take it, durably. False: it has.
    bool was_refused(const Handover& which, const std::string& because);
    [[noreturn]] void take_back(const Handover& which, const Error& error);

    const ConfigStore& store_;
    nl::Kernel& kernel_;
    MirrorName mirror_;
    Gate gate_;
};

} // namespace mirrornet::ops
