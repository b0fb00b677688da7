/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * stream: what is queued for one mirror, in the order of its stream (L3)
 */
#ifndef MN_STREAM_H
#define MN_STREAM_H

#include "conn.h"
#include "volume.h"

struct mn_io;

/* One write on its way to one mirror; lives until it is applied and sent. */
struct mn_leg {
	struct mn_out out;
	struct list_head list;		/* in mirror->unapplied */
	struct list_head of_io;		/* in io->legs or io->durable_legs */
	struct mn_volume *volume;
	struct mn_mirror *mirror;
	struct mn_io *io;		/* who waits for it, or NULL */
	u64 sector;
	u32 sectors;
	u64 queued;			/* jiffies64 */
	u64 started;			/* ns, of a write; 0: of nothing that is measured */
	u64 stream;			/* mirror->stream when it was queued */
	refcount_t refs;		/* who made it; the sender; the list; io->durable_legs */
	u8 slot;			/* mirror->slot */
	bool resync;			/* sent by the resync cursor */
	union {				/* payload of the small ones */
		struct mn_wire_sync_begin begin;
		struct mn_wire_generation generation;
		struct mn_wire_compare compare;
	} small;
};

/*
 * Under track. Queue a leg on the mirror's stream with the next sequence; the caller keeps its
 * reference.
 */
void mn_leg_queue(struct mn_mirror *mirror, struct mn_leg *leg);
/* Any context that gfp allows; NULL only when gfp may not wait. */
struct mn_leg *mn_leg_get(struct mn_volume *volume, gfp_t gfp);
void mn_leg_put(struct mn_leg *leg);

/*
 * Under track. Send a leg that an earlier link took, or none, on the one that there is now. Its
 * sequence stays. A SYNC_END or GENERATION goes as a FLUSH (docs/resume.md).
 */
void mn_leg_queue_again(struct mn_leg *leg, struct mn_conn *conn);
/*
 * Under track. The target does not get the writes any more, or not in time: if it was in sync,
 * its loss is being recorded.
 */
void mn_stream_lose_sync(struct mn_mirror *mirror);
/* Under track. No write enters the stream any more, and it is lost as above. */
void mn_stream_shut(struct mn_mirror *mirror);
/* Under track. Writers do not wait any more for what is queued; done collects what completes. */
void mn_stream_release_writers(struct mn_mirror *mirror, struct list_head *done);
/* On volume->session_wq: the memory of what was given up goes. */
void mn_stream_drop_work(struct work_struct *work);
/*
 * Under track. The mirror lost its stream: what was queued or unstable becomes dirty. done
 * collects what completes.
 */
void mn_stream_give_up(struct mn_mirror *mirror, struct list_head *done);
/*
 * Under track. There is no stream any more, nor a cursor: writes need not be in volume->overlap for
 * this mirror.
 */
void mn_stream_untrack(struct mn_mirror *mirror);
/*
 * Under track. The target has applied and flushed so far. -ENOMEM: mn_bitmap_refill() first,
 * then again.
 */
int mn_stream_acknowledged(struct mn_mirror *mirror, u64 applied, u64 stable,
			   struct list_head *done);

#endif
