// SPDX-License-Identifier: GPL-2.0-or-later
// A planned change of roles between two nodes: every order of steps, every message late, twice or
// never, a crash of either node anywhere. At most one of the two is the source (I6).
#include "kcore.hpp"

#include <cstring>
#include <deque>
#include <set>
#include <string>
#include <vector>

namespace kcore {

constexpr u64 most_handovers = 3;

// Two nodes, and every message that was ever sent: each may come at any time, any number of times.
struct World {
    mn_super node[2];
    struct Message {
        int to;
        enum Kind : int { take, refuse, took, refused } kind;
        u64 number, generation;
        auto operator<=>(const Message &) const = default;
    };
    std::set<Message> messages;
    u64 fresh = 100;
};

static mn_super node_of(u8 self, u8 peer, u8 role)
{
    mn_super super{};

    super.node_uuid[0] = self;
    super.role = role;
    super.locked = role == MN_ROLE_SOURCE ? MN_LOCK_NONE : MN_LOCK_TARGET;
    super.data_state = MN_DATA_CURRENT;
    super.generation = 7;
    super.slot[0].used = true;
    super.slot[0].peer_uuid[0] = peer;
    super.slot[0].base = 7;
    super.slot[0].old_base = 7;
    return super;
}

static World world()
{
    World world{};

    world.node[0] = node_of(1, 2, MN_ROLE_SOURCE);
    world.node[1] = node_of(2, 1, MN_ROLE_TARGET);
    return world;
}

// May it be opened, now or after a restart? Not while it does not know who took its role.
static bool may_write(const mn_super &super)
{
    return super.role == MN_ROLE_SOURCE && !mn_handover_is_open(&super);
}

// All that later steps depend on.
static std::string key(const World &world)
{
    std::string text;

    for (const mn_super &super : world.node)
        text += std::to_string(super.role) + ',' + std::to_string(super.locked) + ',' +
                std::to_string(super.data_state) + ',' + std::to_string(super.handover) + ',' +
                std::to_string(super.slot[0].handover) + ',' + std::to_string(super.slot[0].flags) + ',' +
                std::to_string(super.generation) + ';';
    for (const auto &message : world.messages)
        text += std::to_string(message.to) + std::to_string(message.kind) + ',' +
                std::to_string(message.number) + ',' + std::to_string(message.generation) + ' ';
    return text;
}

// What may happen next. A crash is that a step does not follow: what was written stays.
class Steps {
public:
    explicit Steps(bool remembers = true) : remembers_(remembers) {}

    std::vector<World> after(const World &now)
    {
        next_.clear();
        for (int i = 0; i < 2; i++)
            local(now, i);
        for (const auto &message : now.messages)
            deliver(now, message);
        return next_;
    }

private:
    void local(const World &now, int i)
    {
        const char *why = nullptr;
        World lock = now;

        // a person locks or opens the source, as often as he likes
        if (lock.node[i].role == MN_ROLE_SOURCE && !mn_handover_is_open(&lock.node[i])) {
            lock.node[i].locked = lock.node[i].locked == MN_LOCK_NONE ? MN_LOCK_USER : MN_LOCK_NONE;
            next_.push_back(lock);
        }
        World give = now;
        if (give.node[i].handover < most_handovers && in_sync(give, i) &&
            mn_handover_give(&give.node[i], 0, &why) == MN_HANDOVER_DONE)
            next_.push_back(give);
        // as long as it is open, it is asked for, or against
        if (mn_handover_is_open(&now.node[i])) {
            World ask = now;
            const auto &super = now.node[i];

            ask.messages.insert({1 - i, World::Message::take, super.handover, super.generation});
            next_.push_back(ask);
            ask = now;
            ask.messages.insert({1 - i, World::Message::refuse, super.handover, super.generation});
            next_.push_back(ask);
        }
        resync(now, i);
    }

    static bool in_sync(const World &now, int i)
    {
        return now.node[1 - i].role == MN_ROLE_TARGET &&
               now.node[1 - i].generation == now.node[i].generation &&
               now.node[1 - i].data_state == MN_DATA_CURRENT;
    }

    // The target gets what the source has, and its generation.
    void resync(const World &now, int i)
    {
        World done = now;

        if (!may_write(now.node[i]) || now.node[1 - i].role != MN_ROLE_TARGET || in_sync(now, i))
            return;
        done.node[1 - i].generation = now.node[i].generation;
        done.node[1 - i].data_state = MN_DATA_CURRENT;
        next_.push_back(done);
    }

