/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * volume: the run-time state of one mirrored device, and its mirrors (L3)
 *
 * A volume lives while a dm table names it (DESIGN 1.2). A dm instance is a
 * *front*: it opens the volume in its constructor, attaches in preresume,
 * detaches in postsuspend and closes in its destructor; the last close stops
 * the volume in order.
 *
 * Locks (docs/locking.md), outermost first:
 *   mn_volumes_lock   the list of volumes (mutex)
 *   volume->lock      operations on role, lock, mirrors, sessions (mutex)
 *   meta.lock         a transaction of the superblock (mutex, L1)
 *   volume->track     classification: regions, overlap, bitmaps in memory,
 *                     streams (spinlock, irq-safe)
 */
#ifndef MN_VOLUME_H
#define MN_VOLUME_H

#include <linux/bio.h>
#include <linux/kref.h>
#include <linux/mempool.h>
#include <linux/percpu-refcount.h>
#include <linux/workqueue.h>
#include "bitmap.h"
#include "compat.h"
#include "copy_mark.h"
#include "generation.h"
#include "intent.h"
#include "latency.h"
#include "meta.h"
#include "overlap.h"
#include "payload.h"
#include "regions.h"
#include "state.h"
#include "turns.h"

struct mn_apply;
struct mn_session;
struct mn_resync;
struct mn_volume;

/* Options of a mirror (SPEC 9); times in ms. Defaults in mn_options_default. */
struct mn_options {
	u32 ping_interval;
	u32 max_ping_misses;
	u32 stall_timeout;
	u32 resync_reads;
	u32 queue_high_water;
	u32 queue_byte_limit;
	u32 mode;		/* enum mn_mode */
	u32 on_queue_limit;	/* enum mn_on_queue_limit */
	u32 async_flush;	/* enum mn_async_flush */
	u32 compression;	/* 0..9 */
	u32 bandwidth_limit;	/* kbit/s; 0: none */
	u32 resync_bandwidth_limit;
	u32 auto_resync;	/* enum mn_auto_resync */
	u32 max_resync_passes;
	u32 resync_low_water;	/* blocks; 0: never delay writers */
	u32 resync_block_writes_timeout; /* ms; 0: never delay writers */
	u32 on_sync_loss;	/* enum mn_on_sync_loss */
	u32 fence_timeout;
	u32 on_fence_timeout;	/* enum mn_on_fence_timeout */
	u32 on_metadata_error;	/* enum mn_on_metadata_error */
	u32 boot_wait;		/* s */
	u32 boot_alone;		/* enum mn_boot_alone */
	u32 keep_lost_writes;	/* enum mn_keep_lost_writes */
};

extern const struct mn_options mn_options_default;

/* Of the running resync, or of the last one; under volume->track. */
struct mn_resync_stats {
	u8 phase;			/* enum mn_resync_phase */
	u64 begun;			/* blocks */
	u64 sent;
	u64 zero;
	u64 bytes;
	u64 current_block;
	u32 pass;
	u64 new_writes;
	u64 unreadable;
	u64 compared;			/* blocks: their sums were sent */
	u64 differed;			/* ... and the target has others */
	u64 left_over;			/* in this pass: writes that found no room in the queue */
	u64 started;			/* ktime_get_ns() */
	u64 ended;			/* 0 while it runs */
	u64 progress;			/* ktime_get_real_ns() of the last block sent */
};

/* How far a target has come in a stream; under volume->track. */
struct mn_received {
	u64 stream;			/* 0: none that could go on */
	u64 applied;			/* and stable */
};

/* One mirror: a used slot. */
struct mn_mirror {
	struct mn_volume *volume;
	u8 slot;
	u8 peer_uuid[MN_UUID_LEN];
	struct mn_bitmap bitmap;
	struct mn_options options;	/* READ_ONCE by readers */
	bool options_set;		/* ... were, since activation; under volume->lock */

