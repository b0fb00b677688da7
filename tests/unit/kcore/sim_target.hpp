// SPDX-License-Identifier: GPL-2.0-or-later
// The target of the simulation: applies frames in order, flushes now and then.
#pragma once

#include "sim_disk.hpp"

#include <deque>

namespace kcore::sim {

// What a test may break on purpose: the checks must notice.
enum class Sabotage {
    none,
    stable_without_flush,    // I4
    clear_without_flush,     // I2
    clear_without_bitmap,    // I2
    pending_before_sequence, // I3
    forget_unapplied,        // I3, at the loss of a link
    forget_intents,          // at the restart of a source
};

struct Frame {
    u8 type;
    u64 sequence, block, value;
};

// What survives a power cut besides the data.
struct Identity {
    u64 generation = 0, base = 0, old_base = 0;
    u64 history[MN_HISTORY]{};
    bool inconsistent = false, fresh = false;
};

mn_facts facts_of(const Identity &identity, u8 role);

class Target {
public:
    Target(u64 blocks, Sabotage sabotage) : disk(blocks), sabotage_(sabotage) { identity.fresh = true; }

    void connected() { frames.clear(), applied = stable = 0; }
    void apply_one();
    void flush();
    // What had arrived may still be applied, in part.
    void link_lost(Random &random);
    void power_cut(Random &random);

    Disk disk;
    Identity identity;
    std::deque<Frame> frames;
    u64 applied = 0, stable = 0;

private:
    Sabotage sabotage_;
};

}  // namespace kcore::sim
