/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resync: the cursor that sends dirty blocks while writes go on (L3; I12)
 *
 * One work item per mirror keeps `resync-reads` blocks under way: read from the data
 * device (no write under way in them: volume->overlap), checked for zeroes,
 * sent, applied. A block becomes pending in the moment it is queued, so
 * that every later write to it is sent after it.
 */
#ifndef MN_RESYNC_H
#define MN_RESYNC_H

#include "volume.h"
#include "wire.h"

struct mn_session;

/*
 * May block. The stream is live; the bitmap says what is to be sent; compare: only what differs.
 * -ENOMEM.
 */
int mn_resync_start(struct mn_session *session, bool full, bool compare);
/* May block: waits for reads under way. Nothing is sent after it. */
void mn_resync_stop(struct mn_mirror *mirror);
/* Any context: acknowledgements made room, or limits changed. */
void mn_resync_kick(struct mn_mirror *mirror);
/* Under track: a block that was queued then (jiffies64) is applied. */
void mn_resync_acked(struct mn_mirror *mirror, u64 queued);
/* Under track: a write found no room in the queue for this reason; its bits are set. */
void mn_resync_left_over(struct mn_mirror *mirror, u8 reason);
/* Under track: what the running resync waits for at this moment. */
enum mn_resync_wait mn_resync_waits_for(const struct mn_mirror *mirror);
/* Process context, now and then: announces once that the resync makes no progress, and why. */
void mn_resync_watch(struct mn_mirror *mirror);
/*
 * Under track: the target says that the block of this frame has another sum there. False: it cannot
 * know that.
 */
bool mn_resync_differs(struct mn_mirror *mirror, const struct mn_frame *frame);
/* Any context: packing made a block that was sent smaller by so many bytes. */
void mn_resync_saved(struct mn_mirror *mirror, u32 bytes);

#endif
