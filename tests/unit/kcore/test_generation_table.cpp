// SPDX-License-Identifier: GPL-2.0-or-later
// Every combination of facts that can matter, against a model in other words,
// and against the promises that must hold whatever the model says.
#include "facts.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace kcore {

static bool has(const mn_facts &facts, u32 flags)
{
    return facts.flags & flags;
}

// Generations are small numbers here: a set of them is a word, without bit 0.
static u64 past(const mn_facts &facts)
{
    u64 set = 1ull << facts.base | 1ull << facts.old_base;

    for (u64 generation : facts.history)
        set |= 1ull << generation;
    return set & ~1ull;
}

static u64 known(const mn_facts &facts)
{
    return (past(facts) | 1ull << facts.generation) & ~1ull;
}

static bool in(u64 generation, u64 set)
{
    return set >> generation & 1;
}

static bool is_behind(const mn_facts &other, const mn_facts &witness)
{
    return other.position < witness.peer_position && !has(witness, MN_HELLO_F_FULL_NEEDED);
}

// All that the model has to say of two sides, whichever is which.
struct Pair {
    Pair(const mn_facts &a, const mn_facts &b)
        : a_knows_b(in(b.generation, known(a))), b_knows_a(in(a.generation, known(b))),
          equal(a.generation && a.generation == b.generation), common(known(a) & known(b))
    {
        a_wrote = has(a, MN_HELLO_F_MOVED_ON) && (equal || !b_knows_a);
        b_wrote = has(b, MN_HELLO_F_MOVED_ON) && (equal || !a_knows_b);
        rolled_back = is_behind(a, b) || is_behind(b, a);
    }

    bool a_knows_b, b_knows_a, equal, common;
    bool a_wrote, b_wrote, rolled_back;
};

static mn_verdict model_apart(const Pair &pair)
{
    if (pair.common && pair.a_wrote && pair.b_wrote)
        return {MN_VERDICT_SPLIT_BRAIN, MN_REASON_SPLIT_BRAIN, 2};
    return {MN_VERDICT_REFUSE, MN_REASON_OTHER_SOURCE, 2};
}

static bool same_stream(const mn_facts &source, const mn_facts &target)
{
    return source.stream && source.stream == target.stream;
}

// Where in the stream the target cannot be.
static bool model_went_back(const mn_facts &source, const mn_facts &target)
{
    return same_stream(source, target) &&
           std::clamp(target.applied, source.applied, source.sequence) != target.applied &&
           !has(source, MN_HELLO_F_FULL_NEEDED) && !has(target, MN_HELLO_F_FULL_NEEDED);
}

// base, old_base, or one that came between these in the source's past, newest first.
static bool model_named(const mn_facts &source, u64 generation)
{
    std::vector<u64> line{source.generation};
    line.insert(line.end(), std::begin(source.history), std::end(source.history));
    const auto from = std::ranges::find(line, source.base), to = std::ranges::find(line, source.old_base);

    return generation == source.base || generation == source.old_base ||
           (source.base && source.old_base && to != line.end() && from < to &&
            std::find(from, to, generation) != to);
}

static mn_verdict model_one_way(const mn_facts &source, const mn_facts &target, const Pair &pair)
{
    bool full = has(source, MN_HELLO_F_FULL_NEEDED) || has(target, MN_HELLO_F_FULL_NEEDED);

    if (target.role == MN_ROLE_NONE)
        return {MN_VERDICT_REFUSE, MN_REASON_OPERATION, 2};
    if (has(target, MN_HELLO_F_WRITTEN | MN_HELLO_F_UNLOCKED))
        return {MN_VERDICT_REFUSE, MN_REASON_TARGET_UNLOCKED, 2};
    if (has(target, MN_HELLO_F_BLANK))
        return {MN_VERDICT_FULL, MN_REASON_NONE, 2};
    if (pair.rolled_back || model_went_back(source, target))
        return {MN_VERDICT_REFUSE, MN_REASON_ROLLED_BACK, 2};
    if (!target.generation || pair.equal)
        return {u8(full ? MN_VERDICT_FULL : MN_VERDICT_PARTIAL), MN_REASON_NONE, 2};
    if (!pair.a_knows_b || pair.b_knows_a)
        return model_apart(pair);
    full |= !model_named(source, target.generation);
    return {u8(full ? MN_VERDICT_FULL : MN_VERDICT_PARTIAL), MN_REASON_NONE, 2};
}

// It has a generation of its own, straight from one that this mirror had, and wrote nothing in it.
static bool model_unwritten(const mn_facts &self, const mn_facts &other)
{
    return !has(self, MN_HELLO_F_MOVED_ON) && self.base && self.history[0] == self.base &&
           self.generation != self.old_base && in(self.base, known(other));
}

