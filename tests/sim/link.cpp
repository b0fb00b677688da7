// SPDX-License-Identifier: GPL-2.0-or-later
// Links: from HELLO to a stream, and their end (session.c, handshake.c).
#include "world.hpp"

#include <algorithm>

namespace sim {

// hello_flags(), fill_hello(): what node n says of itself to that peer.
mn_facts World::facts(int n, int peer) const
{
    const Node &node = node_[n];
    const Mirror &of = node.mirror[peer];
    const mn_slot &slot = node.super.slot[peer];
    mn_facts facts{};

    std::copy_n(node.super.node_uuid, MN_UUID_LEN, facts.node_uuid);
    facts.sectors = node.super.sectors;
    facts.sector_size = node.super.sector_size;
    facts.role = node.super.role;
    facts.data_state = node.super.data_state;
    facts.flags = (node.lock == MN_LOCK_NONE ? MN_HELLO_F_UNLOCKED : 0) |
                  (node.lock == MN_LOCK_WAIT_PEER ? MN_HELLO_F_WAIT_PEER : 0) |
                  (slot.flags & MN_SLOT_F_FULL ? MN_HELLO_F_FULL_NEEDED : 0) |
                  (slot.flags & MN_SLOT_F_BLANK ? MN_HELLO_F_BLANK : 0) |
                  (node.super.flags & MN_SUPER_F_WRITTEN ? MN_HELLO_F_WRITTEN : 0) |
                  (mn_handover_moved_on(&node.super) ? MN_HELLO_F_MOVED_ON : 0);
    facts.generation = node.super.generation;
    facts.base = slot.base;
    facts.old_base = slot.old_base;
    std::copy_n(node.super.history, MN_HISTORY, facts.history);
    facts.position = node.super.write_number;
    facts.peer_position = slot.peer_position;
    facts.fresh = of.end.fresh;
    if (of.track && of.track->any_dirty())
        return facts;   // nothing to go on with
    if (of.kept) {
        facts.stream = of.stream;
        facts.applied = of.applied;
        facts.sequence = of.sequence;
    } else if (of.received_stream) {
        facts.stream = of.received_stream;
        facts.applied = facts.sequence = of.received_applied;
    }
    return facts;
}

// A target that follows one source wants no link with the others.
bool World::is_aside(int n, int peer) const
{
    if (node_[n].super.role != MN_ROLE_TARGET)
        return false;
    for (int other = 0; other < nodes_; other++)
        if (other != peer && node_[n].mirror[other].end.applying)
            return true;
    return false;
}

bool World::wants_link(int n, int peer) const
{
    const Mirror &of = node_[n].mirror[peer];

    return node_[n].up && of.used && of.end.phase == Phase::none && mn_state_wants_link(of.state) &&
           !node_[n].loss_pending && !is_aside(n, peer);
}

void World::send(int n, int peer, Frame frame)
{
    End &there = mirror(peer, n).end;

    if (!mirror(n, peer).end.cut && there.phase != Phase::none)
        there.in.push_back(frame);
}

void World::connect(int a, int b)
{
    if (node_[a].up && node_[b].up)     // may_attach() waits for it
        record_loss(a), record_loss(b);
    if (!reach(a, b) || !wants_link(a, b) || !wants_link(b, a))
        return;
    for (auto [n, peer] : {std::pair{a, b}, {b, a}}) {
        mirror(n, peer).end = {};
        mirror(n, peer).end.phase = Phase::hello;
        mirror(n, peer).end.fresh = fresh();
    }
    mirror(a, b).end.mine = hello_[a][b] = facts(a, b);
    mirror(a, b).end.said = true;
    send(a, b, {.kind = Kind::hello});
}

void World::on_hello(int n, int peer)
{
    End &end = mirror(n, peer).end;

    end.peers = hello_[peer][n];
    if (!end.said) {
        end.mine = hello_[n][peer] = facts(n, peer);
        send(n, peer, {.kind = Kind::hello});
    }
    end.verdict = verdict_[n][peer] = mn_generation_decide(&end.mine, &end.peers);
    mirror(n, peer).peer_role = end.peers.role;
    mirror(n, peer).peer_data_state = end.peers.data_state;
    send(n, peer, {.kind = Kind::verdict});
    end.phase = Phase::verdict;
}

static u8 exchanged(u8 source)
{
    return source < 2 ? 1 - source : source;
}

void World::on_verdict(int n, int peer)
{
    Mirror &of = mirror(n, peer);
    const mn_verdict mine = of.end.verdict, theirs = verdict_[peer][n];

    if (mine.kind != theirs.kind || mine.reason != theirs.reason || mine.source != exchanged(theirs.source))
        return fail("two nodes come to different verdicts about their copies");
    if (mine.kind != MN_VERDICT_PARTIAL && mine.kind != MN_VERDICT_FULL && mine.kind != MN_VERDICT_RESUME)
        return on_refusal(n, peer);
    times.full += mine.kind == MN_VERDICT_FULL && !(of.end.peers.flags & MN_HELLO_F_BLANK);
    if (mine.source)
        return become_target(n, peer);
    of.end.is_source = true;
    if (mine.kind != MN_VERDICT_RESUME)
        drop_kept(n, peer);
    of.peer_position = of.end.peers.position;
    of.end.phase = Phase::collect;
}

void World::on_refusal(int n, int peer)
{
    End &end = mirror(n, peer).end;
    const u8 yield = mn_generation_yields(&end.mine, &end.peers);

    if (end.verdict.reason == MN_REASON_ROLLED_BACK)
        fail("a node passes for an older image, and none was restored");
    if (yield) {
        node_[n].yield = yield;
        node_[n].yield_from = end.mine.generation;
    }
    times.split += end.verdict.kind == MN_VERDICT_SPLIT_BRAIN;
    say("refused ", u64(n), "-", u64(peer), " ", mn_reason_text(end.verdict.reason), yield ? " yields" : "");
    end_session(n, peer, end.verdict.kind == MN_VERDICT_NO_SOURCE ? u8(MN_REASON_OPERATION) : end.verdict.reason);
}

void World::deliver(int n, int peer)
{
    End &end = mirror(n, peer).end;

    if (!node_[n].up || end.phase == Phase::none || end.in.empty())
        return;
    const Frame frame = end.in.front();
    if (end.applying) {
        if (!apply(n, peer, frame))
            return;     // it waits for a region
        if (end.phase != Phase::none)
            end.in.pop_front();
        return;
    }
    end.in.pop_front();
    dispatch(n, peer, frame);
}

void World::dispatch(int n, int peer, const Frame &frame)
{
    Mirror &of = mirror(n, peer);

    if (frame.kind == Kind::hello && of.end.phase == Phase::hello) {
        on_hello(n, peer);
    } else if (frame.kind == Kind::verdict && of.end.phase == Phase::verdict) {
        on_verdict(n, peer);
    } else if (frame.kind == Kind::bitmap && of.end.phase == Phase::collect) {
        of.track->or_dirty(frame.bits);
        of.end.phase = Phase::starting;
    } else if (frame.kind == Kind::ping) {
        of.peer_position = std::max(of.peer_position, frame.number);
    } else if (of.end.phase != Phase::stream) {
        fail("frame " + text(u64(frame.kind)) + " is not expected in phase " + text(u64(of.end.phase)));
    } else if (frame.kind == Kind::ack) {
        acknowledged(n, peer, frame);
        caught_up(n, peer);
    } else if (frame.kind == Kind::sync_done) {
        sync_done(n, peer);
    } else if (frame.kind == Kind::sync_ready && of.end.sync_begun) {
        of.end.sync_begun = false;
        of.peer_data_state = MN_DATA_INCONSISTENT;
        may_open(n, peer);
    }
}

// ---- the end ----

static mn_mirror_event end_event(u8 reason)
{
    switch (reason) {
    case MN_REASON_USER: return MN_EV_USER_PAUSE;
    case MN_REASON_SHUTDOWN: return MN_EV_SHUTDOWN;
    case MN_REASON_LINK_LOST:
    case MN_REASON_PEER_SILENT:
    case MN_REASON_QUEUE_LIMIT:
    case MN_REASON_OPERATION: return MN_EV_LINK_LOST;
    default: return MN_EV_REFUSED;
    }
}

// What this side gives up it gives up at once; the other one hears what had left, or a part of it.
void World::end_session(int n, int peer, u8 reason)
{
    Node &node = node_[n];
    Mirror &of = mirror(n, peer);
    mn_mirror_event what = end_event(reason);

    if (of.end.phase == Phase::none)
        return;
    say("end ", u64(n), "-", u64(peer), " ", mn_reason_text(reason));
    mirror(peer, n).end.cut = true;
    if (dice.one_in(4))     // else all had left in time
        drop_tail(mirror(peer, n).end.in);
    if (of.end.is_source && of.end.phase == Phase::stream)
        keep_or_give_up(n, peer, reason);
    else if (reason != MN_REASON_LINK_LOST && reason != MN_REASON_PEER_SILENT)
        drop_kept(n, peer);
    if (what == MN_EV_LINK_LOST && (of.kept || of.end.applying))
        what = MN_EV_CUT_OFF;
    event(n, peer, what, reason);
    if (of.end.applying)
        end_apply(n, peer);
    of.end = {};
    of.peer_role = MN_ROLE_NONE;
    of.peer_data_state = MN_DATA_UNKNOWN;
    if (!node.may_open)
        of.agreed = false;
    if ((what == MN_EV_REFUSED || what == MN_EV_USER_PAUSE) && mn_state_is_durable(of.state)) {
        begin(node).slot[peer].state = of.state.state;
        node.super.slot[peer].reason = of.state.reason;
    }
}

void World::end_all(int n, u8 reason)
{
    for (int peer = 0; peer < nodes_; peer++)
        if (mirror(n, peer).used)
            end_session(n, peer, reason);
}

bool World::has_link(int n) const
{
    for (const Mirror &each : node_[n].mirror)
        if (each.end.phase != Phase::none)
            return true;
    return false;
}

void World::drop_tail(std::deque<Frame> &frames)
{
    frames.resize(dice.below(frames.size() + 1));
}

// The network loses it; each side notices some time.
void World::cut(int a, int b)
{
    for (auto [n, peer] : {std::pair{a, b}, {b, a}}) {
        mirror(n, peer).end.cut = true;
        drop_tail(mirror(n, peer).end.in);
    }
}

void World::notice(int n, int peer)
{
    const End &end = mirror(n, peer).end;

    if (node_[n].up && end.cut && end.phase != Phase::none && (end.in.empty() || dice.one_in(3)))
        end_session(n, peer, dice.one_in(4) ? MN_REASON_PEER_SILENT : MN_REASON_LINK_LOST);
}

void World::isolate(int alone)
{
    side_[alone] ^= 1;
    cut_sides();
}

void World::partition()
{
    for (int n = 0; n < nodes_; n++)
        side_[n] = static_cast<int>(dice.below(2));
    cut_sides();
}

void World::cut_sides()
{
    for (int a = 0; a < nodes_; a++)
        for (int b = 0; b < a; b++)
            if (!reach(a, b))
                cut(a, b);
    say("partition");
}

void World::heal()
{
    for (int &side : side_)
        side = 0;
}

}  // namespace sim