	/* under volume->track */
	struct mn_state state;
	u64 since;			/* ktime_get_real_ns() */
	u64 entered;			/* the same moment, ktime_get_boottime_ns() */
	u64 mirroring_ns;		/* spent in mirroring before that */
	u8 link;			/* enum mn_link_state */
	bool encrypted;
	bool in_sync;			/* SYNC_END was queued: its loss must be recorded */
	bool live;			/* the stream takes writes; see overflow.c */
	bool kept;			/* ... and waits for a link; see keep.c */
	bool delays_writers;		/* a resync is about to end: no write enters the stream */
	bool catching_up;		/* ... goes on, and has not got SYNC_END yet; golive.c */
	u8 kept_in_vain;		/* links since the target last moved on */
	u64 kept_applied;		/* when the last link was lost */
	u64 backlog;			/* catching up: what was queued without a link ends here */
	bool tracking;			/* the stream raised volume->tracking */
	bool agreed;			/* in this activation: this node may be the source */
	bool refused;			/* ... it was heard, and is no target of this node */
	bool building;			/* between BITMAP_BEGIN and BITMAP_COMMIT */
	struct mn_conn *conn;		/* while streaming */
	struct mn_conn *attached_conn;	/* from attach to the end, for its counters */
	u64 stream;			/* the live or kept one, a random number */
	u64 sequence;			/* last one given out on this stream */
	u64 sync_begin;			/* of the last SYNC_BEGIN of the stream, 0: none */
	u64 told;			/* ... of the last frame that named a generation, 0: none */
	u64 applied;
	u64 stable;
	u64 barrier;			/* last FLUSH or FUA of the stream that completed here */
	/* jiffies64: when the target last moved on, or a writer began to wait for it */
	u64 progress;
	struct list_head unapplied;	/* of mn_leg, in stream order */
	u64 queue_length;
	u64 queue_bytes;
	u32 waited_for;			/* legs that a writer waits for */
	struct mn_latency remote_latency; /* of writes: queued to applied */
	u64 stalls;			/* how often writers waited for room, or a target stood */
	u64 stall_jiffies;		/* of these, but the present one */
	u64 crowded_since;		/* jiffies64: a writer waits for room; 0: none does */
	u32 resync_unapplied;		/* blocks of the cursor among them */
	u64 resync_unapplied_bytes;
	u8 fence;			/* enum mn_fence; see fence.c */
	u64 fence_generation;		/* which loss it is about */
	u64 fence_until;		/* jiffies64, while it is wanted */
	u8 lost_writes;			/* enum mn_lost_writes; under volume->lock */
	bool full_asked;		/* to store that it needs a full resync; see meta_loss.c */
	bool full_stored;		/* ... it has, durably */
	struct mn_turn turn;		/* of its resyncs as source; guarded by turn.c */
	struct work_struct *turn_work;	/* ... queued when it has come */
	u64 turn_since;			/* ... jiffies64 */
	struct mn_session *deferred;	/* its link is there for that alone */
	u8 peer_role;
	u8 peer_data_state;
	u8 peer_reason;			/* enum mn_reason: why it ended the last link, as it said */
	u64 peer_position;		/* last one heard (position.h) */
	struct mn_resync_stats resync_stats;
	struct mn_copy_mark mark;	/* up to which write it has everything: copies.c */
	u64 tracked;			/* write number from which on its slot is kept */
	struct mn_received received;	/* what this target could go on with, between links */
	bool lost_unrecorded;		/* the loss changed no generation: see commit_open() */
	bool compare;			/* a person wants blocks compared before they are sent */
	bool asked;			/* a person wants the resync; whatever auto-resync says */
	u64 rest_until;			/* jiffies64: no link before that; see rest.h */
	u32 rests;			/* in a row */
	struct delayed_work rest_work;	/* announces the end of the rest */

