// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `pause`, `continue` and `resync`.
#pragma once

#include "config/store.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/subjects.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct VerbResult {
    std::vector<MirrorName> mirrors;
    bool changed = false; // false: it was so already
    std::string full_because; // of a resync that has to be full, see ops::full_because()
    std::string untold;       // a node that did not answer: its side stays as it is
    std::string ended_there = {}; // a node on which a person had paused it, too: that is over with this
    bool was_paused = false;  // by a person on this node
    bool daemon = true;       // mirror-netd runs on this node, so that a link can come
    bool forgets = false;     // until the resync has ended nothing tells any more what each side wrote
};

// Error(refused) that names `up`.
void require_active(nl::Kernel& kernel, const std::string& volume, const VolumeId& id);
bool waits_for_person(const nl::MirrorRecord& record); // paused, and does not go on by itself
// Error(refused) that names `resync`.
void require_not_broken(const nl::MirrorRecord& record, const MirrorName& mirror);
bool is_target(nl::Kernel& kernel, const MirrorName& mirror);

VerbResult pause(const ConfigStore& store, const Subject& subject);

struct ContinueOptions {
    bool confirmed = false; // also where a copy is overwritten as a whole (rolled-back)
    bool pass_on = true;    // ask the other node to do the same, if it is there
    bool broken_too = false; // on a target: what it holds may be overwritten, whatever it is
};

// Ends what a person has to end on both sides.
VerbResult continue_(const ConfigStore& store, const Subject& subject,
                     const ContinueOptions& options);

struct ResyncOptions {
    bool full = false;
    bool verify = false;    // compare checksums, and send what differs
    bool confirmed = false; // also where the mirror is mirroring
    bool pass_on = true;    // from the target's node to the source's; two never play ball
};

// From the target's node it is passed on to the source.
VerbResult resync(const ConfigStore& store, const Subject& subject,
                  const ResyncOptions& options);

} // namespace mirrornet::ops