    void deliver(const World &now, const World::Message &message)
    {
        World next = now;
        mn_super &super = next.node[message.to];
        const int from = 1 - message.to;
        const char *why = nullptr;

        switch (message.kind) {
        case World::Message::take:
            if (!remembers_)
                super.slot[0].handover = 0;
            switch (mn_handover_take(&super, 0, message.number, message.generation,
                                     100 * message.number + static_cast<u64>(message.to), &why)) {
            case MN_HANDOVER_NO: return;
            default: next.messages.insert({from, World::Message::took, message.number, 0});
            }
            break;
        case World::Message::refuse:
            switch (mn_handover_refuse(&super, 0, message.number, message.generation, &why)) {
            case MN_HANDOVER_NO:
                if (super.slot[0].handover == message.number && super.slot[0].flags & MN_SLOT_F_TOOK)
                    next.messages.insert({from, World::Message::took, message.number, 0});
                break;
            default: next.messages.insert({from, World::Message::refused, message.number, 0});
            }
            break;
        case World::Message::refused:
            if (mn_handover_take_back(&super, message.number, &why) != MN_HANDOVER_DONE)
                return;
            break;
        case World::Message::took:
            if (!mn_handover_is_open(&super) || super.handover != message.number)
                return;
            mn_handover_yield(&super, false);
        }
        next_.push_back(next);
    }

    bool remembers_;
    std::vector<World> next_;
};

// Walks through all that can happen. Returns how many worlds there are; 0: two sources in one.
static std::size_t explore(Steps steps, bool *swapped)
{
    std::set<std::string> seen;
    std::deque<World> todo{world()};

    while (!todo.empty()) {
        const World now = todo.front();

        todo.pop_front();
        if (!seen.insert(key(now)).second)
            continue;
        if (may_write(now.node[0]) && may_write(now.node[1]))
            return 0;
        *swapped |= may_write(now.node[1]) && now.node[0].role == MN_ROLE_TARGET;
        for (World &next : steps.after(now))
            todo.push_back(std::move(next));
    }
    return seen.size();
}

TEST(Handover, AtMostOneSourceWhateverHappens)
{
    bool swapped = false;
    const auto worlds = explore(Steps(), &swapped);

    EXPECT_GT(worlds, 500u);
    EXPECT_TRUE(swapped);
}

TEST(Handover, WithoutTheMemoryOfRefusalsThereAreTwo)
{
    bool swapped = false;

    EXPECT_EQ(explore(Steps(false), &swapped), 0u);
}

class Answers : public testing::Test {
protected:
    mn_super target_ = node_of(2, 1, MN_ROLE_TARGET);
    const char *why_ = nullptr;