	struct mn_session *session;	/* under volume->lock; NULL: no link */
	struct mn_apply *apply;		/* of the stream to this node, under track */
	struct mn_session *streaming;	/* of the live stream, under track */
	struct mn_resync *resync;	/* of the session that is source */
	atomic64_t reconnects;
	atomic64_t renewals;		/* of links, docs/renew.md */
	u64 old_sent_bytes;		/* of earlier links, under volume->track */
	u64 old_received_bytes;
	u64 old_saved_bytes;
};

struct mn_volume {
	struct list_head list;		/* under mn_volumes_lock */
	struct kref ref;
	/* under mn_volumes_lock */
	unsigned int fronts;		/* opened by constructors */
	bool dying;			/* the last front is going; READ_ONCE elsewhere */
	struct mutex lock;
	u8 uuid[MN_UUID_LEN];
	char name[MN_NAME_MAX + 1];
	u64 sectors;
	u32 sector_size;

	struct mn_bdev data;		/* compat.h: an open block device */
	struct mn_bdev meta_bdev;
	struct mn_bdev claim;		/* both devices exclusively, while a front is attached */
	struct mn_bdev meta_claim;
	struct mn_meta meta;
	struct mn_intent intent;

	/* under lock */
	bool meta_opened;
	bool started;			/* released when all else is set up: look-ups acquire it */
	bool may_open;			/* as source: the peers, or a person, say so */
	bool by_agreement;		/* just the peers, and it is not open yet; under track */
	bool attached;			/* a front is live */
	struct gendisk *disk;		/* of the live front; changed under track too */
	u8 role;			/* enum mn_role, as durable */
	/* enum mn_lock_reason, in force now; READ_ONCE by readers */
	u8 lock_reason;
	bool read_only;			/* open for reading alone; READ_ONCE by map */
	struct mn_mirror *mirror[MN_SLOTS]; /* changed under lock, mirrors_lock and track */

	struct percpu_ref io;		/* live: unlocked; held by every bio under way */
	struct completion io_drained;

	spinlock_t track;		/* classification (I12); guards all down to live_mirrors */
	struct mn_regions regions;
	struct mn_overlap overlap;	/* of local writes and resync reads */
	unsigned int tracking;		/* > 0: every write is in `overlap` */
	unsigned int inflight[2];	/* classified writes under way, by parity */
	u8 parity;
	bool loss_pending;		/* a mirror's loss is not durable yet: hold completions */
	bool unwritten;			/* open; its first write has to be on record first */
	bool writable;			/* open, opening, or still draining: a loss counts */
	bool no_waiting;		/* suspended for long: nobody may wait on a link */
	bool region_full;		/* writes wait for room; reclaim_work ends it */
	u32 fences;			/* slots whose fence is open: hold writes that end */
	bool fence_failed;		/* fence-timeout: writes that end fail; see role.c */
	u8 meta_way;			/* enum mn_meta_way */
	u64 meta_until;			/* jiffies64: writes wait so long; 0: nothing has failed */
	u64 write_number;
	struct mn_latency local_latency; /* of writes on the data device */
	struct list_head parked;	/* mn_io: wait for regions */
	struct list_head copying;	/* mn_io: wait for pages */
	struct list_head held;		/* mn_io: wait for the record of a loss */
	struct list_head fenced;	/* mn_io: wait until a lost copy is fenced */
	struct list_head unrecorded;	/* mn_io: wait for what becomes of them without metadata */
	struct list_head crowded;	/* mn_io: wait for room in a queue */
	struct list_head dropped;	/* mn_leg: of streams given up, to be put by drop_work */
	unsigned int crowd;		/* how many wait for that, those being looked at included */
	unsigned int live_mirrors;	/* READ_ONCE by map */

	bool flush_fails;		/* the last flush for the region log failed; reclaim_work */
	struct mutex mirrors_lock;	/* mirror[] does not change: outside intent_lock */
	struct mutex intent_lock;	/* one update of the intent log at a time */
	struct mutex drain_lock;	/* one drain at a time */
	wait_queue_head_t wait;		/* inflight, target regions, drains */

