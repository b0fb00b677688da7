// SPDX-License-Identifier: GPL-2.0-or-later
// A stream of writes, acknowledged, cut and given up at random, against a model
// that remembers every write: no block that may differ leaves the union.
#include "tracked.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <tuple>

namespace kcore {

struct Write {
    u64 sequence, first, last;
};

class TrackRandom : public Test, public testing::WithParamInterface<std::tuple<u64, u64>> {
protected:
    TrackRandom() : random_(std::get<1>(GetParam())), blocks_(std::get<0>(GetParam())), track_(blocks_) {}

    // Clustered, so that writes meet each other and the edges of words and pages.
    Write some_write()
    {
        static constexpr u64 edges[] = {0, 64, MN_TRACK_SPAN_BITS, MN_TRACK_PAGE_BITS, 2 * MN_TRACK_PAGE_BITS};
        u64 edge = random_.one_in(4) ? random_.range(0, blocks_ - 1) : edges[random_.range(0, 4)];
        u64 from = std::min(blocks_ - 1, edge + random_.range(0, 20) - std::min<u64>(edge, 10));
        u64 length = random_.one_in(50) ? random_.range(1, 1024) : random_.range(1, 17);

        return {0, from, std::min(blocks_ - 1, from + length - 1)};
    }

    void step_write();
    void step_apply();
    void step_stable();
    void step_dirty();
    void step_clean();
    void step_or();
    void step_give_up();
    void compare_window(u64 first, u64 last);

    Random random_;
    u64 blocks_;
    Tracked track_;
    std::set<u64> dirty_;
    std::map<u64, u64> unstable_;  // block: sequence of the last applied write to it
    std::deque<Write> sent_;       // not yet applied
    u64 sequence_ = 0, applied_ = 0, stable_ = 0;
    unsigned int cleared_ = 0;
};

void TrackRandom::step_write()
{
    Write write = some_write();

    write.sequence = ++sequence_;
    sent_.push_back(write);
}

void TrackRandom::step_apply()
{
    for (u64 count = std::min<u64>(sent_.size(), random_.range(1, 4)); count; count--) {
        Write write = sent_.front();

        sent_.pop_front();
        applied_ = write.sequence;
        track_.set_pending(write.first, write.last);
        for (u64 block = write.first; block <= write.last; block++)
            unstable_[block] = write.sequence;
    }
}

// Bits that left the union must have been reported in a span that holds them.
void TrackRandom::step_stable()
{
    std::vector<bool> before = track_.union_of(0, static_cast<u32>(blocks_));

    stable_ = random_.range(stable_, applied_);
    std::erase_if(unstable_, [&](auto &entry) { return entry.second <= stable_; });
    track_.stable(stable_, sequence_);
    std::vector<bool> after = track_.union_of(0, static_cast<u32>(blocks_));

    for (u64 block = 0; block < blocks_; block++) {
        ASSERT_FALSE(after[block] && !before[block]);
        if (after[block] == before[block])
            continue;
        cleared_++;
        ASSERT_EQ(unstable_.count(block), 0u) << "block " << block << " left before it was stable";
        ASSERT_TRUE(std::count(track_.reported.begin(), track_.reported.end(), block & ~(MN_TRACK_SPAN_BITS - 1ull)));
    }
    if (stable_ == sequence_)
        ASSERT_FALSE(mn_track_any_pending(&track_.track, 0, blocks_ - 1));
}

void TrackRandom::step_dirty()
{
    Write span = some_write();
    std::size_t before = dirty_.size();

    for (u64 block = span.first; block <= span.last; block++)
        dirty_.insert(block);
    ASSERT_EQ(mn_track_set_dirty(&track_.track, span.first, span.last), dirty_.size() - before);
}

void TrackRandom::step_clean()
{
    Write span = some_write();
    std::size_t before = dirty_.size();

    dirty_.erase(dirty_.lower_bound(span.first), dirty_.upper_bound(span.last));
    ASSERT_EQ(mn_track_clear_dirty(&track_.track, span.first, span.last), before - dirty_.size());
}

void TrackRandom::step_or()
{
    Write span = some_write();
    std::vector<bool> bits(span.last - span.first + 1);
    std::size_t before = dirty_.size();

    for (std::size_t i = 0; i < bits.size(); i++) {
        bits[i] = random_.one_in(3);
        if (bits[i])
            dirty_.insert(span.first + i);
    }
    ASSERT_EQ(track_.or_dirty(span.first, bits), dirty_.size() - before);
}

// The link is gone: what was sent and not applied is the engine's to mark.
void TrackRandom::step_give_up()
{
    std::vector<bool> before = track_.union_of(0, static_cast<u32>(blocks_));
    u64 added = mn_track_give_up(&track_.track);

    ASSERT_EQ(track_.union_of(0, static_cast<u32>(blocks_)), before);
    for (u64 block = 0; block < blocks_; block++)
        if (before[block])
            added -= dirty_.insert(block).second;
    ASSERT_EQ(added, 0u);
    ASSERT_FALSE(mn_track_any_pending(&track_.track, 0, blocks_ - 1));
    for (const Write &write : sent_)
        for (u64 block = write.first; block <= write.last; block++) {
            mn_track_set_dirty(&track_.track, block, block);
            dirty_.insert(block);
        }
    sent_.clear();
    unstable_.clear();
    sequence_ = applied_ = stable_ = 0;
    track_.trim();
}

void TrackRandom::compare_window(u64 first, u64 last)
{
    std::vector<bool> bits = track_.union_of(first, static_cast<u32>(last - first + 1));
    auto in_window = dirty_.lower_bound(first);
    u64 in_it = static_cast<u64>(std::distance(in_window, dirty_.upper_bound(last)));

    for (u64 block = first; block <= last; block++) {
        bool expected = dirty_.count(block) || track_.pending(block);

        ASSERT_EQ(bits[block - first], expected) << "block " << block;
        ASSERT_TRUE(!unstable_.count(block) || track_.pending(block)) << "block " << block;
    }
    ASSERT_EQ(mn_track_all_dirty(&track_.track, first, last), in_it == last - first + 1);
    ASSERT_EQ(mn_track_next_dirty(&track_.track, first), in_window == dirty_.end() ? blocks_ : *in_window);
    ASSERT_EQ(track_->dirty_bits, dirty_.size());
}

TEST_P(TrackRandom, NoBlockThatMayDifferLeavesTheUnion)
{
    for (int step = 0; step < 20000 && !HasFatalFailure(); step++) {
        switch (random_.range(0, 12)) {
        case 0: case 1: case 2: case 3: step_write(); break;
        case 4: case 5: case 6: step_apply(); break;
        case 7: step_dirty(); break;
        case 8: case 9: step_clean(); break;
        case 10: step_or(); break;
        case 11: if (random_.one_in(8)) step_stable(); break;
        default: if (random_.one_in(60)) step_give_up(); break;
        }
        Write window = some_write();

        compare_window(window.first, std::min(window.last, window.first + 100));
    }
    if (blocks_ > 1)
        EXPECT_GT(cleared_, 100u);
}

INSTANTIATE_TEST_SUITE_P(Sizes, TrackRandom,
                         testing::Values(std::tuple<u64, u64>{1, 5}, std::tuple<u64, u64>{100, 6},
                                         std::tuple<u64, u64>{2 * MN_TRACK_PAGE_BITS + 77, 7},
                                         std::tuple<u64, u64>{2 * MN_TRACK_PAGE_BITS + 77, 8}));

}  // namespace kcore
