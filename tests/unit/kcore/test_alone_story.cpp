// SPDX-License-Identifier: GPL-2.0-or-later
// Two nodes that crash, come up, are cut off, promoted and written, in every order up to a length: what
// is opened alone by boot-alone is judged by what really happened (SPEC 6, I6, I7).
#include "kcore.hpp"

#include <cstring>
#include <set>
#include <string>

namespace kcore {

struct Node {
    mn_super super;
    bool up, open;
    bool went_on; // open without the other since both were equal: the truth, whatever is on record
    bool wrote;   // ... and written
};

struct World {
    Node node[2];
    bool linked;
    u64 fresh = 100;
};

// What is looked for; each is counted, so that a story without it is noticed.
struct Seen {
    unsigned opened_alone = 0, agreed = 0, yielded = 0, split = 0;
    unsigned made_a_split = 0;      // opened alone beside a source, and had not gone on before
    unsigned lost_writes = 0;       // who yields had written alone
    unsigned replicating_pairs = 0; // a stream between two sources
};

static mn_facts facts_of(const Node &node)
{
    mn_facts facts{};
    const mn_super &super = node.super;
    const mn_slot &slot = super.slot[0];

    memcpy(facts.node_uuid, super.node_uuid, MN_UUID_LEN);
    facts.sectors = 1024;
    facts.sector_size = 512;
    facts.role = super.role;
    facts.data_state = super.data_state;
    facts.flags = (node.open ? MN_HELLO_F_UNLOCKED : 0) |
                  (super.flags & MN_SUPER_F_MOVED_ON ? MN_HELLO_F_MOVED_ON : 0) |
                  (slot.flags & MN_SLOT_F_FULL_NEEDED ? MN_HELLO_F_FULL_NEEDED : 0);
    facts.generation = super.generation;
    facts.base = slot.base;
    facts.old_base = slot.old_base;
    memcpy(facts.history, super.history, sizeof(facts.history));
    return facts;
}

class Story {
public:
    // `blind`: safe takes every copy for outdated, as no version may.
    Story(u32 alone, bool blind = false) : alone_(alone), blind_(blind) {}

    const Seen &tell(unsigned steps)
    {
        World world{};

        for (int i = 0; i < 2; i++)
            begin(world.node[i], i);
        world.linked = world.node[0].open = true;
        go_on(world, steps);
        return seen_;
    }

private:
    static void begin(Node &node, int i)
    {
        mn_super &super = node.super;

        node.up = true;
        super.node_uuid[0] = static_cast<u8>(i + 1);
        super.role = i ? MN_ROLE_TARGET : MN_ROLE_SOURCE;
        super.data_state = MN_DATA_CURRENT;
        super.flags = i ? 0 : MN_SUPER_F_MOVED_ON;
        super.generation = 7;
        super.slot[0].used = true;
        super.slot[0].base = super.slot[0].old_base = 7;
    }

    void go_on(const World &now, unsigned steps)
    {
        if (!steps || !told_.insert(key(now) + char('0' + steps)).second)
            return;
        for (int i = 0; i < 2; i++)
            for (auto step : {&Story::write, &Story::crash, &Story::start, &Story::boots_alone, &Story::promote}) {
                World next = now;

                if ((this->*step)(next, i))
                    go_on(next, steps - 1);
            }
        for (auto step : {&Story::cut, &Story::meet}) {
            World next = now;

            if ((this->*step)(next))
                go_on(next, steps - 1);
        }
    }

    static std::string key(const World &world)
    {
        std::string text;

        for (const Node &node : world.node) {
            const mn_super &super = node.super;

            text += std::to_string(node.up + 2 * node.open + 4 * node.went_on + 8 * node.wrote) + ',' +
                    std::to_string(super.role) + std::to_string(super.data_state) + std::to_string(super.flags) +
                    ',' + std::to_string(super.generation) + ',' + std::to_string(super.slot[0].base) + ',' +
                    std::to_string(super.slot[0].old_base) + ',';
            for (u64 each : super.history)
                text += std::to_string(each) + '.';
        }
        return text + (world.linked ? "linked" : "");
    }

    static bool is_source(const Node &node) { return node.super.role == MN_ROLE_SOURCE; }

    // commit_open(): a new generation, if the other may have the present one.
    void open(World &world, Node &node)
    {
        mn_super &super = node.super;

        if (!world.linked && mn_generation_may_be_held(super.generation, super.slot[0].base, super.slot[0].old_base))
            mn_generation_advance(&super.generation, super.history, world.fresh++);
        node.open = true;
        node.went_on |= !world.linked;
    }

    bool write(World &world, int i)
    {
        Node &node = world.node[i];

        if (!node.open)
            return false;
        node.super.flags |= MN_SUPER_F_MOVED_ON;
        node.wrote |= !world.linked;
        return true;
    }

    // The loss of a target that was in sync is on record before anything else is written.
    bool cut(World &world)
    {
        if (!world.linked)
            return false;
        world.linked = false;
        for (Node &node : world.node)
            if (node.open) {
                node.super.flags |= MN_SUPER_F_MOVED_ON;
                mn_generation_advance(&node.super.generation, node.super.history, world.fresh++);
                node.went_on = true;
            }
        return true;
    }

    bool crash(World &world, int i)
    {
        if (!world.node[i].up)
            return false;
        world.node[i].up = world.node[i].open = false;
        cut(world);
        return true;
    }

