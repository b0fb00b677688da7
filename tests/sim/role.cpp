// SPDX-License-Identifier: GPL-2.0-or-later
// Who may write, and who is the source (role.c, discard.c, mirror.c; promotion.cpp for what a person is asked).
#include "world.hpp"

#include <algorithm>

namespace sim {

// ---- opening and closing ----

bool World::passes_for_equal(const Node &node, int peer) const
{
    const Mirror &of = node.mirror[peer];
    const mn_slot &slot = node.super.slot[peer];
    const bool seen_to = of.live && !of.kept && (of.in_sync || of.peer_data_state == MN_DATA_INCONSISTENT);

    return of.used && !seen_to && mn_generation_may_be_held(node.super.generation, slot.base, slot.old_base);
}

void World::open_source(int n)
{
    Node &node = node_[n];
    mn_super &draft = begin(node);
    bool any = false;

    node.unwritten = !(draft.flags & MN_SUPER_F_MOVED_ON);
    node.writable = true;
    for (int peer = 0; peer < nodes_; peer++)
        any |= passes_for_equal(node, peer);
    if (any)
        advance(n, draft);
    draft.locked = MN_LOCK_NONE;
    tell_generation(n);
    node.lock = MN_LOCK_NONE;
    node.may_open = true;
    node.asks = false;
    say("open ", u64(n), " generation ", draft.generation);
}

void World::may_open(int n, int peer)
{
    bool all = true;

    mirror(n, peer).agreed = true;
    for (const Mirror &each : node_[n].mirror)
        all &= !each.used || each.agreed;
    node_[n].may_open |= all;
}

void World::open_by_itself(int n)
{
    if (node_[n].up && node_[n].may_open && node_[n].lock == MN_LOCK_WAIT_PEER)
        open_source(n);
}

void World::unlock(int n)
{
    const Node &node = node_[n];

    if (!node.up || !node.is_source() || node.is_open() || node.lock == MN_LOCK_HANDED_OVER || !node.may_open)
        return;
    if (!node.asks || !another_source_there(n))
        open_source(n);
}

void World::open_by_force(int n)
{
    const Node &node = node_[n];

    if (!node.up || !node.is_source() || node.is_open() || node.lock == MN_LOCK_HANDED_OVER)
        return;
    by_person_ = true;
    open_source(n);
}

// False: something is under way.
bool World::close(int n, u8 reason)
{
    Node &node = node_[n];

    if (node.lock == MN_LOCK_NONE && !node.ios.empty())
        return false;
    node.writable = false;
    node.lock = reason;
    return true;
}

void World::lock(int n, u8 reason)
{
    Node &node = node_[n];
    const bool keeps = node.lock == MN_LOCK_HANDED_OVER || node.lock == MN_LOCK_TARGET ||
                       (node.lock == MN_LOCK_USER && reason == MN_LOCK_HANDING_OVER);

    if (!node.up || !node.is_source() || keeps || !close(n, reason))
        return;
    mn_super &draft = begin(node);
    mn_handover_forget(&draft);
    draft.locked = reason;
    say("lock ", u64(n));
}

// ---- roles ----

void World::role_is(int n, u8 locked)
{
    Node &node = node_[n];

    for (Mirror &each : node.mirror) {
        each.agreed = false;
        if (each.used)
            each.track->give_up();
    }
    node.may_open = node.is_source();
    node.asks = false;
    node.lock = locked;
    node.promised = node.promised_stable = {};
    node.life++;
    node.torn &= !node.is_source();
    node.logical = node.disk.values();
    node.logical_hash = node.disk.hash();
}

bool World::another_source_there(int n) const
{
    for (int other = 0; other < nodes_; other++)
        if (other != n && node_[other].up && reach(n, other) && node_[other].is_source())
            return true;
    return false;
}

// Is there another copy that answers and is newer? Then it is promoted by force only.
bool World::is_behind(int n) const
{
    for (int other = 0; other < nodes_; other++) {
        const mn_super &there = node_[other].super, &here = node_[n].super;

        if (other == n || !node_[other].up || !reach(n, other) || there.data_state != MN_DATA_CURRENT)
            continue;
        if (there.role == MN_ROLE_NONE || (there.generation == here.generation ?
                                           node_[other].write_number > node_[n].write_number :
                                           there.generation != here.slot[other].base))
            return true;
    }
    return false;
}

static void become_source_again(mn_super &draft, u64 fresh)
{
    draft.role = MN_ROLE_SOURCE;
    draft.data_state = MN_DATA_CURRENT;
    draft.flags &= ~(MN_SUPER_F_WRITTEN | MN_SUPER_F_MOVED_ON);
    for (mn_slot &slot : draft.slot)
        slot.flags &= ~MN_SLOT_F_BLANK;
    mn_generation_advance(&draft.generation, draft.history, fresh);
}

void World::promote(int n, bool force)
{
    Node &node = node_[n];
    const bool against = node.super.data_state != MN_DATA_CURRENT;

    if (!node.up || node.is_source() || node.is_open() || has_link(n) || another_source_there(n))
        return;
    if ((against || is_behind(n)) && !force)
        return;
    drop_all_kept(n);
    mn_super &draft = begin(node);
    const bool stays = against || draft.flags & MN_SUPER_F_WRITTEN;
    if (!against)
        check_promise(n, "after its promotion");
    mn_handover_forget(&draft);
    if (draft.role == MN_ROLE_TARGET)
        mn_handover_promote(&draft, fresh());
    else
        become_source_again(draft, fresh());
    draft.flags |= stays ? MN_SUPER_F_MOVED_ON : 0;
    draft.locked = MN_LOCK_USER;
    role_is(n, MN_LOCK_USER);
    node.asks = by_person_ = true;
    for (Node &other : node_)   // a person says that the other targets are worth less
        if (force && other.super.role == MN_ROLE_TARGET)
            other.released = ~Bits{0};
    times.promoted++;
    say("promote ", u64(n), force ? " by force" : "", " generation ", draft.generation);
}

// ---- persons, and mirrors ----

void World::pause(int n, int peer)
{
    if (!node_[n].up || !mirror(n, peer).used || is_stuck(n, peer))
        return;
    begin(node_[n]).slot[peer].state = MN_STATE_PAUSED;
    node_[n].super.slot[peer].reason = MN_REASON_USER;
    event(n, peer, MN_EV_USER_PAUSE, MN_REASON_USER);
    if (mirror(n, peer).end.phase != Phase::none)
        end_session(n, peer, MN_REASON_USER);
    else
        drop_kept(n, peer);
}

void World::go_on(int n, int peer)
{
    if (!node_[n].up || !mirror(n, peer).used)
        return;
    mn_super &draft = begin(node_[n]);
    draft.slot[peer].state = MN_STATE_NONE;
    draft.slot[peer].reason = MN_REASON_NONE;
    if (draft.role == MN_ROLE_TARGET)
        draft.flags &= ~MN_SUPER_F_WRITTEN;
    event(n, peer, MN_EV_USER_CONTINUE, MN_REASON_NONE);
}

static bool has_held(const mn_super &super, int slot, u64 generation)
{
    return mn_generation_was_held(generation, super.generation, super.history) ||
           mn_generation_may_be_held(generation, super.slot[slot].base, super.slot[slot].old_base);
}

// One that the loser's slot names, and the other had itself; 0: nobody knows.
u64 World::common_generation(int loser, int kept) const
{
    const mn_slot &slot = node_[loser].super.slot[kept];

    for (u64 generation : {slot.base, slot.old_base})
        if (has_held(node_[kept].super, loser, generation))
            return generation;
    return 0;
}

// Of two that a person looks at, one is given up.
void World::discard(int loser, int kept, bool proven)
{
    Node &node = node_[loser];

    const u64 generation = proven ? common_generation(loser, kept) : 0;

    if (!node.up || node.is_open() || !node_[kept].is_source())
        return;
    if (node.super.role == MN_ROLE_TARGET && !is_stuck(loser, kept) && node.super.generation == generation)
        return;
    end_all(loser, MN_REASON_OPERATION);    // who follows this node gets nothing more of what is given up
    record_loss(loser);
    drop_all_kept(loser);
    if (mn_split_give_up(&begin(node), static_cast<u8>(kept), generation))
        return;
    for (u32 value : node.disk.values())
        if (!node_[kept].has_had(value))
            written_[value].guarded = false;
    node.released = ~Bits{0};
    by_person_ = true;
    role_is(loser, MN_LOCK_TARGET);
    event(loser, kept, MN_EV_USER_CONTINUE, MN_REASON_NONE);
    say("discard ", u64(loser), " for ", u64(kept));
}

}  // namespace sim