    int take(u64 number = 1, u64 generation = 7)
    {
        return mn_handover_take(&target_, 0, number, generation, 99, &why_);
    }
    int refuse(u64 number = 1, u64 generation = 7)
    {
        return mn_handover_refuse(&target_, 0, number, generation, &why_);
    }
};

TEST_F(Answers, TakingIsRoleAndGenerationInOneStep)
{
    ASSERT_EQ(take(), MN_HANDOVER_DONE);
    EXPECT_EQ(target_.role, MN_ROLE_SOURCE);
    EXPECT_EQ(target_.generation, 99u);
    EXPECT_EQ(target_.history[0], 7u);
    EXPECT_EQ(target_.slot[0].base, 7u);
    EXPECT_FALSE(target_.flags & MN_SUPER_F_MOVED_ON);
    EXPECT_EQ(take(), MN_HANDOVER_ALREADY);
    EXPECT_EQ(refuse(), MN_HANDOVER_NO);
}

TEST_F(Answers, ARefusalIsForGood)
{
    ASSERT_EQ(refuse(), MN_HANDOVER_DONE);
    EXPECT_EQ(refuse(), MN_HANDOVER_ALREADY);
    EXPECT_EQ(take(), MN_HANDOVER_NO);
    EXPECT_EQ(take(2), MN_HANDOVER_DONE);
}

TEST_F(Answers, OnlyTheCopyThatWasHandedOver)
{
    EXPECT_EQ(take(1, 8), MN_HANDOVER_NO);
    target_.data_state = MN_DATA_INCONSISTENT;
    EXPECT_EQ(take(), MN_HANDOVER_NO);
    target_.data_state = MN_DATA_CURRENT;
    target_.flags = MN_SUPER_F_WRITTEN;
    EXPECT_EQ(take(), MN_HANDOVER_NO);
    target_.flags = 0;
    target_.locked = MN_LOCK_NONE;
    EXPECT_EQ(take(), MN_HANDOVER_NO);
    target_.locked = MN_LOCK_TARGET;
    target_.slot[0].flags = MN_SLOT_F_FULL_NEEDED;
    EXPECT_EQ(take(), MN_HANDOVER_NO);
    target_.slot[0].flags = 0;
    target_.role = MN_ROLE_NONE;
    EXPECT_EQ(take(), MN_HANDOVER_NO);
}

TEST_F(Answers, OfSeveralPeersThoseAreProvenWhoseGenerationIsKnown)
{
    for (int i : {3, 4}) {
        target_.slot[i] = target_.slot[0];
        target_.slot[i].peer_uuid[0] = static_cast<u8>(i);
        target_.slot[i].base = target_.slot[i].old_base = i == 3 ? 7 : 0;
    }
    target_.slot[0].base = target_.slot[0].old_base = target_.generation;
    const u64 before = target_.generation;
    ASSERT_EQ(take(), MN_HANDOVER_DONE);
    EXPECT_EQ(target_.slot[0].base, before);
    EXPECT_EQ(target_.slot[3].base, 7u);
    EXPECT_EQ((target_.slot[0].flags | target_.slot[3].flags) & MN_SLOT_F_FULL_NEEDED, 0u);
    EXPECT_TRUE(target_.slot[4].flags & MN_SLOT_F_FULL_NEEDED);
}

TEST(Handover, IsGivenOnceAndTakenBackWithItsOwnAnswer)
{
    mn_super source = node_of(1, 2, MN_ROLE_SOURCE);
    const char *why = nullptr;

    EXPECT_EQ(mn_handover_give(&source, 0, &why), MN_HANDOVER_NO);
    source.locked = MN_LOCK_USER;
    ASSERT_EQ(mn_handover_give(&source, 0, &why), MN_HANDOVER_DONE);
    EXPECT_EQ(source.handover, 1u);
    EXPECT_EQ(source.handed_to[0], 2u);
    EXPECT_EQ(mn_handover_give(&source, 0, &why), MN_HANDOVER_ALREADY);
    EXPECT_EQ(mn_handover_take_back(&source, 2, &why), MN_HANDOVER_NO);
    ASSERT_EQ(mn_handover_take_back(&source, 1, &why), MN_HANDOVER_DONE);
    EXPECT_EQ(source.locked, MN_LOCK_HANDING_OVER);
    EXPECT_EQ(source.handed_to[0], 0u);
    ASSERT_EQ(mn_handover_give(&source, 0, &why), MN_HANDOVER_DONE);
    EXPECT_EQ(mn_handover_take_back(&source, 1, &why), MN_HANDOVER_NO);
}

// The record on disk: there with the lock that it explains, and with no other.
TEST(Handover, IsOnRecordWithItsLockOnly)
{
    mn_super source = node_of(1, 2, MN_ROLE_SOURCE);
    const char *why = nullptr;

    source.locked = MN_LOCK_USER;
    mn_handover_give(&source, 0, &why);
    mn_handover_yield(&source, false);
    EXPECT_EQ(source.role, MN_ROLE_TARGET);
    EXPECT_EQ(source.locked, MN_LOCK_TARGET);
    EXPECT_EQ(source.data_state, MN_DATA_OUTDATED);
    EXPECT_EQ(source.handed_to[0], 0u);
}

// The source may have gone on in the generation of a copy that was not to be promoted: nobody yields to it.
TEST(Handover, AnInconsistentCopyProvesNothing)
{
    mn_super node = node_of(2, 1, MN_ROLE_TARGET);

    node.data_state = MN_DATA_INCONSISTENT;
    mn_handover_promote(&node, 99);
    EXPECT_TRUE(node.slot[0].flags & MN_SLOT_F_DECLARED);
    EXPECT_FALSE(node.slot[0].flags & MN_SLOT_F_FULL_NEEDED) << "what the peer marked is known";
}

// Its disk was changed by others while it waited for the answer.
TEST(Handover, WhatWasWrittenBehindOurBackIsNotOpened)
{
    mn_super source = node_of(1, 2, MN_ROLE_SOURCE);
    const char *why = nullptr;

    source.locked = MN_LOCK_USER;
    ASSERT_EQ(mn_handover_give(&source, 0, &why), MN_HANDOVER_DONE);
    source.slot[0].flags |= MN_SLOT_F_FULL_NEEDED;
    ASSERT_EQ(mn_handover_take_back(&source, 1, &why), MN_HANDOVER_DONE);
    EXPECT_EQ(source.locked, MN_LOCK_FOREIGN_WRITE);
}

// A role that was laid down leaves no target that passes for equal and is not.
TEST(Handover, WhoLaysItsRoleDownPassesForEqualOnlyIfItIs)
{
    for (u32 lacking : {0u, 1u, 2u}) {
        mn_super node = node_of(1, 2, MN_ROLE_SOURCE);

        node.locked = MN_LOCK_HANDING_OVER;
        mn_handover_lay_down(&node, lacking, 99);
        EXPECT_EQ(node.role, MN_ROLE_NONE);
        EXPECT_EQ(node.locked, MN_LOCK_USER);
        EXPECT_EQ(node.data_state, MN_DATA_CURRENT);
        EXPECT_EQ(node.generation, lacking == 1 ? 99u : 7u) << lacking;
        EXPECT_EQ(node.history[0], lacking == 1 ? 7u : 0u) << lacking;
        EXPECT_EQ(node.flags & MN_SUPER_F_MOVED_ON, lacking == 1 ? MN_SUPER_F_MOVED_ON : 0u) << lacking;
    }
}

// The loss is on record: the target has another generation, and no second one is needed.
TEST(Handover, WhoseLossIsOnRecordIsLaidDownAsItIs)
{
    mn_super node = node_of(1, 2, MN_ROLE_SOURCE);

    node.locked = MN_LOCK_USER;
    node.generation = 8;
    mn_handover_lay_down(&node, 1, 99);
    EXPECT_EQ(node.generation, 8u);
}

// To lay the role down is no way round the lock.
TEST(Handover, WhatWasWrittenBehindOurBackIsWorthNoMoreWithoutARole)
{
    mn_super node = node_of(1, 2, MN_ROLE_SOURCE);

    node.locked = MN_LOCK_FOREIGN_WRITE;
    mn_handover_lay_down(&node, 0, 99);
    EXPECT_EQ(node.data_state, MN_DATA_INCONSISTENT);
}

// Promoted, and not written: it goes back to the generation that its old source knows.
TEST(Handover, WhoWroteNothingGivesItsGenerationUp)
{
    mn_super node = node_of(2, 1, MN_ROLE_TARGET);

    mn_handover_promote(&node, 99);
    EXPECT_TRUE(mn_handover_is_unwritten(&node));
    node.slot[0].old_base = 99;
    EXPECT_FALSE(mn_handover_is_unwritten(&node)) << "the other may have it";
    node.slot[0].old_base = 7;
    node.flags |= MN_SUPER_F_MOVED_ON;
    EXPECT_FALSE(mn_handover_is_unwritten(&node));
    node.flags = 0;
    mn_handover_yield(&node, true);
    EXPECT_EQ(node.role, MN_ROLE_TARGET);
    EXPECT_EQ(node.generation, 7u);
    EXPECT_EQ(node.history[0], 0u);
    EXPECT_EQ(node.data_state, MN_DATA_OUTDATED);
}

// A source that wrote nothing goes back to the generation before, unless somebody followed it.
TEST(Handover, WhoHasATargetInItsGenerationDoesNotGoBack)
{
    mn_super node = node_of(2, 1, MN_ROLE_TARGET);

    mn_handover_promote(&node, 99);
    EXPECT_FALSE(mn_handover_moved_on(&node));
    node.slot[1].used = 1;
    node.slot[1].base = 99;
    EXPECT_TRUE(mn_handover_moved_on(&node));
    node.role = MN_ROLE_TARGET;
    EXPECT_FALSE(mn_handover_moved_on(&node)) << "a target has what its source has";
    node.flags |= MN_SUPER_F_MOVED_ON;
    EXPECT_TRUE(mn_handover_moved_on(&node));
}

}  // namespace kcore
