/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * apply: what the target does with a stream (L3; I3, I4, I8, I9)
 *
 * Frames come from the receiver thread in stream order. A write starts when the
 * FLUSH or FUA it names as its barrier has ended, nothing that overlaps it is
 * under way and its region has a durable intent; writes then run in parallel.
 * Two watermarks go back: applied (all before is in the data device) and
 * stable (a flush that started after that has ended well).
 */
#ifndef MN_APPLY_H
#define MN_APPLY_H

#include "conn.h"
#include "volume.h"

struct mn_apply;

/* What the owner of the stream is told. Process context. */
struct mn_apply_ops {
	/* A resync has begun, or has ended well. Counts only while the link stands. */
	void (*event)(void *context, enum mn_mirror_event event);
	/* The target cannot go on, and that is on record; called once. */
	void (*failed)(void *context, const char *why);
};

/*
 * Process context. A stream begins at the target, or goes on behind from->applied. From its return
 * on `stable` moves by itself, and no other stream can go on. -ENOMEM, or -EBUSY: another source
 * sends to this copy.
 */
struct mn_apply *mn_apply_create(struct mn_mirror *mirror, struct mn_conn *conn,
				 const struct mn_received *from,
				 const struct mn_apply_ops *ops, void *context);
/* Under track, any context. A flush of the data device failed that somebody else asked for (I3). */
void mn_apply_flush_failed(struct mn_apply *apply);

/*
 * Process context, may block for the local disk. Flushes what was applied, and tells the source: it
 * need not resync these blocks when the link ends now. The conn lives, or is not sent to any more
 * (mn_apply_stop_sending). Nothing is done for an apply that is broken.
 */
void mn_apply_settle(struct mn_apply *apply);
/* Process context. The conn is about to go: nothing is acknowledged from now on. */
void mn_apply_stop_sending(struct mn_apply *apply);
/*
 * May block. Waits for all that was received, flushes, remembers how far the stream came
 * (mirror->received), frees. No frame comes any more.
 */
void mn_apply_destroy(struct mn_apply *apply);

/*
 * Receiver thread, may block for the local disk. A frame of the stream; owns payload. Returns 0, or
 * a negative errno with *why: the link is closed. What the disk does not do is told by ops->failed
 * instead.
 */
int mn_apply_receive(struct mn_apply *apply, const struct mn_frame *frame,
		     struct mn_payload *payload, const char **why);

#endif
