// SPDX-License-Identifier: GPL-2.0-or-later
// What a target does with a stream (apply.c), and keeps for the other targets (copies.c).
#include "world.hpp"

namespace sim {

void World::become_target(int n, int peer)
{
    Mirror &of = mirror(n, peer);
    const bool resumes = of.end.verdict.kind == MN_VERDICT_RESUME;

    if (is_aside(n, peer))
        return end_session(n, peer, MN_REASON_OPERATION);
    if (const mn_facts now = facts(n, peer); now.generation != of.end.mine.generation ||
        now.data_state != of.end.mine.data_state || now.flags != of.end.mine.flags)
        return end_session(n, peer, MN_REASON_OPERATION);
    if (resumes && (of.received_stream != of.end.mine.stream || of.received_applied != of.end.mine.applied))
        return end_session(n, peer, MN_REASON_OPERATION);
    of.end.stream = resumes ? of.end.mine.stream : of.end.peers.fresh;
    of.end.applied = of.end.stable = resumes ? of.end.mine.applied : 0;
    of.end.whole = resumes;
    of.end.applying = true;
    forget_received(node_[n]);
    of.peer_position = of.end.peers.position;
    of.end.phase = Phase::stream;
    event(n, peer, MN_EV_CATCHING_UP, MN_REASON_NONE);
    send(n, peer, {.kind = Kind::bitmap, .bits = of.end.verdict.kind == MN_VERDICT_PARTIAL ? of.track->all() : 0});
}

void World::forget_received(Node &node)
{
    for (Mirror &each : node.mirror)
        each.received_stream = 0;
}

void World::ack(int n, int peer)
{
    const End &end = mirror(n, peer).end;

    send(n, peer, {.kind = Kind::ack, .life = node_[n].life, .applied = end.applied, .stable = end.stable});
}

void World::flush_target(int n, int peer)
{
    End &end = mirror(n, peer).end;

    if (!node_[n].up || !end.applying)
        return;
    if (end.applied > end.stable) {
        flush_disk(n);
        end.stable = end.applied;
        ack(n, peer);
    }
    send(n, peer, {.kind = Kind::ping, .number = node_[n].super.write_number});
}

// False: later.
bool World::apply(int n, int peer, const Frame &frame)
{
    Node &node = node_[n];
    End &end = mirror(n, peer).end;

    if (frame.kind == Kind::ping) {
        mirror(n, peer).peer_position = std::max(mirror(n, peer).peer_position, frame.number);
        return true;
    }
    if (frame.kind == Kind::copy) {
        if (end.whole)
            heard_copy(n, frame);
        return true;
    }
    if (frame.kind == Kind::write && !apply_write(n, peer, frame))
        return false;
    node.write_number = std::max(node.write_number, frame.number);
    end.applied = frame.sequence;
    if (frame.kind == Kind::sync_begin)
        apply_sync_begin(n, peer, frame);
    else if (frame.kind == Kind::sync_end)
        apply_sync_end(n, peer, frame);
    else if (frame.kind == Kind::generation)
        apply_generation(n, peer, frame);
    else if (frame.kind == Kind::flush)
        flush_target(n, peer);
    if (end.whole && node.disk.hash() != frame.hash)
        fail("I9: the copy of " + text(u64(n)) + " is no state that its source ever had; it differs from that of " +
             text(u64(peer)) + " now in the blocks of mask " + text(u64(differing(n, peer))));
    if (dice.one_in(3))
        ack(n, peer);
    return true;
}

bool World::apply_write(int n, int peer, const Frame &frame)
{
    Node &node = node_[n];
    const u64 region = frame.block / region_blocks;

    if (!enter_region(n, frame.block))
        return false;
    for (int other = 0; other < nodes_; other++)
        if (other != peer && mirror(n, other).used)
            mirror(n, other).track->set_pending(frame.block);
    check_overwrite(n, peer, frame);
    say("apply ", u64(n), " from ", u64(peer), " block ", u64(frame.block), " value ", u64(frame.value), frame.resync ? " resync" : "");
    node.torn |= frame.resync;
    node.write(frame.block, frame.value);
    tick(node);
    mn_regions_leave(&node.table, region, region, node.now);
    return true;
}

void World::apply_sync_begin(int n, int peer, const Frame &frame)
{
    Node &node = node_[n];
    mn_super &draft = begin(node);

    mirror(n, peer).end.whole = false;
    draft.data_state = MN_DATA_INCONSISTENT;
    if (frame.full) {
        draft.generation = frame.generation;
        std::fill(std::begin(draft.history), std::end(draft.history), 0);
        draft.flags &= ~MN_SUPER_F_MOVED_ON;
        draft.slot[peer].flags &= ~(MN_SLOT_F_BLANK | MN_SLOT_F_FULL);
        for (int other = 0; other < nodes_; other++)
            if (other != peer && mirror(n, other).used) {
                draft.slot[other].flags |= MN_SLOT_F_FULL_NEEDED;
                mirror(n, other).tracked = node.write_number;
            }
    }
    node.promised = node.promised_stable = {};
    node.life++;
    event(n, peer, MN_EV_SYNC_STARTED, MN_REASON_NONE);
    send(n, peer, {.kind = Kind::sync_ready});
    say("sync begin ", u64(n), " from ", u64(peer), frame.full ? " full" : "");
}

void World::apply_sync_end(int n, int peer, const Frame &frame)
{
    Node &node = node_[n];
    Mirror &of = mirror(n, peer);

    flush_disk(n);
    mn_super &draft = begin(node);
    draft.data_state = MN_DATA_CURRENT;
    draft.flags &= ~(MN_SUPER_F_MOVED_ON | MN_SUPER_F_WRITTEN);
    mn_generation_advance(&draft.generation, draft.history, frame.generation);
    draft.slot[peer].base = draft.slot[peer].old_base = frame.generation;
    draft.slot[peer].flags &= ~(MN_SLOT_F_BLANK | MN_SLOT_F_FULL);
    of.end.whole = true;
    of.end.stable = of.end.applied;
    of.track->empty();
    of.on_disk = 0;
    for (int other = 0; other < nodes_; other++)
        for (u32 block = 0; other != peer && mirror(n, other).used && block < blocks; block++)
            if (mirror(n, other).track->is_dirty(block))
                mirror(n, other).track->take(block);
    node.torn = false;
    node.promised = node.promised_stable = node.disk.values();
    event(n, peer, MN_EV_IN_SYNC, MN_REASON_NONE);
    ack(n, peer);
    send(n, peer, {.kind = Kind::sync_done});
    say("sync end ", u64(n), " from ", u64(peer), " generation ", frame.generation);
}

void World::apply_generation(int n, int peer, const Frame &frame)
{
    if (!mirror(n, peer).end.whole)
        return fail("GENERATION for a copy that is not in sync");
    mn_super &draft = begin(node_[n]);
    mn_generation_advance(&draft.generation, draft.history, frame.generation);
    draft.slot[peer].base = draft.slot[peer].old_base = frame.generation;
}

// I13: what the source says of another target.
void World::heard_copy(int n, const Frame &frame)
{
    Mirror &of = mirror(n, frame.about);
    mn_super &super = begin(node_[n]);
    mn_slot &slot = super.slot[frame.about];

    if (frame.about == n)
        return;
    slot.base = slot.old_base = frame.generation;
    if (slot.flags & MN_SLOT_F_FULL && mn_copy_mark_proves(frame.number, of.tracked)) {
        slot.flags &= ~MN_SLOT_F_FULL;
        times.proven++;
    }
    of.track->stable(frame.number, node_[n].write_number);
}

// What it had received is applied, and flushed.
void World::end_apply(int n, int peer)
{
    Mirror &of = mirror(n, peer);

    flush_disk(n);
    of.end.stable = of.end.applied;
    if (!of.end.whole)
        return;
    of.received_stream = of.end.stream;
    of.received_applied = of.end.applied;
}

}  // namespace sim
