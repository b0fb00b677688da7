// SPDX-License-Identifier: GPL-2.0-or-later
//
// Two HELLOs of any contents: both ends come to the same verdict, and data is given up only
// where that is allowed (I7).
#include "fuzz.hpp"

namespace {

using fuzz::Input;

// Few different numbers, so that they meet.
__le64 take_generation(Input& input)
{
    return cpu_to_le64(input.take<std::uint8_t>() % 6);
}

mn_wire_hello take_hello(Input& input, std::uint8_t node)
{
    mn_wire_hello hello{};

    hello.version_min = hello.version_max = MN_WIRE_VERSION;
    hello.block_shift = MN_BLOCK_SHIFT;
    hello.role = input.take<std::uint8_t>() % 3;
    hello.data_state = input.take<std::uint8_t>() % 4;
    hello.flags = cpu_to_le32(input.take<std::uint8_t>() & MN_HELLO_F_ALL);
    hello.sector_size = cpu_to_le32(512U << (input.take<std::uint8_t>() & 1));
    hello.sectors = cpu_to_le64(2048ULL << (input.take<std::uint8_t>() & 1));
    std::memset(hello.volume_uuid, 9, sizeof(hello.volume_uuid));
    std::memset(hello.node_uuid, node, sizeof(hello.node_uuid));
    std::memset(hello.peer_uuid, 3 - node, sizeof(hello.peer_uuid));
    hello.generation = take_generation(input);
    hello.base = take_generation(input);
    hello.old_base = take_generation(input);
    for (auto& each : hello.history)
        each = take_generation(input);
    hello.position = cpu_to_le64(input.take<std::uint8_t>());
    hello.peer_position = cpu_to_le64(input.take<std::uint8_t>());
    hello.fresh = cpu_to_le64(1);
    hello.stream = cpu_to_le64(input.take<std::uint8_t>() % 3);
    hello.sequence = hello.stream ? cpu_to_le64(input.take<std::uint8_t>() % 8) : 0;
    hello.applied = hello.stream ? cpu_to_le64(input.take<std::uint8_t>() % 8) : 0;
    return hello;
}

bool overwrites(const mn_verdict& verdict)
{
    return verdict.kind == MN_VERDICT_PARTIAL || verdict.kind == MN_VERDICT_FULL ||
           verdict.kind == MN_VERDICT_RESUME;
}

void check_same(const mn_verdict& one, const mn_verdict& other)
{
    MUST(one.kind == other.kind && one.reason == other.reason);
    MUST(one.source == 2 ? other.source == 2 : one.source == 1 - other.source);
}

// The target's data is about to be overwritten, in part or whole.
void check_overwrites(const mn_facts& source, const mn_facts& target, const mn_verdict& verdict)
{
    const auto has = [](const mn_facts& facts, u32 flag) { return (facts.flags & flag) != 0; };

    MUST(source.role == MN_ROLE_SOURCE && target.role == MN_ROLE_TARGET);
    MUST(source.sectors == target.sectors && source.sector_size == target.sector_size);
    MUST(!has(target, MN_HELLO_F_WRITTEN) && !has(target, MN_HELLO_F_UNLOCKED));
    if (has(target, MN_HELLO_F_BLANK)) {
        MUST(verdict.kind == MN_VERDICT_FULL);
        return;
    }
    // what the target wrote by itself is nowhere else
    if (has(target, MN_HELLO_F_MOVED_ON) && target.generation) {
        bool known = target.generation == source.generation || target.generation == source.base ||
                     target.generation == source.old_base;
        for (const auto each : source.history)
            known |= each == target.generation;
        MUST(known);
    }
    if (verdict.kind == MN_VERDICT_RESUME) {
        MUST(source.stream && source.stream == target.stream);
        // outdated, and not written: it was fenced, and lacks what the stream brings
        MUST(target.data_state == MN_DATA_CURRENT || target.data_state == MN_DATA_OUTDATED);
        MUST(source.applied <= target.applied && target.applied <= source.sequence);
    }
    if (verdict.kind != MN_VERDICT_FULL)
        MUST(!has(source, MN_HELLO_F_FULL_NEEDED) && !has(target, MN_HELLO_F_FULL_NEEDED));
}

// Who gives way to another source has nothing that is nowhere else, or is not in use; and one of the two stays.
void check_yields(const mn_facts& a, const mn_facts& b)
{
    const auto mine = mn_generation_yields(&a, &b), theirs = mn_generation_yields(&b, &a);

    MUST(mine == MN_YIELD_NO || theirs == MN_YIELD_NO);
    if (mine != MN_YIELD_NO)
        MUST(a.role == MN_ROLE_SOURCE);
    if (mine == MN_YIELD_UNWRITTEN)
        MUST(b.role == MN_ROLE_SOURCE && !(a.flags & MN_HELLO_F_MOVED_ON));
    // the word of one that may itself be overwritten, or said to an older image of this node, is not enough
    if (mine != MN_YIELD_NO && b.role != MN_ROLE_SOURCE)
        MUST(b.role == MN_ROLE_TARGET && !(b.flags & MN_HELLO_F_BLANK) && a.position >= b.peer_position);
    if (mine == MN_YIELD_REPLACED)
        MUST(!(a.flags & MN_HELLO_F_UNLOCKED) && !(b.flags & MN_HELLO_F_FULL_NEEDED));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Input input(data, size);
    const auto hello_a = take_hello(input, 1), hello_b = take_hello(input, 2);
    mn_facts a, b;

    if (mn_wire_check_hello(&hello_a, sizeof(hello_a)) || mn_wire_check_hello(&hello_b, sizeof(hello_b)))
        return 0;
    mn_facts_from_hello(&hello_a, &a);
    mn_facts_from_hello(&hello_b, &b);
    const auto verdict = mn_generation_decide(&a, &b);
    check_same(verdict, mn_generation_decide(&b, &a));
    MUST(verdict.kind < __MN_VERDICT_MAX);
    check_yields(a, b);
    check_yields(b, a);
    if (overwrites(verdict))
        check_overwrites(verdict.source ? b : a, verdict.source ? a : b, verdict);
    MUST(!shim_warnings);
    return 0;
}