// It is locked, and the other went on from what it has, or follows one that did; or it wrote nothing.
static bool model_yields(const mn_facts &self, const mn_facts &other)
{
    const Pair pair(self, other);

    if (self.role != MN_ROLE_SOURCE || other.role == MN_ROLE_NONE || !other.generation || pair.a_knows_b)
        return false;
    if (other.role == MN_ROLE_TARGET && (has(other, MN_HELLO_F_BLANK) || self.position < other.peer_position))
        return false;
    if (pair.b_knows_a)
        return !has(self, MN_HELLO_F_UNLOCKED) && !has(self, MN_HELLO_F_FULL_NEEDED) &&
               !has(other, MN_HELLO_F_FULL_NEEDED);
    return other.role == MN_ROLE_SOURCE && model_unwritten(self, other) &&
           (!model_unwritten(other, self) || std::memcmp(self.node_uuid, other.node_uuid, MN_UUID_LEN) >= 0);
}

static mn_verdict model(const mn_facts &a, const mn_facts &b)
{
    bool a_source = a.role == MN_ROLE_SOURCE, b_source = b.role == MN_ROLE_SOURCE;
    mn_verdict verdict{MN_VERDICT_NO_SOURCE, MN_REASON_OPERATION, 2};

    if (model_yields(a, b) || model_yields(b, a))
        return {MN_VERDICT_REFUSE, MN_REASON_OPERATION, 2};
    if (a_source && b_source)
        return model_apart(Pair(a, b));
    if (a_source || b_source) {
        verdict = a_source ? model_one_way(a, b, Pair(a, b)) : model_one_way(b, a, Pair(b, a));
        verdict.source = a_source ? 0 : 1;
        const u8 data = (a_source ? b : a).data_state;

        if (verdict.kind == MN_VERDICT_PARTIAL && same_stream(a, b) &&
            (data == MN_DATA_CURRENT || data == MN_DATA_OUTDATED))
            verdict.kind = MN_VERDICT_RESUME;
    }
    return verdict;
}

// Said in terms of data, without the model.
static void expect_safe(const mn_facts &a, const mn_facts &b, const mn_verdict &verdict)
{
    bool overwrites = verdict.kind == MN_VERDICT_PARTIAL || verdict.kind == MN_VERDICT_FULL ||
                      verdict.kind == MN_VERDICT_RESUME;

    EXPECT_EQ(overwrites, verdict.reason == MN_REASON_NONE);
    if (verdict.kind == MN_VERDICT_SPLIT_BRAIN)
        EXPECT_TRUE(has(a, MN_HELLO_F_MOVED_ON) && has(b, MN_HELLO_F_MOVED_ON));
    if (!overwrites)
        return;
    ASSERT_LE(verdict.source, 1);
    const mn_facts &source = verdict.source ? b : a, &target = verdict.source ? a : b;

    EXPECT_EQ(source.role, MN_ROLE_SOURCE);
    EXPECT_EQ(target.role, MN_ROLE_TARGET);
    EXPECT_FALSE(has(target, MN_HELLO_F_WRITTEN | MN_HELLO_F_UNLOCKED));
    if (has(target, MN_HELLO_F_BLANK)) {
        EXPECT_EQ(verdict.kind, MN_VERDICT_FULL);
        return;
    }
    if (has(source, MN_HELLO_F_FULL_NEEDED) || has(target, MN_HELLO_F_FULL_NEEDED))
        EXPECT_EQ(verdict.kind, MN_VERDICT_FULL);
    EXPECT_FALSE(is_behind(source, target) || is_behind(target, source));
    if (target.generation && target.generation != source.generation) {
        EXPECT_TRUE(in(target.generation, past(source))) << "data that the source never had";
        EXPECT_FALSE(in(source.generation, past(target))) << "the target moved on from the source";
    }
}

// `blocked`: the flag that stands for an open target on this side.
static std::vector<mn_facts> all_facts(u32 blocked)
{
    std::vector<mn_facts> all;

    for (u8 role : {MN_ROLE_NONE, MN_ROLE_SOURCE, MN_ROLE_TARGET})
        for (u64 generation : {0, 1, 2, 3})
            for (u64 base : {0, 1, 2})
                for (u64 old_base : {0, 3})
                    for (u64 older : {0, 1, 2})
                        for (u32 flags : {0u, 1u, 2u, 3u, 4u, 8u, 17u})
                            all.push_back(with_old_base(facts(role, generation, base, {9, older},
                                                              (flags & 1 ? MN_HELLO_F_MOVED_ON : 0) |
                                                              (flags & 2 ? MN_HELLO_F_FULL_NEEDED : 0) |
                                                              (flags & 4 ? MN_HELLO_F_BLANK : 0) |
                                                              (flags & 8 ? blocked | MN_HELLO_F_BLANK : 0) |
                                                              (flags & 16 ? MN_HELLO_F_WAIT_PEER : 0)),
                                                        old_base));
    return all;
}

// 9 and 8 in the two histories are no common past.
static mn_facts second(mn_facts facts)
{
    facts.history[0] = 8;
    return facts;
}

