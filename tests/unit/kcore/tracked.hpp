// SPDX-License-Identifier: GPL-2.0-or-later
// A track with memory of its own, freed as track.h says.
#pragma once

#include "kcore.hpp"

#include <vector>

namespace kcore {

class Tracked {
public:
    explicit Tracked(u64 blocks);
    ~Tracked();
    Tracked(const Tracked &) = delete;
    Tracked &operator=(const Tracked &) = delete;

    mn_track *operator->() { return &track; }

    // As the engine does it: put pages in until they suffice.
    void set_pending(u64 first, u64 last);
    void stable(u64 stable, u64 last_sequence);
    std::vector<bool> union_of(u64 first, u32 count);
    u64 or_dirty(u64 first, const std::vector<bool> &bits);
    bool pending(u64 block) const { return mn_track_any_pending(&track, block, block); }
    void add_spare();
    void trim();

    mn_track track;
    std::vector<u64> reported;  // first blocks of the spans that stable() reported

private:
    std::vector<unsigned long> dirty_;
    std::vector<unsigned long *> table0_, table1_;
};

}  // namespace kcore
