// SPDX-License-Identifier: GPL-2.0-or-later
// Who may touch which sectors: overlapping spans one after the other, in the
// order in which they came; nobody waits for anything else.
#include "kcore.hpp"

#include <algorithm>
#include <list>
#include <vector>

namespace kcore {

struct Owned {
    mn_span span{};
    unsigned int started = 0;
};

static void started(mn_span *span)
{
    reinterpret_cast<Owned *>(span)->started++;
}

class Overlap : public Test {
protected:
    void SetUp() override
    {
        Test::SetUp();
        mn_overlap_init(&overlap_);
    }

    Owned &enter(u64 sector, u32 sectors)
    {
        Owned &owned = all_.emplace_back();

        owned.span.run = started;
        owned.started += mn_overlap_enter(&overlap_, &owned.span, sector, sectors);
        return owned;
    }

    void leave(Owned &owned)
    {
        mn_overlap_leave(&overlap_, &owned.span);
        all_.remove_if([&](const Owned &one) { return &one == &owned; });
    }

    static bool overlapping(const Owned &a, const Owned &b)
    {
        return a.span.start <= b.span.last && b.span.start <= a.span.last;
    }

    // all_ is in the order of entry: exactly those run that no older one overlaps.
    void compare()
    {
        unsigned int waiting = 0;

        for (auto at = all_.begin(); at != all_.end(); ++at) {
            bool blocked = std::any_of(all_.begin(), at, [&](const Owned &older) { return overlapping(older, *at); });

            waiting += blocked;
            ASSERT_EQ(at->started, blocked ? 0u : 1u);
        }
        ASSERT_EQ(overlap_.waiting, waiting);
        ASSERT_EQ(RB_EMPTY_ROOT(&overlap_.root.rb_root), all_.empty());
    }

    mn_overlap overlap_;
    std::list<Owned> all_;
};

TEST_F(Overlap, NeighboursDoNotWait)
{
    EXPECT_EQ(enter(0, 8).started, 1u);
    EXPECT_EQ(enter(8, 8).started, 1u);
    EXPECT_EQ(enter(7, 1).started, 0u);
    EXPECT_EQ(enter(15, 1).started, 0u);
    EXPECT_EQ(enter(16, 1).started, 1u);
}

TEST_F(Overlap, NobodyOvertakesOneThatWaits)
{
    Owned &first = enter(0, 8), &second = enter(4, 8), &third = enter(10, 8);

    EXPECT_EQ(third.started, 0u) << "it overlaps the second only, which waits";
    leave(first);
    EXPECT_EQ(second.started, 1u);
    EXPECT_EQ(third.started, 0u);
    leave(second);
    EXPECT_EQ(third.started, 1u);
}

TEST_F(Overlap, OneThatWaitsMayLeave)
{
    Owned &first = enter(0, 8), &second = enter(4, 8), &third = enter(10, 8);

    leave(second);
    EXPECT_EQ(first.started, 1u);
    EXPECT_EQ(third.started, 1u);
    EXPECT_EQ(overlap_.waiting, 0u);
}

TEST_F(Overlap, ManyMayGoAtOnce)
{
    Owned &large = enter(0, 1000);
    std::vector<Owned *> small;

    for (u64 sector = 0; sector < 1000; sector += 100)
        small.push_back(&enter(sector, 100));
    leave(large);
    for (Owned *one : small)
        EXPECT_EQ(one->started, 1u);
}

TEST_F(Overlap, AgreesWithTheModel)
{
    Random random(9);
    unsigned int waited = 0;

    for (int step = 0; step < 50000 && !HasFatalFailure(); step++) {
        if (all_.size() < random.range(0, 40)) {
            waited += !enter(random.range(0, 300), static_cast<u32>(random.range(1, 40))).started;
        } else if (!all_.empty()) {
            auto at = std::next(all_.begin(), static_cast<long>(random.range(0, all_.size() - 1)));

            // mostly such that run, as in life; a waiting one now and then
            if (at->started || random.one_in(20))
                leave(*at);
        }
        compare();
    }
    EXPECT_GT(waited, 1000u);
    while (!all_.empty()) {
        leave(all_.front());
        compare();
    }
}

}  // namespace kcore
