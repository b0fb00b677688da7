// SPDX-License-Identifier: GPL-2.0-or-later
// What a source does with a write, and with what its targets say (write.c, stream.c, loss.c, advance.c,
// overflow.c without its drains).
#include "world.hpp"

#include <algorithm>

namespace sim {

Bits World::writing(const Node &node) const
{
    Bits bits = 0;

    for (const Io &io : node.ios)
        if (!io.is_flush && !io.local_done)
            bits |= bit(io.block);
    return bits;
}

void World::queue(int n, int peer, Frame frame, u64 io)
{
    Mirror &to = mirror(n, peer);

    frame.sequence = ++to.sequence;
    frame.hash = node_[n].logical_hash;
    to.unapplied.push_back({frame, io});
    if (to.end.phase == Phase::stream && !to.kept)
        send(n, peer, frame);
}

// I12: in the stream, or its bit is set.
void World::write(int n)
{
    Node &node = node_[n];
    const u32 block = static_cast<u32>(dice.below(dice.one_in(2) ? blocks : 6));

    if (!node.is_open() || node.ios.size() > 5 || writing(node) & bit(block))
        return;
    if (node.unwritten) {   // region_log.c: on record before the first write
        begin(node).flags |= MN_SUPER_F_MOVED_ON;
        node.unwritten = false;
    }
    if (!enter_region(n, block))
        return;
    Io io{.id = ++ios_, .block = block, .value = static_cast<u32>(written_.size())};

    written_.push_back({block, node.logical[block], static_cast<u8>(n), false});
    node.logical_hash += mark_of(block, io.value) - mark_of(block, node.logical[block]);
    node.logical[block] = io.value;
    node.write_number += node.is_source();
    say("write ", u64(n), " block ", u64(block), " value ", u64(io.value));
    node.ios.push_back(io);
    for (int peer = 0; peer < nodes_; peer++) {
        Mirror &to = mirror(n, peer);

        if (!to.used || !mn_state_tracks(to.state))
            continue;
        if (!to.live || to.track->is_dirty(block)) {
            to.track->set_dirty(block);
            continue;
        }
        const bool waits = to.in_sync && !to.kept && to.sync;
        node.ios.back().open_legs += waits;
        queue(n, peer, {.kind = Kind::write, .block = block, .value = io.value, .number = node.write_number},
              waits ? io.id : 0);
    }
}

// A FLUSH of the application: to every live mirror, and waited for as a write.
void World::flush(int n)
{
    Node &node = node_[n];

    if (!node.is_open() || !node.is_source() || node.ios.size() > 5)
        return;
    Io io{.id = ++ios_, .is_flush = true, .epoch = mn_regions_flush_starts(&node.table)};
    for (int peer = 0; peer < nodes_; peer++)
        io.promised.push_back(node_[peer].promised);
    node.ios.push_back(io);
    for (int peer = 0; peer < nodes_; peer++) {
        Mirror &to = mirror(n, peer);
        const bool waits = to.in_sync && !to.kept && to.sync;

        if (!to.used || !to.live)
            continue;
        node.ios.back().open_legs += waits;
        queue(n, peer, {.kind = Kind::flush, .number = node.write_number}, waits ? io.id : 0);
    }
}

// The local disk has done one of them.
void World::finish(int n)
{
    Node &node = node_[n];

    if (!node.up || node.ios.empty())
        return;
    Io &io = node.ios[dice.below(node.ios.size())];
    if (io.local_done)
        return;
    tick(node);
    io.local_done = true;
    if (io.is_flush) {
        node.disk.flush();
        mn_regions_flush_ended(&node.table, io.epoch);
    } else {
        node.write(io.block, io.value);
        mn_regions_leave(&node.table, io.block / region_blocks, io.block / region_blocks, node.now);
    }
    io.open_legs--;
    end_if_done(n);
}

// The target has it, or nobody waits for it any more (by < 0).
void World::leg_done(int n, u64 id, int by, u32 life)
{
    for (Io &io : node_[n].ios) {
        if (io.id != id)
            continue;
        io.open_legs--;
        if (by >= 0) {
            io.held_by[static_cast<size_t>(by)] = true;
            io.life[static_cast<size_t>(by)] = life;
        }
    }
}

// What has ended returns, unless a loss is not on record yet (I6).
void World::end_if_done(int n)
{
    Node &node = node_[n];

    if (node.loss_pending)
        return;
    for (const Io &io : node.ios)
        if (!io.open_legs)
            complete(n, io);
    std::erase_if(node.ios, [](const Io &io) { return !io.open_legs; });
}

void World::complete(int n, const Io &io)
{
    bool covered = true;

    for (int peer = 0; peer < nodes_; peer++) {
        Node &other = node_[peer];
        const auto at = static_cast<size_t>(peer);
        const bool held = io.held_by[at] && io.life[at] == other.life && other.super.role == MN_ROLE_TARGET;

        covered &= !mirror(n, peer).in_sync || io.held_by[at];
        for (u32 block = 0; held && io.is_flush && block < blocks; block++)
            other.promised_stable[block] = std::max(other.promised_stable[block],
                                                    io.promised[at][block]);
        if (held && !io.is_flush)
            other.promised[io.block] = std::max(other.promised[io.block], io.value);
    }
    if (!io.is_flush && node_[n].is_source())
        written_[io.value].guarded = covered && node_[n].disk.read(io.block) >= io.value;
}

// ---- the end of a stream (keep.c, stream.c) ----

void World::lose_sync(int n, int peer)
{
    Mirror &of = mirror(n, peer);
    const bool queued = std::any_of(of.unapplied.begin(), of.unapplied.end(), [](const Leg &leg) {
        return leg.frame.kind == Kind::write && !leg.frame.resync;
    });

    if (of.in_sync && (node_[n].writable || queued))
        node_[n].loss_pending = true;
    else
        of.in_sync = false;
}

void World::release_writers(int n, int peer)
{
    for (Leg &leg : mirror(n, peer).unapplied)
        if (leg.io) {
            leg_done(n, leg.io, -1, 0);
            leg.io = 0;
        }
}

void World::give_up(int n, int peer)
{
    Mirror &of = mirror(n, peer);

    of.live = of.kept = of.catching_up = false;
    lose_sync(n, peer);
    for (const Leg &leg : of.unapplied)
        if (leg.frame.kind == Kind::write)
            of.track->set_dirty(leg.frame.block);
    release_writers(n, peer);
    of.unapplied.clear();
    of.track->give_up();
    end_if_done(n);
}

static bool outlives(u8 reason)
{
    return reason == MN_REASON_LINK_LOST || reason == MN_REASON_PEER_SILENT;
}

void World::keep_or_give_up(int n, int peer, u8 reason)
{
    Mirror &of = mirror(n, peer);

    if (!outlives(reason) || !of.live || !(of.in_sync || of.catching_up) || of.applied < of.sync_begin)
        return give_up(n, peer);
    of.kept = true;
    of.catching_up = false;
    lose_sync(n, peer);
    release_writers(n, peer);
    end_if_done(n);
}

void World::drop_kept(int n, int peer)
{
    if (mirror(n, peer).kept)
        give_up(n, peer);
}

void World::drop_all_kept(int n)
{
    for (int peer = 0; peer < nodes_; peer++)
        if (mirror(n, peer).used)
            drop_kept(n, peer);
    forget_received(node_[n]);
}

// A queue is full, or memory is short: order cannot be kept any more.
void World::overflow(int n, int peer)
{
    if (!node_[n].up || !mirror(n, peer).live)
        return;
    if (mirror(n, peer).kept)
        return drop_kept(n, peer);
    end_session(n, peer, MN_REASON_QUEUE_LIMIT);
}

// ---- loss (loss.c) and new generations (advance.c) ----

void World::record_loss(int n)
{
    Node &node = node_[n];
    Bits lost = 0;

    if (!node.loss_pending)
        return;
    for (int peer = 0; peer < nodes_; peer++)
        if (mirror(n, peer).in_sync && (!mirror(n, peer).live || mirror(n, peer).kept))
            lost |= bit(static_cast<u32>(peer));
    if (lost) {
        mn_super &draft = begin(node);

        draft.flags |= MN_SUPER_F_MOVED_ON;
        advance(n, draft);
        tell_generation(n);
        times.lost++;
        say("loss ", u64(n), " mask ", u64(lost), " generation ", draft.generation);
    }
    for (int peer = 0; peer < nodes_; peer++)
        if (lost >> peer & 1)
            mirror(n, peer).in_sync = false;
    node.loss_pending = false;
    end_if_done(n);
}

static bool goes_on(const Mirror &mirror)
{
    return mirror.used && mirror.live && !mirror.kept && mirror.end.phase == Phase::stream;
}

void World::advance(int n, mn_super &draft)
{
    mn_generation_advance(&draft.generation, draft.history, fresh());
    for (int peer = 0; peer < nodes_; peer++) {
        const Mirror &of = mirror(n, peer);
        mn_slot &slot = draft.slot[peer];

        if (!goes_on(of))
            continue;
        if (of.told && of.applied >= of.told)
            slot.old_base = slot.base;
        slot.base = draft.generation;
    }
}

void World::tell_generation(int n)
{
    const u64 generation = node_[n].super.generation;

    for (int peer = 0; peer < nodes_; peer++) {
        Mirror &of = mirror(n, peer);

        if (!goes_on(of))
            continue;
        const bool knows = of.end.generation == generation;
        of.end.generation = generation;
        if (knows || !of.in_sync)
            continue;
        queue(n, peer, {.kind = Kind::generation, .generation = generation}, 0);
        of.told = of.sequence;
    }
}

// ---- what targets say ----

void World::acknowledged(int n, int peer, const Frame &ack)
{
    Mirror &of = mirror(n, peer);

    while (!of.unapplied.empty() && of.unapplied.front().frame.sequence <= ack.applied) {
        const Leg leg = of.unapplied.front();

        if (leg.frame.sequence > ack.stable && leg.frame.kind == Kind::write && !leg.frame.resync)
            of.track->set_pending(leg.frame.block);
        of.unapplied.pop_front();
        if (leg.io)
            leg_done(n, leg.io, peer, ack.life);
    }
    of.applied = ack.applied;
    of.stable = ack.stable;
    of.track->stable(ack.stable, of.sequence);
    end_if_done(n);
}

void World::sync_done(int n, int peer)
{
    mn_slot &slot = begin(node_[n]).slot[peer];
    Mirror &of = mirror(n, peer);

    if (!of.end.sync_ending)
        return;
    of.end.sync_ending = false;
    slot.flags &= ~(MN_SLOT_F_FULL | MN_SLOT_F_BLANK);
    slot.old_base = of.end.sync_generation;
    of.peer_data_state = MN_DATA_CURRENT;
    if (of.live)
        event(n, peer, MN_EV_IN_SYNC, MN_REASON_NONE);
    times.in_sync++;
}

// copies.c: how far the others have come.
void World::tell_copies(int n, int peer)
{
    Mirror &to = mirror(n, peer);

    if (!node_[n].up || !goes_on(to) || !to.in_sync)
        return;
    for (int other = 0; other < nodes_; other++) {
        Mirror &of = mirror(n, other);

        if (other == peer || !of.used)
            continue;
        const mn_copy_now now = {
            .in_sync = of.live && !of.kept && of.in_sync && !of.track->any_dirty(),
            .stream = of.stream, .sequence = of.sequence, .stable = of.stable,
            .number = node_[n].write_number,
        };
        mn_copy_mark_look(&of.mark, &now);
        if (!of.mark.as_of || of.end.phase != Phase::stream || !of.told || of.applied < of.told)
            continue;
        Frame frame{.kind = Kind::copy, .about = static_cast<u8>(other), .number = of.mark.as_of,
                    .generation = of.end.generation};
        // small frames overtake what is queued
        auto &in = mirror(peer, n).end.in;
        if (!mirror(peer, n).end.cut && mirror(peer, n).end.phase != Phase::none)
            in.insert(in.begin() + static_cast<long>(dice.below(in.size() + 1)), frame);
    }
}

}  // namespace sim