class GenerationTable : public Test {
protected:
    void judge(const mn_facts &a, const mn_facts &b)
    {
        mn_verdict verdict = mn_generation_decide(&a, &b), mirrored = mn_generation_decide(&b, &a);
        mn_verdict expected = model(a, b);

        seen_[verdict.kind]++;
        ASSERT_TRUE(verdict.kind == expected.kind && verdict.reason == expected.reason &&
                    verdict.source == expected.source)
            << text(a) << "\n" << text(b) << "\n" << text(verdict) << ", expected " << text(expected);
        ASSERT_TRUE(mirrored.kind == verdict.kind && mirrored.reason == verdict.reason &&
                    mirrored.source == (verdict.source == 2 ? 2 : 1 - verdict.source))
            << text(a) << "\n" << text(b) << "\n" << text(verdict) << ", the other side " << text(mirrored);
        expect_safe(a, b, verdict);
        ASSERT_FALSE(HasFailure()) << text(a) << "\n" << text(b) << "\n" << text(verdict);
    }

    std::array<u64, __MN_VERDICT_MAX> seen_{};
};

TEST_F(GenerationTable, EveryCombination)
{
    std::vector<mn_facts> first = all_facts(MN_HELLO_F_WRITTEN), others = all_facts(MN_HELLO_F_UNLOCKED);

    for (const mn_facts &a : first)
        for (const mn_facts &b : others) {
            judge(a, second(b));
            if (HasFatalFailure())
                return;
        }
    for (u8 kind = 0; kind < __MN_VERDICT_MAX; kind++)
        if (kind != MN_VERDICT_RESUME)
            EXPECT_GT(seen_[kind], 1000u) << verdict_text(kind);
}

// Two that are both source, with pasts that meet, or do not.
TEST_F(GenerationTable, EveryTwoSources)
{
    std::vector<mn_facts> all;

    for (u64 generation : {0, 1, 2, 3})
        for (u64 base : {0, 1, 2})
            for (u64 old_base : {0, 1, 3})
                for (u64 newest : {0, 1, 2, 9})
                    for (u32 flags : {0u, u32(MN_HELLO_F_MOVED_ON), u32(MN_HELLO_F_UNLOCKED),
                                      u32(MN_HELLO_F_MOVED_ON | MN_HELLO_F_UNLOCKED), u32(MN_HELLO_F_FULL_NEEDED)})
                        all.push_back(with_old_base(facts(MN_ROLE_SOURCE, generation, base, {newest}, flags),
                                                    old_base));
    for (const mn_facts &a : all)
        for (mn_facts b : all) {
            b.node_uuid[0] = 1;
            judge(a, b);
            EXPECT_FALSE(mn_generation_yields(&a, &b) && mn_generation_yields(&b, &a)) << "nobody stays source";
            if (HasFailure())
                return;
        }
    EXPECT_GT(seen_[MN_VERDICT_SPLIT_BRAIN], 1000u);
}

// What one side may say of a stream that could go on.
static std::vector<mn_facts> with_every_stream(const mn_facts &facts)
{
    std::vector<mn_facts> all{facts};

    for (u64 stream : {5, 6})
        for (u64 applied : {3, 4, 7})
            for (u64 more : {0, 1, 4})
                all.push_back(with_stream(facts, stream, applied, applied + more));
    return all;
}

TEST_F(GenerationTable, EveryStream)
{
    for (u32 flags : {0u, u32(MN_HELLO_F_FULL_NEEDED), u32(MN_HELLO_F_BLANK)})
        for (u8 data : {MN_DATA_CURRENT, MN_DATA_OUTDATED, MN_DATA_INCONSISTENT})
            for (u64 generation : {1, 2, 3, 4}) {
                mn_facts behind = target(generation, 1, {}, flags);

                behind.data_state = data;
                for (const mn_facts &a : with_every_stream(source(2, 1, {3, 1}, MN_HELLO_F_MOVED_ON)))
                    for (const mn_facts &b : with_every_stream(behind)) {
                        judge(a, b);
                        if (HasFatalFailure())
                            return;
                    }
            }
    EXPECT_GT(seen_[MN_VERDICT_RESUME], 10u);
    EXPECT_GT(seen_[MN_VERDICT_PARTIAL], seen_[MN_VERDICT_RESUME]);
}

TEST_F(GenerationTable, EveryPosition)
{
    std::vector<mn_facts> all = all_facts(MN_HELLO_F_WRITTEN);
    Random random(4);

    for (int i = 0; i < 300000 && !HasFatalFailure(); i++) {
        mn_facts a = all[random.range(0, all.size() - 1)], b = all[random.range(0, all.size() - 1)];

        a.role = MN_ROLE_SOURCE;
        a.position = random.range(0, 3);
        b.position = random.range(0, 3);
        a.peer_position = random.range(0, 3);
        b.peer_position = random.range(0, 3);
        judge(a, second(b));
    }
}

}  // namespace kcore
