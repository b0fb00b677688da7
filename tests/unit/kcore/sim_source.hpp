// SPDX-License-Identifier: GPL-2.0-or-later
// The source of the simulation: the module's write path in a few lines, on the
// real regions, track and generations.
#pragma once

#include "sim_target.hpp"
#include "tracked.hpp"

#include <memory>
#include <set>
#include <string>

namespace kcore::sim {

constexpr u64 blocks = 160, region_blocks = 4;
constexpr u32 region_limit = 16;

struct LocalWrite {
    u64 block, value;
};

class Source {
public:
    Source(Random &random, Target &target, Sabotage sabotage);

    // What may happen next; each does nothing where it cannot be.
    void write();
    void finish_write();
    void resync_one();
    void receive_ack();
    void clear_cold_region();
    void write_back();
    void connect();
    void lose_link();
    void power_cut();

    // Everything that may differ after any power cut is durably marked; what may
    // differ now is known. Empty, or what is wrong.
    std::string fault() const;
    bool idle() const { return mirroring_ && unapplied_.empty() && writes_.empty() && target_.frames.empty(); }
    bool mirroring() const { return mirroring_; }

    Disk disk;

private:
    void boot();
    bool enter_region(u64 region);
    u64 queue(u8 type, u64 block, u64 value);
    bool may_differ(u64 block) const;
    bool is_writing(u64 block) const;
    bool is_unapplied(u64 block) const;

    Random &random_;
    Target &target_;
    Sabotage sabotage_;

    // durable
    Identity identity_;
    std::set<u64> intents_;
    std::vector<bool> bitmap_;

    // lost in a power cut
    std::unique_ptr<Tracked> track_;
    std::vector<u64> regions_memory_;
    mn_regions regions_;
    std::vector<LocalWrite> writes_;
    std::deque<Frame> unapplied_;
    u64 sequence_ = 0, now_ = 0, last_value_ = 0, sync_end_ = 0;
    bool connected_ = false, mirroring_ = false, may_open_ = true;
};

}  // namespace kcore::sim
