// SPDX-License-Identifier: GPL-2.0-or-later
// The module's track with memory of its own, for so few blocks that a word holds them.
#pragma once

#include "core.hpp"
#include "disk.hpp"

#include <cstdlib>

namespace sim {

class Track {
public:
    Track() { mn_track_init(&track_, blocks, dirty_, tables_[0], tables_[1]); }
    ~Track()
    {
        mn_track_give_up(&track_);
        trim();
        while (track_.spares)
            std::free(track_.spare[--track_.spares]);
    }
    Track(const Track &) = delete;
    Track &operator=(const Track &) = delete;

    bool is_dirty(unsigned int block) const { return mn_track_all_dirty(&track_, block, block); }
    bool any_dirty() const { return track_.dirty_bits; }
    unsigned int next_dirty(unsigned int from) const { return static_cast<unsigned int>(mn_track_next_dirty(&track_, from)); }
    void set_dirty(unsigned int block) { mn_track_set_dirty(&track_, block, block); }
    void set_all() { mn_track_set_dirty(&track_, 0, blocks - 1); }
    void or_dirty(Bits bits) { mn_track_or_dirty(&track_, 0, blocks, reinterpret_cast<const u8 *>(&bits)); }
    void give_up() { mn_track_give_up(&track_); }
    void stable(u64 stable, u64 last) { mn_track_stable(&track_, stable, last, [](void *, u64, u64) {}, nullptr); }

    void set_pending(unsigned int block)
    {
        while (!mn_track_set_pending(&track_, block, block))
            mn_track_add_spare(&track_, static_cast<unsigned long *>(std::calloc(1, MN_TRACK_PAGE_BYTES)));
    }
    // The cursor takes it, or a copy settles.
    void take(unsigned int block)
    {
        set_pending(block);
        mn_track_clear_dirty(&track_, block, block);
    }
    void empty()
    {
        mn_track_give_up(&track_);
        mn_track_clear_dirty(&track_, 0, blocks - 1);
    }
    Bits all() const
    {
        Bits bits = 0;

        mn_track_union(&track_, 0, blocks, reinterpret_cast<u8 *>(&bits));
        return bits;
    }

private:
    void trim()
    {
        while (unsigned long *page = mn_track_take_free(&track_))
            std::free(page);
    }

    unsigned long dirty_[1]{};
    unsigned long *tables_[2][1]{};
    mn_track track_;
};

}  // namespace sim
