/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * write: what happens to a write of the source (L3; DESIGN 3)
 */
#ifndef MN_WRITE_H
#define MN_WRITE_H

#include "conn.h"
#include "volume.h"

/* In the per-bio data of every bio that a front maps. */
struct mn_io {
	struct mn_volume *volume;
	struct bio *bio;
	struct list_head list;		/* parked, copying, held or done */
	struct mn_span span;		/* in volume->overlap, when tracked */
	struct mn_payload *payload;	/* the one copy, when a mirror gets it */
	struct bio *clone;		/* the local leg of a copied write */
	struct list_head legs;		/* of mn_leg (of_io): not yet used */
	struct list_head durable_legs;	/* of mn_leg (of_io): FLUSH or FUA, until it completes */
	u64 write_number;
	u64 first_region, last_region;
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
};

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
	u64 stream;			/* mirror->stream when it was queued */
	refcount_t refs;		/* who made it; the sender; the list; io->durable_legs */
	u8 slot;			/* mirror->slot */
	bool resync;			/* sent by the resync cursor */
	union {				/* payload of SYNC_BEGIN and SYNC_END */
		struct mn_wire_sync_begin begin;
		struct mn_wire_generation generation;
	} small;
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
 * Under track. The mirror lost its stream: what was queued or unstable becomes dirty. done
 * collects what completes.
 */
void mn_write_give_up(struct mn_mirror *mirror, struct list_head *done);
/*
 * Under track. The target has applied and flushed so far. -ENOMEM: mn_bitmap_refill() first,
 * then again.
 */
int mn_write_acknowledged(struct mn_mirror *mirror, u64 applied, u64 stable,
			  struct list_head *done);
/*
 * Under track. The FLUSH or FUA has completed for its user: what is queued from now on comes
 * after it (I4).
 */
void mn_write_raise_barriers(struct mn_io *io);
/* Without track: complete what was collected. */
void mn_write_complete(struct list_head *done);
/*
 * Under track. Queue a leg on the mirror's stream with the next sequence; the caller keeps its
 * reference.
 */
void mn_leg_queue(struct mn_mirror *mirror, struct mn_leg *leg);
struct mn_leg *mn_leg_get(struct mn_volume *volume, gfp_t gfp);
void mn_leg_put(struct mn_leg *leg);

/* A flush of the data device failed: regions not yet flushed are dirty on every mirror (I3). */
void mn_write_flush_failed(struct mn_volume *volume, blk_status_t status);

/* Work functions of the volume. */
void mn_write_copy_work(struct work_struct *work);
void mn_write_loss_work(struct work_struct *work);
void mn_write_rerun(struct mn_volume *volume, struct list_head *parked);

#endif
