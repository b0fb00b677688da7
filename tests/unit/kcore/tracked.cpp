// SPDX-License-Identifier: GPL-2.0-or-later
#include "tracked.hpp"

#include <cstdlib>

namespace kcore {

// Exactly as many words and tables as it may touch: the sanitizer sees the rest.
Tracked::Tracked(u64 blocks)
    : dirty_((blocks + 63) / 64), table0_((blocks + MN_TRACK_PAGE_BITS - 1) / MN_TRACK_PAGE_BITS),
      table1_(table0_.size())
{
    dirty_.shrink_to_fit();
    mn_track_init(&track, blocks, dirty_.data(), table0_.data(), table1_.data());
}

Tracked::~Tracked()
{
    mn_track_give_up(&track);
    trim();
    while (track.spares)
        std::free(track.spare[--track.spares]);
}

void Tracked::add_spare()
{
    mn_track_add_spare(&track, static_cast<unsigned long *>(std::calloc(1, MN_TRACK_PAGE_BYTES)));
}

void Tracked::trim()
{
    while (unsigned long *page = mn_track_take_free(&track))
        std::free(page);
}

void Tracked::set_pending(u64 first, u64 last)
{
    while (!mn_track_set_pending(&track, first, last)) {
        ASSERT_GT(mn_track_spares_wanted(&track), 0u) << "full spares must suffice";
        add_spare();
    }
}

void Tracked::stable(u64 stable, u64 last_sequence)
{
    auto cleared = [](void *context, u64 first, u64 count) {
        auto *self = static_cast<Tracked *>(context);

        EXPECT_EQ(first % MN_TRACK_SPAN_BITS, 0u);
        EXPECT_TRUE(count == MN_TRACK_SPAN_BITS || first + count == self->track.blocks);
        self->reported.push_back(first);
    };

    reported.clear();
    mn_track_stable(&track, stable, last_sequence, cleared, this);
}

std::vector<bool> Tracked::union_of(u64 first, u32 count)
{
    std::vector<u8> bytes((count + 7) / 8, 0xaa);
    std::vector<bool> bits(count);

    bytes.shrink_to_fit();
    mn_track_union(&track, first, count, bytes.data());
    for (u32 i = 0; i < bytes.size() * 8; i++) {
        bool set = bytes[i / 8] >> (i % 8) & 1;

        if (i < count)
            bits[i] = set;
        else
            EXPECT_FALSE(set) << "padding of the last byte";
    }
    return bits;
}

u64 Tracked::or_dirty(u64 first, const std::vector<bool> &bits)
{
    std::vector<u8> bytes((bits.size() + 7) / 8, 0);

    for (std::size_t i = 0; i < bytes.size() * 8; i++)
        if (i >= bits.size() || bits[i])  // what lies beyond the end must be ignored
            bytes[i / 8] |= 1 << i % 8;
    return mn_track_or_dirty(&track, first, static_cast<u32>(bits.size()), bytes.data());
}

}  // namespace kcore
