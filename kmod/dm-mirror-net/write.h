/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * write: what happens to a write of the source (L3; DESIGN 3)
 */
#ifndef MN_WRITE_H
#define MN_WRITE_H

#include "volume.h"

/* In the per-bio data of every bio that a front maps. */
struct mn_io {
	struct mn_volume *volume;
	struct bio *bio;
	struct list_head list;		/* parked, copying, held, fenced or done */
	struct mn_span span;		/* in volume->overlap, when tracked */
	struct mn_payload *payload;	/* the one copy, when a mirror gets it */
	struct bio *clone;		/* the local leg of a copied write */
	struct list_head legs;		/* of mn_leg (of_io): not yet used */
	struct list_head durable_legs;	/* of mn_leg (of_io): FLUSH or FUA, until it completes */
	u64 write_number;
	u64 first_region, last_region;
	u64 started;			/* ns: when it was classified */
	u64 flush_epoch;		/* FLUSH: of mn_regions_flush_starts() */
	unsigned long parked;		/* jiffies: since when it waits for memory */
	u32 sectors;
	u32 have_legs;			/* in `legs` */
	unsigned int open_legs;		/* what must end before it completes; under track */
	blk_status_t status;
	u8 parity;
	u8 stage;			/* enum mn_io_stage */
	bool counted;			/* in volume->inflight[parity] */
	bool tracked;			/* in volume->overlap */
	bool entered;			/* in the regions */
	bool uncopied;			/* no memory for the copy: it cannot be sent */
	bool crowded;			/* in volume->crowd */
	bool waited;			/* was in it once: behind nobody any more */
};

/*
 * map: never sleeps. Returns a DM_MAPIO_ code; may cut the bio with
 * dm_accept_partial_bio(). io is the bio's per-bio data.
 */
int mn_write_map(struct mn_volume *volume, struct mn_io *io, struct bio *bio);
/* end_io of a front, any context. Returns a DM_ENDIO_ code. */
int mn_write_end_io(struct mn_volume *volume, struct mn_io *io, blk_status_t *status);

/* May block: wait until every write classified before the call has ended on the data device. */
void mn_write_drain(struct mn_volume *volume);

/*
 * Under track. One of the things the write waited for has ended; done collects it when that was
 * the last one.
 */
void mn_write_leg_done(struct mn_io *io, struct list_head *done);
/*
 * Under track. The FLUSH or FUA has completed for its user: what is queued from now on comes
 * after it (I4).
 */
void mn_write_raise_barriers(struct mn_io *io);
/*
 * Under track. All that the write waited for has ended: it completes (done collects it), or is held
 * until a loss is on record, or a lost copy is fenced.
 */
void mn_write_ended(struct mn_io *io, struct list_head *done);
/* Without track: complete what was collected. */
void mn_write_complete(struct list_head *done);

/* A flush of the data device failed: regions not yet flushed are dirty on every mirror (I3). */
void mn_write_flush_failed(struct mn_volume *volume, blk_status_t status);

/* Work functions of the volume. */
void mn_write_copy_work(struct work_struct *work);
void mn_write_loss_work(struct work_struct *work);
void mn_write_rerun(struct mn_volume *volume, struct list_head *parked);

#endif
