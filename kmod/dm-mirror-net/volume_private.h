/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What volume.c, recover.c, role.c, mirror.c and prepare.c share (L3)
 */
#ifndef MN_VOLUME_PRIVATE_H
#define MN_VOLUME_PRIVATE_H

#include "volume.h"

/* volume.c: mn_why.text of whatever had to be on record and is not. */
extern const char mn_why_no_metadata[];

/* volume.c: take volume->lock for an operation; -ENODEV, not taken: the volume is being stopped. */
int mn_volume_enter(struct mn_volume *volume, struct mn_why *why);

/* volume.c: why the device cannot hold a volume of so many sectors; NULL: it can. */
const char *mn_volume_data_refusal(struct block_device *data, u64 sectors);

/* recover.c, under volume->lock, may block: the first attach, and the end. */
int mn_volume_start(struct mn_volume *volume, struct mn_why *why);
void mn_volume_stop(struct mn_volume *volume);

/*
 * role.c. Under volume->lock, may block: no I/O from its return on. -EBUSY while held, unless
 * force. -EINPROGRESS: somebody is just opening or closing the device; try again.
 */
int mn_volume_close_io(struct mn_volume *volume, u8 reason, bool force);
/* role.c, under volume->lock: that is durable now; the gate is closed. */
void mn_volume_role_is(struct mn_volume *volume, u8 role, u8 locked);
void mn_volume_locked_as(struct mn_volume *volume, u8 reason);
/* yield.c, on session_wq: this source becomes a target, when its links are gone. */
void mn_volume_yield_work(struct work_struct *work);
/*
 * yield.c, under volume->lock, may block; the gate is closed, no mirror has a link. What this node
 * wrote last, and the new source has not got, is marked, and will be overwritten.
 */
int mn_volume_commit_yield(struct mn_volume *volume, bool unwritten, struct mn_why *why);
void mn_volume_open_work(struct work_struct *work);
/* boot.c. Under volume->lock, with the first attach: this source waits for its nodes. */
void mn_volume_boot_begins(struct mn_volume *volume);
/* boot.c, on session_wq, once a second while it waits. */
void mn_volume_boot_work(struct work_struct *work);
/* On session_wq: a fence was not confirmed in time, and the volume is to be locked. */
void mn_volume_fence_lock_work(struct work_struct *work);
/* What the superblock says the lock is to be after a start. */
u8 mn_volume_initial_lock(const struct mn_volume *volume, const struct mn_super *super);

/* mirror.c. May block: an object for a used slot; not yet in volume->mirror. */
struct mn_mirror *mn_mirror_new(struct mn_volume *volume, u8 slot, const u8 *peer_uuid);
void mn_mirror_free(struct mn_mirror *mirror);
/*
 * mirror.c. Takes volume->lock, may block; on success the lock is held and the mirror has no link:
 * one that it had was ended for this reason. An ERR_PTR, with the lock free: -ENODEV, -ENOENT.
 */
struct mn_mirror *mn_mirror_find_idle(struct mn_volume *volume, const u8 *peer_uuid, u8 reason,
				      struct mn_why *why);
/* mirror.c. Under volume->lock: put it into, or take it out of volume->mirror. */
void mn_mirror_install(struct mn_volume *volume, struct mn_mirror *mirror);
void mn_mirror_uninstall(struct mn_volume *volume, struct mn_mirror *mirror);

#endif
