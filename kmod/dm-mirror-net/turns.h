/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * turns: so many at a time, the others in the order in which they asked (L0, pure)
 */
#ifndef MN_TURNS_H
#define MN_TURNS_H

#include <linux/list.h>
#include <linux/types.h>

enum mn_turn_state {
	MN_TURN_NONE = 0,	/* zeroed memory will do */
	MN_TURN_WAITING,
	MN_TURN_HELD,
};

struct mn_turn {
	struct list_head list;	/* in mn_turns.waiting, while it waits */
	u8 state;		/* enum mn_turn_state */
};

struct mn_turns {
	struct list_head waiting;	/* of mn_turn, first come first */
	u32 limit;			/* 0: none */
	u32 held;
};

void mn_turns_init(struct mn_turns *turns);
/* Is it this one's turn? If not it waits, behind all that wait already. */
bool mn_turns_take(struct mn_turns *turns, struct mn_turn *turn);
/* It wants no turn any more, or has had it. In any state. */
void mn_turns_give(struct mn_turns *turns, struct mn_turn *turn);
/* Whose turn it is now; NULL: nobody's. To be asked until then after give, and a new limit. */
struct mn_turn *mn_turns_next(struct mn_turns *turns);

#endif
