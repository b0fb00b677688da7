// SPDX-License-Identifier: GPL-2.0-only
/*
 * turns: so many at a time, the others in the order in which they asked (L0, pure)
 */
#include "turns.h"

void mn_turns_init(struct mn_turns *turns)
{
	INIT_LIST_HEAD(&turns->waiting);
	turns->limit = 0;
	turns->held = 0;
}

static bool has_room(const struct mn_turns *turns)
{
	return !turns->limit || turns->held < turns->limit;
}

static void hold(struct mn_turns *turns, struct mn_turn *turn)
{
	turn->state = MN_TURN_HELD;
	turns->held++;
}

bool mn_turns_take(struct mn_turns *turns, struct mn_turn *turn)
{
	if (turn->state != MN_TURN_NONE)
		return turn->state == MN_TURN_HELD;
	/* nobody overtakes those that wait */
	if (has_room(turns) && list_empty(&turns->waiting)) {
		hold(turns, turn);
		return true;
	}
	turn->state = MN_TURN_WAITING;
	list_add_tail(&turn->list, &turns->waiting);
	return false;
}

void mn_turns_give(struct mn_turns *turns, struct mn_turn *turn)
{
	if (turn->state == MN_TURN_WAITING)
		list_del_init(&turn->list);
	if (turn->state == MN_TURN_HELD)
		turns->held--;
	turn->state = MN_TURN_NONE;
}

struct mn_turn *mn_turns_next(struct mn_turns *turns)
{
	struct mn_turn *turn;

	if (!has_room(turns) || list_empty(&turns->waiting))
		return NULL;
	turn = list_first_entry(&turns->waiting, struct mn_turn, list);
	list_del_init(&turn->list);
	hold(turns, turn);
	return turn;
}
