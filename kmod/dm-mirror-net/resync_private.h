/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * resync_private: the running resync of a mirror, for resync.c and endgame.c (L3)
 */
#ifndef MN_RESYNC_PRIVATE_H
#define MN_RESYNC_PRIVATE_H

#include "depth.h"
#include "pace.h"
#include "resync.h"

struct mn_leg;

struct mn_resync {
	struct mn_session *session;
	struct mn_mirror *mirror;
	struct mn_volume *volume;
	struct work_struct work;
	struct delayed_work paced;	/* the limit lets it go on */
	struct delayed_work delayed;	/* writers were delayed for long enough */
	wait_queue_head_t idle;

	/* under volume->track */
	struct list_head ready;		/* may be read */
	struct list_head read;		/* have been read */
	u64 cursor;
	u32 reads;			/* blocks between entering `overlap` and leaving it */
	u32 reading;			/* ... of these, the data device has */
	u64 failed;			/* blocks that could not be read, in this pass */
	struct mn_pace pace;		/* resync-bandwidth-limit */
	struct mn_depth depth;		/* of blocks on their way to the target */
	u64 moved;			/* jiffies64: a block was queued, read or acknowledged */
	bool told;			/* ... which was long ago, and has been announced */
	bool starved;			/* no memory for the next block */
	bool limited;			/* the next block waits for the limit */
	bool comparing;			/* this pass sends sums */
	bool stopping;
	bool ended;			/* SYNC_END is queued */
};

/* Under track: a block was queued, read or acknowledged. */
void mn_endgame_moved(struct mn_resync *resync);
/*
 * Has the cursor reached the end with nothing being read? Then decide what follows; may end the
 * link. Process context. True: go on at the start.
 */
bool mn_endgame_pass_ended(struct mn_resync *resync);
/* The work behind `delayed`. */
void mn_endgame_delayed_long(struct work_struct *work);

#endif
