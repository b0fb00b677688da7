// SPDX-License-Identifier: GPL-2.0-only
/*
 * pace: the arithmetic of a limit in kbit/s (L0, pure; docs/wan.md)
 */
#include <linux/kernel.h>
#include <linux/math64.h>

#include "pace.h"

/* A byte takes so many ns at 1 kbit/s. */
#define MN_PACE_BYTE_NS		8000000u

#define MN_PACE_NEVER		(~0ull)

/* At most 2^32 x 8 000 000: fits by far. */
static u64 cost_of(const struct mn_pace *pace, u32 bytes, u32 *rest)
{
	return div_u64_rem((u64)bytes * MN_PACE_BYTE_NS + *rest, pace->kbit, rest);
}

/* What takes `ns` at one rate takes so long at another; without end rather than too short. */
static u64 at_other_rate(u64 ns, u32 from, u32 to)
{
	if (ns > div_u64(MN_PACE_NEVER, from))
		return MN_PACE_NEVER;
	return div_u64(ns * from, to);
}

static u64 later(u64 moment, u64 ns)
{
	return ns > MN_PACE_NEVER - moment ? MN_PACE_NEVER : moment + ns;
}

void mn_pace_set(struct mn_pace *pace, u32 kbit, u64 now)
{
	u64 owed = mn_pace_wait(pace, now);

	if (kbit == pace->kbit)
		return;
	pace->due = owed && kbit ? later(now, at_other_rate(owed, pace->kbit, kbit)) : now;
	pace->kbit = kbit;
	pace->rest = 0;
}

u64 mn_pace_wait(const struct mn_pace *pace, u64 now)
{
	return pace->kbit && pace->due > now ? pace->due - now : 0;
}

/* No more than that. */
static void save_up(struct mn_pace *pace, u64 now, u64 ns)
{
	u64 earliest = now > ns ? now - ns : 0;

	if (pace->due < earliest)
		pace->due = earliest;
}

void mn_pace_idle(struct mn_pace *pace, u64 now)
{
	save_up(pace, now, MN_PACE_IDLE_NS);
}

void mn_pace_charge(struct mn_pace *pace, u32 bytes, u64 now)
{
	if (!pace->kbit)
		return;
	save_up(pace, now, MN_PACE_LATE_NS);
	pace->due = later(pace->due, cost_of(pace, bytes, &pace->rest));
}

void mn_pace_refund(struct mn_pace *pace, u32 bytes)
{
	u32 none = 0;
	u64 cost;

	if (!pace->kbit)
		return;
	cost = cost_of(pace, bytes, &none);
	pace->due = cost < pace->due ? pace->due - cost : 0;
}

/* kbit/s / 8 are bytes in a ms. */
u32 mn_pace_piece(const struct mn_pace *pace, u64 now)
{
	u64 late = now > pace->due ? now - pace->due : 0;
	u32 ms = 20 + div_u64(min_t(u64, late, MN_PACE_LATE_NS), 1000000);

	if (!pace->kbit || pace->kbit > MN_PACE_PIECE_MAX)
		return MN_PACE_PIECE_MAX;
	return clamp_t(u32, pace->kbit / 8 * ms, MN_PACE_PIECE_MIN, MN_PACE_PIECE_MAX);
}