	/* WQ_MEM_RECLAIM: what a write waits for; never waits for one */
	struct workqueue_struct *wq;
	struct workqueue_struct *session_wq; /* WQ_MEM_RECLAIM: what waits for writes */
	struct work_struct intent_work;
	struct work_struct copy_work;
	struct work_struct loss_work;
	struct delayed_work meta_work;
	struct delayed_work fence_work;
	struct delayed_work fence_lock_work; /* on session_wq */
	struct delayed_work reclaim_work;
	unsigned long positions_due;	/* jiffies; reclaim_work only */
	struct delayed_work yield_work;	/* another node has taken over; see yield.c */
	u64 yield_from;			/* the generation that this node had then */
	u32 yield_to;			/* slots of which one is the newer source */
	bool yielding;			/* under lock: its links end, and no new one is made */
	u8 yield;			/* enum mn_yield: why */
	struct delayed_work open_work;	/* opens a source as soon as nobody holds the device */
	struct delayed_work boot_work;	/* a source waits for its nodes; see boot.c */
	u64 active_since;		/* jiffies64; the first attach */
	u8 boot;			/* enum mn_boot; under lock, READ_ONCE by readers */
	struct delayed_work suspend_work;
	struct work_struct drop_work;

	struct mn_payload_pool *send_pool;
	struct mn_payload_pool *receive_pool;
	struct bio_set bios;
	mempool_t legs;
	void *regions_memory;
};

/* An answer for people; set on every error. */
struct mn_why {
	const char *text;
};

/* --- life; all may block --- */

/*
 * Constructor: find the running volume that meta_dev belongs to, or read its
 * metadata and make one. Nothing exclusive is taken. Errors as mn_meta_open(), and -EINVAL (sizes),
 * -EBADF (the running volume uses other devices).
 */
struct mn_volume *mn_volume_open(dev_t data, dev_t meta, u64 sectors, struct mn_why *why);
void mn_volume_close(struct mn_volume *volume);

/*
 * preresume: claim the data device, on the first one also recover (intents to
 * bitmaps, fingerprint) and start. -EBUSY: another front is live, or somebody else holds the
 * data device.
 */
int mn_volume_attach(struct mn_volume *volume, struct gendisk *disk, struct mn_why *why);
/* postsuspend: no bio is under way any more. */
void mn_volume_detach(struct mn_volume *volume);
/* presuspend, presuspend_undo and resume: the clock of DESIGN 3. */
void mn_volume_presuspend(struct mn_volume *volume);
void mn_volume_unsuspend(struct mn_volume *volume);

/* --- finding; the caller puts what it got --- */

struct mn_volume *mn_volume_get(const u8 *uuid);
/* NULL: the first; keeps no reference to `after` */
struct mn_volume *mn_volume_next(const struct mn_volume *after);
void mn_volume_put(struct mn_volume *volume);
/* Under volume->lock or ->track. */
struct mn_mirror *mn_mirror_find(struct mn_volume *volume, const u8 *peer_uuid);

/* --- operations; take volume->lock, may block; negative errno with *why --- */

int mn_volume_format(const char *data_path, const char *meta_path, struct mn_super *super,
		     bool force, u64 *meta_bytes, struct mn_why *why);
int mn_volume_set_role(struct mn_volume *volume, u8 role, bool force, struct mn_why *why);
int mn_volume_lock(struct mn_volume *volume, u8 reason, bool force, struct mn_why *why);
int mn_volume_unlock(struct mn_volume *volume, bool read_only, bool force, struct mn_why *why);

/* changeover.c; see MN_CMD_HANDOVER_* and MN_CMD_VOLUME_DEMOTE. */
int mn_handover_begin(struct mn_volume *volume, const u8 *peer_uuid, u64 *number, u64 *generation,
		      struct mn_why *why);
int mn_handover_accept(struct mn_volume *volume, const u8 *peer_uuid, u64 number, u64 generation,
		       struct mn_why *why);
int mn_handover_decline(struct mn_volume *volume, const u8 *peer_uuid, u64 number, u64 generation,
			struct mn_why *why);
