// SPDX-License-Identifier: GPL-2.0-or-later
// A node gives its role away, takes one, lays it down, or yields (changeover.c, yield.c). What the nodes say to each other of a
// handover comes late, twice, or never.
#include "world.hpp"

#include <algorithm>

namespace sim {

bool World::has_everything(int n) const
{
    for (const Mirror &each : node_[n].mirror)
        if (each.in_sync && (each.stable < each.sequence || !each.unapplied.empty()))
            return false;
    return true;
}

void World::give(int n, int peer)
{
    Node &node = node_[n];
    Mirror &of = mirror(n, peer);
    const char *why = nullptr;

    if (!node.up || !node.is_source() || node.is_open())
        return;
    if (!mn_handover_is_open(&node.super) &&
        (!of.live || of.kept || !of.in_sync || of.state.state != MN_STATE_MIRRORING || of.track->any_dirty() ||
         node.super.slot[peer].base != node.super.generation || of.stable < of.sequence || !of.unapplied.empty()))
        return;
    mn_super &draft = begin(node);
    if (mn_handover_give(&draft, static_cast<u8>(peer), &why) == MN_HANDOVER_NO)
        return;
    node.lock = MN_LOCK_HANDED_OVER;
    for (auto kind : {Message::take, Message::refuse})
        messages_.push_back({kind, static_cast<u8>(n), static_cast<u8>(peer), draft.handover, draft.generation});
    say("give ", u64(n), " to ", u64(peer), " number ", draft.handover);
}

void World::hand_over(size_t which)
{
    const Message message = messages_[which];

    if (!node_[message.to].up || !reach(message.from, message.to))
        return;
    if (message.kind == Message::take)
        on_take(message);
    else if (message.kind == Message::refuse)
        on_refuse(message);
    else
        on_answer(message);
}

void World::on_take(const Message &message)
{
    const int n = message.to;
    Node &node = node_[n];
    const char *why = nullptr;

    end_all(n, MN_REASON_OPERATION);
    drop_all_kept(n);
    const mn_handover_answer answer =
        mn_handover_take(&begin(node), message.from, message.number, message.generation, fresh(), &why);
    if (answer == MN_HANDOVER_NO)
        return;
    messages_.push_back({Message::took, message.to, message.from, message.number, 0});
    if (answer != MN_HANDOVER_DONE)
        return;
    say("take ", u64(n), " number ", message.number, " generation ", node.super.generation);
    check_promise(n, "after it took the role");
    role_is(n, MN_LOCK_WAIT_PEER);
    times.handed_over++;
}

void World::on_refuse(const Message &message)
{
    Node &node = node_[message.to];
    const char *why = nullptr;
    const mn_handover_answer answer =
        mn_handover_refuse(&begin(node), message.from, message.number, message.generation, &why);

    if (answer != MN_HANDOVER_NO)
        messages_.push_back({Message::refused, message.to, message.from, message.number, 0});
    else if (node.is_source())
        messages_.push_back({Message::took, message.to, message.from, message.number, 0});
}

void World::on_answer(const Message &message)
{
    const int n = message.to;
    Node &node = node_[n];
    const char *why = nullptr;

    if (!mn_handover_is_open(&node.super) || node.super.handover != message.number ||
        node.super.handed_to[0] != message.from + 1)
        return;
    end_all(n, MN_REASON_OPERATION);
    drop_all_kept(n);
    if (message.kind == Message::took)
        return commit_yield(n, false);
    mn_super &draft = begin(node);
    if (mn_handover_take_back(&draft, message.number, &why) != MN_HANDOVER_DONE)
        return;
    node.may_open = true;
    node.lock = draft.locked;
    say("take back ", u64(n));
}

// A person: who was given it is silent.
void World::take_back_by_force(int n)
{
    Node &node = node_[n];
    const char *why = nullptr;

    if (!node.up || !mn_handover_is_open(&node.super))
        return;
    end_all(n, MN_REASON_OPERATION);
    drop_all_kept(n);
    mn_super &draft = begin(node);
    if (mn_handover_take_back(&draft, draft.handover, &why) != MN_HANDOVER_DONE)
        return;
    mn_generation_advance(&draft.generation, draft.history, fresh());
    draft.locked = MN_LOCK_USER;
    node.may_open = by_person_ = true;
    node.lock = draft.locked;
    say("take back by force ", u64(n));
}

u32 World::lacking(int n) const
{
    u32 mask = 0;

    for (int peer = 0; peer < nodes_; peer++)
        if (node_[n].mirror[peer].used && (node_[n].mirror[peer].track->any_dirty() ||
                                           node_[n].super.slot[peer].flags & MN_SLOT_F_FULL))
            mask |= 1u << peer;
    return mask;
}

void World::demote(int n)
{
    Node &node = node_[n];

    if (!node.up || !node.is_source() || node.is_open() || node.lock == MN_LOCK_HANDED_OVER || !has_everything(n))
        return;
    end_all(n, MN_REASON_OPERATION);
    drop_all_kept(n);
    record_loss(n);
    mn_handover_lay_down(&begin(node), lacking(n), fresh());
    role_is(n, MN_LOCK_USER);
    say("demote ", u64(n));
}

// From no role: who follows is not the newest from now on.
void World::follow(int n)
{
    Node &node = node_[n];

    if (!node.up || node.super.role != MN_ROLE_NONE || has_link(n))
        return;
    drop_all_kept(n);
    mn_super &draft = begin(node);
    mn_handover_forget(&draft);
    if (draft.data_state == MN_DATA_CURRENT)
        draft.data_state = MN_DATA_OUTDATED;
    draft.role = MN_ROLE_TARGET;
    draft.locked = MN_LOCK_TARGET;
    role_is(n, MN_LOCK_TARGET);
    say("follow ", u64(n));
}

// ---- an old source hears of a newer one ----

bool World::still_yields(int n) const
{
    const Node &node = node_[n];

    if (!node.is_source() || node.super.generation != node.yield_from)
        return false;
    return node.yield == MN_YIELD_UNWRITTEN ? mn_handover_is_unwritten(&node.super) : node.lock != MN_LOCK_NONE;
}

void World::yield_now(int n)
{
    Node &node = node_[n];

    if (!node.up || node.yield == MN_YIELD_NO)
        return;
    if (still_yields(n) && (node.lock != MN_LOCK_NONE || close(n, MN_LOCK_WAIT_PEER))) {
        end_all(n, MN_REASON_OPERATION);
        drop_all_kept(n);
        if (still_yields(n))
            commit_yield(n, node.yield == MN_YIELD_UNWRITTEN);
    }
    node.yield = MN_YIELD_NO;
}

void World::commit_yield(int n, bool unwritten)
{
    mn_handover_yield(&begin(node_[n]), unwritten);
    role_is(n, MN_LOCK_TARGET);
    times.yielded++;
    say("yield ", u64(n), unwritten ? " unwritten" : "", " generation ", node_[n].super.generation);
}

}  // namespace sim
