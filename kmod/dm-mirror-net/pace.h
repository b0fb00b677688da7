/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pace: the arithmetic of a limit in kbit/s (L0, pure; docs/wan.md)
 *
 * A bucket of tokens kept as one moment: when what was sent so far will have used up its share. The
 * caller brings the clock (ns, never back) and does the waiting and the locking.
 */
#ifndef MN_PACE_H
#define MN_PACE_H

#include <linux/sizes.h>
#include <linux/types.h>

#define MN_PACE_IDLE_NS		100000000u	/* what a pause may save up: 100 ms */
#define MN_PACE_LATE_NS		500000000u	/* what is made up for after a late wake-up */
#define MN_PACE_PIECE_MIN	SZ_1K
#define MN_PACE_PIECE_MAX	SZ_64K

struct mn_pace {
	u32 kbit;	/* per second, of 1000 bits; 0: no limit */
	u32 rest;	/* of the last division, in units of 1/kbit ns */
	u64 due;	/* ns */
};

/*
 * A new limit from now on; what is owed stays owed, as bytes. Nothing is saved up when one
 * begins.
 */
void mn_pace_set(struct mn_pace *pace, u32 kbit, u64 now);
/* ns until sending may begin; 0: now. */
u64 mn_pace_wait(const struct mn_pace *pace, u64 now);
/* So many bytes are sent, or are going to be; they may be more than there was room for. */
void mn_pace_charge(struct mn_pace *pace, u32 bytes, u64 now);
/* ... which turned out to be fewer by so many. */
void mn_pace_refund(struct mn_pace *pace, u32 bytes);
/*
 * There was nothing to send, or no way, until now. Without this call the time since the last
 * charge counts as late, which is made up for.
 */
void mn_pace_idle(struct mn_pace *pace, u64 now);
/*
 * How many bytes to send between two looks at the clock: 20 ms worth, and what is made up for,
 * within the bounds above.
 */
u32 mn_pace_piece(const struct mn_pace *pace, u64 now);

#endif
