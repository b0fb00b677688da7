// SPDX-License-Identifier: GPL-2.0-or-later
// The stream of a source begins, or goes on where its target stands, and resyncs (golive.c, resync.c).
#include "world.hpp"

namespace sim {

// On record before the target can be in sync: what it has, and what this stream gives it.
void World::record_stream(int n, int peer)
{
    mn_super &draft = begin(node_[n]);
    End &end = mirror(n, peer).end;

    end.generation = draft.generation;
    draft.slot[peer].old_base = end.peers.generation;
    draft.slot[peer].base = end.generation;
    if (end.verdict.kind == MN_VERDICT_FULL)
        draft.slot[peer].flags &= ~MN_SLOT_F_FULL;
    end.phase = Phase::recorded;
}

bool World::can_go_on(int n, int peer)
{
    const Mirror &of = mirror(n, peer);

    return of.kept && of.stream == of.end.mine.stream && !of.track->any_dirty();
}

// Two steps: another generation may come between what is recorded and the stream.
void World::go_live(int n, int peer)
{
    Mirror &of = mirror(n, peer);
    const bool resumes = of.end.verdict.kind == MN_VERDICT_RESUME;

    if (!node_[n].up || !of.end.is_source)
        return;
    if (of.end.phase == Phase::starting) {
        if (resumes && !can_go_on(n, peer))
            return end_session(n, peer, MN_REASON_OPERATION);
        if (resumes)
            acknowledged(n, peer, {.kind = Kind::ack, .applied = of.end.peers.applied, .stable = of.end.peers.applied});
        else
            drop_kept(n, peer);
        if (of.end.verdict.kind == MN_VERDICT_FULL) {
            of.track->set_all();
            of.on_disk = of.track->all();
        }
        return record_stream(n, peer);
    }
    if (of.end.phase != Phase::recorded)
        return;
    if (of.end.generation != node_[n].super.generation || (resumes && !can_go_on(n, peer)))
        return end_session(n, peer, MN_REASON_OPERATION);
    resumes ? send_again(n, peer) : begin_stream(n, peer);
}

void World::begin_stream(int n, int peer)
{
    Mirror &of = mirror(n, peer);
    const bool full = of.end.verdict.kind == MN_VERDICT_FULL;

    of.stream = of.end.fresh;
    of.sequence = of.applied = of.stable = of.told = of.sync_begin = 0;
    of.live = true;
    of.end.phase = Phase::stream;
    if (!full && !of.track->any_dirty()) {
        end_sync(n, peer);
        event(n, peer, MN_EV_CATCHING_UP, MN_REASON_NONE);
        return may_open(n, peer);
    }
    of.end.sync_begun = true;
    queue(n, peer, {.kind = Kind::sync_begin, .full = full, .generation = of.end.generation}, 0);
    of.sync_begin = of.sequence;
    event(n, peer, MN_EV_SYNC_STARTED, MN_REASON_NONE);
}

// What was not applied, in its order; the generations that it names are not this node's any more.
void World::send_again(int n, int peer)
{
    Mirror &of = mirror(n, peer);

    of.end.phase = Phase::stream;
    of.kept = false;
    for (Leg &leg : of.unapplied) {
        if (leg.frame.kind == Kind::sync_end || leg.frame.kind == Kind::generation)
            leg.frame.kind = Kind::flush;
        send(n, peer, leg.frame);
    }
    of.catching_up = true;
    of.told = 0;
    of.backlog = of.sequence;
    times.resumed++;
    event(n, peer, MN_EV_CATCHING_UP, MN_REASON_NONE);
    caught_up(n, peer);
    may_open(n, peer);
}

void World::caught_up(int n, int peer)
{
    Mirror &of = mirror(n, peer);

    if (!of.catching_up || (of.sync && of.applied < of.backlog && of.unapplied.size() > 3))
        return;
    of.catching_up = false;
    end_sync(n, peer);
}

// From here on the target may be in sync any moment: losing it is a loss.
void World::end_sync(int n, int peer)
{
    Mirror &of = mirror(n, peer);

    of.end.sync_generation = of.end.generation;
    of.in_sync = true;
    node_[n].write_number++;
    queue(n, peer, {.kind = Kind::sync_end, .number = node_[n].write_number, .generation = of.end.generation}, 0);
    of.told = of.sequence;
    of.end.sync_ending = true;
}

// The cursor: the next dirty block that nobody writes, or the end of the resync.
void World::resync_one(int n, int peer)
{
    Node &node = node_[n];
    Mirror &of = mirror(n, peer);

    if (!node.up || !of.end.is_source || of.end.phase != Phase::stream || !of.live || of.in_sync || of.catching_up ||
        !of.sync_begin)
        return;
    if (!of.track->any_dirty())
        return end_sync(n, peer);
    u32 block = of.track->next_dirty(static_cast<u32>(dice.below(blocks)));
    if (block == blocks)
        block = of.track->next_dirty(0);
    if (writing(node) & bit(block))
        return;
    of.track->take(block);
    queue(n, peer, {.kind = Kind::write, .resync = true, .block = block, .value = node.disk.read(block),
                    .number = node.write_number}, 0);
}

}  // namespace sim
