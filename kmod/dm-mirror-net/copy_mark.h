/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * copy_mark: up to which write a target has everything (L0, pure; I13, docs/targets.md)
 *
 * The source announces to each target how far the others have come, in write numbers, which
 * mean the same on every link. A mark is a place in a target's stream together with the last
 * write number given out when it stood there; when all up to that place is stable, so are all
 * writes up to that number, if the target was in sync, with nothing dirty, at the mark.
 */
#ifndef MN_COPY_MARK_H
#define MN_COPY_MARK_H

#include <linux/types.h>

struct mn_copy_mark {
	u64 stream;	/* 0: no mark is set */
	u64 sequence;
	u64 number;
	u64 as_of;	/* all writes up to this one are stable there; 0: nothing is known */
};

/* The target as it is now, at the source. */
struct mn_copy_now {
	bool in_sync;	/* the stream has everything, and nothing is dirty */
	u64 stream;	/* != 0 */
	u64 sequence;	/* last one given out */
	u64 stable;	/* of these */
	u64 number;	/* last write number given out */
};

/* As often as one likes. Moves as_of when the mark is reached, and sets the next one. */
void mn_copy_mark_look(struct mn_copy_mark *mark, const struct mn_copy_now *now);

/*
 * At another target, which is in sync itself: does its slot for that copy hold whatever the two
 * may differ in, although it did not count before? It does if every write since `tracked`, the
 * last one that this target knew when the slot began to be kept, is in it.
 */
bool mn_copy_mark_proves(u64 as_of, u64 tracked);

#endif