    bool start(World &world, int i)
    {
        if (world.node[i].up)
            return false;
        world.node[i].up = true;
        return true;
    }

    bool waits(const World &world, int i) const
    {
        return world.node[i].up && !world.node[i].open && is_source(world.node[i]);
    }

    u8 decide(const World &world, int i, bool agreed) const
    {
        mn_boot_facts facts{};

        facts.role = world.node[i].super.role;
        facts.lock_reason = MN_LOCK_WAIT_PEER;
        facts.mirrors = 1;
        facts.agreed = agreed;
        facts.outdated = blind_ ? 1 : mn_boot_outdated(&world.node[i].super);
        facts.waited = true;
        facts.alone = alone_;
        return mn_boot_decide(&facts);
    }

    bool boots_alone(World &world, int i)
    {
        if (!waits(world, i) || world.linked || decide(world, i, false) != MN_BOOT_ALONE)
            return false;
        seen_.opened_alone++;
        seen_.made_a_split += is_source(world.node[1 - i]) && !world.node[i].went_on;
        open(world, world.node[i]);
        return true;
    }

    bool promote(World &world, int i)
    {
        Node &node = world.node[i];

        if (!node.up || world.linked || node.super.role != MN_ROLE_TARGET || node.super.data_state != MN_DATA_CURRENT)
            return false;
        mn_handover_promote(&node.super, world.fresh++);
        open(world, node);
        return true;
    }

    void yield(World &world, int i, mn_yield how)
    {
        Node &node = world.node[i];

        if (how == MN_YIELD_UNWRITTEN && !mn_handover_is_unwritten(&node.super))
            return;
        seen_.yielded++;
        seen_.lost_writes += node.wrote;
        node.open = node.went_on = false;
        mn_handover_yield(&node.super, how == MN_YIELD_UNWRITTEN);
    }

    void mirror(World &world, int s)
    {
        mn_super &source = world.node[s].super, &target = world.node[1 - s].super;

        seen_.replicating_pairs += target.role != MN_ROLE_TARGET;
        world.linked = true;
        if (!world.node[s].open) {
            EXPECT_EQ(decide(world, s, true), MN_BOOT_OPENS);
            seen_.agreed++;
            open(world, world.node[s]);
        }
        mn_generation_advance(&target.generation, target.history, source.generation);
        target.data_state = MN_DATA_CURRENT;
        for (int i = 0; i < 2; i++) {
            mn_slot &slot = world.node[i].super.slot[0];

            slot.base = slot.old_base = source.generation;
            slot.flags = 0;
            world.node[i].went_on = world.node[i].wrote = false;
        }
    }

    // Both try a link: a verdict, alike at both ends.
    bool meet(World &world)
    {
        if (world.linked || !world.node[0].up || !world.node[1].up)
            return false;
        const mn_facts a = facts_of(world.node[0]), b = facts_of(world.node[1]);
        const mn_verdict verdict = mn_generation_decide(&a, &b);
        const mn_yield yields[] = {mn_generation_yields(&a, &b), mn_generation_yields(&b, &a)};

        seen_.split += verdict.kind == MN_VERDICT_SPLIT_BRAIN;
        for (int i = 0; i < 2; i++)
            if (yields[i])
                yield(world, i, yields[i]);
        if (verdict.kind == MN_VERDICT_PARTIAL || verdict.kind == MN_VERDICT_FULL)
            mirror(world, verdict.source);
        return true;
    }

    u32 alone_;
    bool blind_;
    Seen seen_;
    std::set<std::string> told_;
};

constexpr unsigned steps = 13;

TEST(AloneStory, SafeMakesNoSplitBrainThatWasNotThere)
{
    const Seen seen = Story(MN_BOOT_ALONE_SAFE).tell(steps);

    EXPECT_EQ(seen.made_a_split, 0u);
    EXPECT_EQ(seen.replicating_pairs, 0u);
    EXPECT_EQ(seen.lost_writes, 0u);
    EXPECT_GT(seen.opened_alone, 0u);
    EXPECT_GT(seen.agreed, 0u);
    EXPECT_GT(seen.yielded, 0u);
    EXPECT_GT(seen.split, 0u) << "both may have written before";
}

// A person asked for that; but no two sources ever replicate, and nothing written is overwritten unasked.
TEST(AloneStory, SourceMayMakeOneButNothingReplicates)
{
    const Seen seen = Story(MN_BOOT_ALONE_SOURCE).tell(steps);

    EXPECT_GT(seen.made_a_split, 0u);
    EXPECT_GT(seen.split, 0u);
    EXPECT_EQ(seen.replicating_pairs, 0u);
    EXPECT_EQ(seen.lost_writes, 0u);
}

TEST(AloneStory, LockedNeverOpensAlone)
{
    const Seen seen = Story(MN_BOOT_ALONE_LOCKED).tell(steps);

    EXPECT_EQ(seen.opened_alone, 0u);
    EXPECT_GT(seen.agreed, 0u);
    EXPECT_GT(seen.yielded, 0u);
}

// The stories are told far enough to see one that opens whatever is on record.
TEST(AloneStory, WithoutTheRecordItIsNoticed)
{
    EXPECT_GT(Story(MN_BOOT_ALONE_SAFE, true).tell(steps).made_a_split, 0u);
}

}  // namespace kcore
