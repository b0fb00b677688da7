// SPDX-License-Identifier: GPL-2.0-or-later
// What must hold after every step (DESIGN 2), looked at from above: no node knows this.
#include "world.hpp"

namespace sim {

void World::check()
{
    check_nodes();
    for (int a = 0; a < nodes_; a++)
        for (int b = 0; b < a; b++)
            check_marks(a, b);
    if (shim_warnings)
        fail("the core warned");
    shim_warnings = 0;
}

void World::check_nodes()
{
    int sources = 0;

    for (int n = 0; n < nodes_; n++) {
        const Node &node = node_[n];
        int streams = 0;

        for (const Mirror &each : node.mirror)
            streams += each.end.applying;
        if (streams > 1)
            fail("I6: two sources send to " + text(u64(n)));
        if (streams && node.is_source())
            fail("I6: a source, " + text(u64(n)) + ", is written as a target");
        if (streams && node.is_open())
            fail("I5: an open volume, " + text(u64(n)) + ", is written as a target");
        if (node.torn && node.super.role == MN_ROLE_TARGET && node.super.data_state != MN_DATA_INCONSISTENT)
            fail("I8: a resync into " + text(u64(n)) + " has not ended, and nothing says so");
        sources += node.is_source() && !mn_handover_is_open(&node.super);
    }
    if (sources > 1 && !by_person_)
        fail("I6: two sources, and no person made them");
}

Bits World::differing(int a, int b) const
{
    const Values &here = node_[a].disk.values(), &there = node_[b].disk.values();
    Bits bits = 0;

    for (u32 block = 0; block < blocks; block++)
        bits |= here[block] != there[block] ? bit(block) : 0;
    return bits;
}

// What the two copies would go by if both nodes started now.
bool World::would_be_partial(int a, int b) const
{
    mn_facts ours = facts(a, b), theirs = facts(b, a);
    mn_verdict verdict;

    ours.stream = theirs.stream = 0;
    ours.flags &= ~MN_HELLO_F_UNLOCKED;
    theirs.flags &= ~MN_HELLO_F_UNLOCKED;
    verdict = mn_generation_decide(&ours, &theirs);
    return verdict.kind == MN_VERDICT_PARTIAL;
}

// Blocks that node n would name as such that the peer may lack, or it of the peer.
Bits World::known(int n, int peer, bool durable) const
{
    const Node &node = node_[n];
    const Mirror &of = node.mirror[peer];
    Bits bits = of.on_disk;

    for (unsigned int region = 0; region < regions; region++)
        if (node.intents >> region & 1)
            bits |= Bits{(1u << region_blocks) - 1} << region * region_blocks;
    if (durable || !node.up)
        return bits;
    bits = of.track->all() | writing(node);
    for (const Leg &leg : of.unapplied)
        bits |= leg.frame.kind == Kind::write ? bit(leg.frame.block) : 0;
    return bits;
}

// Where two copies differ one of the two knows, durably and by heart (I1, I2, I3, I12, I13).
void World::check_marks(int a, int b)
{
    const Bits differ = differing(a, b);
    const Bits durable = known(a, b, true) | known(b, a, true), now = known(a, b, false) | known(b, a, false);
    const Bits may_differ = differ | node_[a].disk.unflushed() | node_[b].disk.unflushed();

    if (!(may_differ & ~durable) && !(differ & ~now))
        return;
    bool partial = would_be_partial(a, b);
    for (auto [n, peer] : {std::pair{a, b}, {b, a}}) {
        mn_super &super = node_[n].super;
        const mn_super before = super;

        if (node_[a].is_source() || node_[b].is_source() || super.role != MN_ROLE_TARGET)
            continue;
        mn_handover_promote(&super, 1);
        partial |= would_be_partial(n, peer);
        super = before;
    }
    if (partial)
        fail((may_differ & ~durable ? "I13: nothing durable says that " : "I12: nobody knows that ") + text(u64(a)) +
             " and " + text(u64(b)) + " may differ in blocks " + text(u64(may_differ & ~durable ? may_differ & ~durable : differ & ~now)));
}

bool World::somebody_has(u32 value, int but, int depth) const
{
    for (int n = 0; n < nodes_; n++)
        if (n != but && node_[n].disk.read(written_[value].block) == value)
            return true;
    for (u32 later = value + 1; depth && later < written_.size(); later++)
        if (written_[later].block == written_[value].block && written_[later].before == value &&
            somebody_has(later, -1, depth - 1))
            return true;
    return false;
}

// A person gave this value up, and with it what it was written over, as far as the copy that is kept never had that: it may
// be left on a copy that a resync from here has not finished.
void World::give_up(u32 value, int kept)
{
    for (; value && !node_[kept].has_had(value); value = written_[value].before)
        written_[value].guarded = false;
}

// I7: what returned, and was on every copy in sync, goes only where a person says so, or where it was at the source.
void World::check_overwrite(int n, int peer, const Frame &frame)
{
    const u32 value = node_[n].disk.read(frame.block);

    if (!value || value == frame.value)
        return;
    if (node_[n].released & bit(frame.block))
        return give_up(value, peer);
    if (!written_[value].guarded || node_[peer].has_had(value) || somebody_has(value, n, 100))
        return;
    fail("I7: " + text(u64(peer)) + " overwrites value " + text(u64(value)) + " of " + text(u64(n)) +
         ", which it never had, and nobody else has");
}

// I3, I4, I6: what a sync source returned while this copy was in sync is in it.
void World::check_promise(int n, const char *when)
{
    const Node &node = node_[n];

    if (node.super.role != MN_ROLE_TARGET || node.super.data_state != MN_DATA_CURRENT)
        return;
    for (u32 block = 0; block < blocks; block++)
        if (node.disk.read(block) < node.promised[block])
            fail("I3: value " + text(u64(node.promised[block])) + " had returned, and is not in the copy of " +
                 text(u64(n)) + " " + when);
}

bool World::all_in_sync() const
{
    int sources = 0;

    for (int n = 0; n < nodes_; n++) {
        const Node &node = node_[n];

        sources += node.is_source();
        if (!node.up || !node.ios.empty() || (!node.is_source() && (node.super.role != MN_ROLE_TARGET ||
                                                                   node.super.data_state != MN_DATA_CURRENT)))
            return false;
        for (const Mirror &each : node.mirror)
            if (node.is_source() && each.used && (!each.in_sync || !each.live || each.kept || !each.unapplied.empty() ||
                                                  each.end.sync_ending || each.state.state != MN_STATE_MIRRORING))
                return false;
    }
    return sources == 1;
}

void World::does_not_rest()
{
    std::string states;

    for (int n = 0; n < nodes_; n++) {
        const mn_super &super = node_[n].super;

        states += "\n  " + text(u64(n)) + " " + mn_role_text(super.role) + " " + mn_lock_reason_text(node_[n].lock) + " " +
                  mn_data_state_text(super.data_state) + ":";
        for (int peer = 0; peer < nodes_; peer++)
            states += std::string(" ") + mn_state_text(mirror(n, peer).state.state) + "/" +
                      mn_reason_text(mirror(n, peer).state.reason);
    }
    fail("the mirrors do not come to rest" + states);
}

void World::check_equal()
{
    for (int n = 1; n < nodes_; n++)
        if (differing(0, n))
            fail("the copies of 0 and " + text(u64(n)) + " differ in blocks " + text(u64(differing(0, n))) +
                 ", and all are in sync");
}

}  // namespace sim
