// SPDX-License-Identifier: GPL-2.0-only
/*
 * turn: parallel-resyncs, the resyncs that this node sends at a time (L3; docs/resync.md)
 *
 * One queue for all volumes of the node. What stands in it belongs to a link (session): end_work
 * takes it out before the link goes, so whoever is given a turn is there.
 */
#include "turn.h"
#include "turns.h"

static DEFINE_SPINLOCK(turn_lock);	/* guards turns, and the state of every mirror->turn */
static struct mn_turns turns;

void mn_turn_init(void)
{
	mn_turns_init(&turns);
}

/* Under turn_lock. */
static void call_next(void)
{
	struct mn_turn *turn;

	while ((turn = mn_turns_next(&turns))) {
		struct mn_mirror *mirror = container_of(turn, struct mn_mirror, turn);

		mirror->turn_since = get_jiffies_64();
		queue_work(mirror->volume->session_wq, mirror->turn_work);
	}
}

void mn_turn_set_limit(u32 limit)
{
	unsigned long flags;

	spin_lock_irqsave(&turn_lock, flags);
	turns.limit = limit;
	call_next();
	spin_unlock_irqrestore(&turn_lock, flags);
}

void mn_turn_count(struct mn_turn_counts *counts)
{
	const struct list_head *at;
	unsigned long flags;

	spin_lock_irqsave(&turn_lock, flags);
	counts->limit = turns.limit;
	counts->held = turns.held;
	counts->waiting = 0;
	list_for_each(at, &turns.waiting)
		counts->waiting++;
	spin_unlock_irqrestore(&turn_lock, flags);
}

bool mn_turn_take(struct mn_session *session, struct work_struct *work)
{
	struct mn_mirror *mirror = session->mirror;
	unsigned long flags;
	bool mine;

	lockdep_assert_held(&mirror->volume->track);
	/* end_work gives the turn back after that was set */
	if (session->ended)
		return false;
	spin_lock_irqsave(&turn_lock, flags);
	if (mirror->turn.state == MN_TURN_NONE)
		mirror->turn_since = get_jiffies_64();
	mirror->turn_work = work;
	mine = mn_turns_take(&turns, &mirror->turn);
	spin_unlock_irqrestore(&turn_lock, flags);
	return mine;
}

void mn_turn_give(struct mn_mirror *mirror)
{
	unsigned long flags;

	spin_lock_irqsave(&turn_lock, flags);
	mn_turns_give(&turns, &mirror->turn);
	call_next();
	spin_unlock_irqrestore(&turn_lock, flags);
}

bool mn_turn_is_awaited(const struct mn_mirror *mirror)
{
	unsigned long flags;
	bool awaited;

	lockdep_assert_held(&mirror->volume->track);
	spin_lock_irqsave(&turn_lock, flags);
	awaited = mirror->turn.state == MN_TURN_WAITING;
	spin_unlock_irqrestore(&turn_lock, flags);
	return awaited;
}

void mn_turn_pass_on(struct mn_mirror *mirror)
{
	unsigned long flags;

	lockdep_assert_held(&mirror->volume->track);
	spin_lock_irqsave(&turn_lock, flags);
	if (mirror->turn.state == MN_TURN_HELD && !list_empty(&turns.waiting)) {
		mn_turns_give(&turns, &mirror->turn);
		call_next();
	}
	spin_unlock_irqrestore(&turn_lock, flags);
}