int mn_handover_end(struct mn_volume *volume, const u8 *peer_uuid, u8 role, u64 number, bool force,
		    struct mn_why *why);
int mn_volume_demote(struct mn_volume *volume, struct mn_why *why);
/* discard.c; see MN_CMD_SPLIT_DISCARD. */
int mn_split_discard(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		     struct mn_why *why);

int mn_mirror_add(struct mn_volume *volume, const u8 *peer_uuid, bool blank, bool in_sync,
		  struct mn_why *why);
int mn_mirror_del(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
int mn_mirror_pause(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
int mn_mirror_continue(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
int mn_mirror_break(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
/* verify: compare first, and send what differs. */
int mn_mirror_resync(struct mn_volume *volume, const u8 *peer_uuid, bool full, bool verify,
		     struct mn_why *why);
int mn_mirror_bitmap_begin(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
int mn_mirror_bitmap_add(struct mn_volume *volume, const u8 *peer_uuid,
			 const struct mn_range *ranges, u32 count, struct mn_why *why);
int mn_mirror_bitmap_commit(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
/* At the target; see MN_CMD_MIRROR_OUTDATE. */
int mn_mirror_outdate(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		      struct mn_why *why);
/* At an old source; see MN_CMD_LOST_WRITES_SAVED. */
int mn_lost_writes_saved(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
			 struct mn_why *why);
int mn_link_attach(struct mn_volume *volume, const u8 *peer_uuid, int fd, bool initiator,
		   bool encrypted, u64 renew, struct mn_why *why);
int mn_link_renew(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);
int mn_link_detach(struct mn_volume *volume, const u8 *peer_uuid, struct mn_why *why);

/* --- for the engines --- */

/*
 * Any context: another node is the source, and went on from this generation. If this node is still
 * the locked source with it, it becomes a target as soon as no mirror has a link, and what is to
 * be saved before that is. why: enum mn_yield. newer: the slots of which one is that source, as a
 * mask.
 */
void mn_volume_yields(struct mn_volume *volume, u64 generation, u8 why, u32 newer);

/*
 * Report an event to the state machine of the mirror and announce what changed; any context,
 * takes volume->track (the locked form: it is held).
 */
void mn_mirror_event(struct mn_mirror *mirror, enum mn_mirror_event event, u8 reason);
void mn_mirror_event_locked(struct mn_mirror *mirror, enum mn_mirror_event event, u8 reason);
/*
 * The peer agrees, and its loss would be noticed from now on: a source that waited may be
 * opened when all have. Process context.
 */
void mn_volume_may_open(struct mn_mirror *mirror);
/*
 * Under volume->lock and track: the link has ended. Who agreed and went may be promoted, so that a
 * volume that is not open yet, somebody held it, waits again.
 */
void mn_boot_forget(struct mn_mirror *mirror);
/* Under volume->lock: it is open, or a person or a role says so, or it is no source any more. */
void mn_boot_for_good(struct mn_volume *volume, bool may_open);
/* Under track: what this peer has said of that, an enum mn_heard; see boot.c. */
u8 mn_mirror_heard(const struct mn_mirror *mirror);
/* Under volume->lock, may block. A state that only a person ends outlives a restart. */
void mn_mirror_keep_state(struct mn_mirror *mirror);
/*
 * May block: begin a transaction with the positions of the volume and of its peers in it,
 * change the slot (or what `draft` reaches) and commit with mn_meta_commit().
 */
struct mn_super *mn_volume_begin(struct mn_volume *volume);
/*
 * The most sectors of one write: a quarter of the table of regions, and what a frame may say.
 * Any context.
 */
u32 mn_volume_most_sectors(const struct mn_volume *volume);
/* The regions that a range of sectors touches; any context. */
void mn_volume_region_span(const struct mn_volume *volume, u64 sector, u32 sectors,
			   u64 *first, u64 *last);

int mn_volumes_init(void);
void mn_volumes_exit(void);

#endif
