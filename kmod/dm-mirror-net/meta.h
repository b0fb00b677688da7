/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * meta: the metadata device and its superblock pair (L1)
 *
 * All functions may block (GFP_NOIO inside) and are called without spinlocks,
 * unless said otherwise. The superblock is changed by transactions: what is
 * durable becomes visible, nothing else does (I6, I8).
 */
#ifndef MN_META_H
#define MN_META_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include "layout.h"

struct mn_meta {
	struct block_device *bdev;	/* the caller's; stays open as long as this */
	u32 page_bytes;
	struct mn_layout layout;
	struct mutex lock;		/* one transaction at a time */
	spinlock_t super_lock;		/* guards super against readers (any context) */
	struct mn_super super;		/* what is durable */
	struct mn_super draft;		/* of the open transaction; under lock */
	u8 next_copy;			/* which copy the next commit overwrites */
	int error;			/* sticky: first failed write's errno, < 0 (READ_ONCE) */
	/*
	 * The owner's, set before the first write; NULL: nobody asks. Called once, when `error` has
	 * been set to this errno. Locks of this layer may be held: it must not block.
	 */
	void (*failed)(struct mn_meta *meta, int error);
	/* private to meta and meta_io */
	struct bio_set bios;
	struct mn_disk_super *buffer;	/* of the superblock's I/O; under lock */
	struct mn_super scratch;	/* what the buffer says; under lock */
};

/*
 * Read both copies of the superblock and choose. Writes nothing. A copy that is
 * torn or unreadable loses to the other. Errors: -ENODATA no metadata here,
 * -EUCLEAN both copies damaged, or one that is whole makes no sense,
 * -EOPNOTSUPP a copy is of a newer version, -EIO, -EFBIG the device is smaller
 * than its layout, -EMEDIUMTYPE the device's logical sector is not the page
 * size written in it, -ENOMEM. *why gets a constant sentence that says what is
 * wrong and what it means for the data. After an error nothing is to be closed.
 */
int mn_meta_open(struct mn_meta *meta, struct block_device *bdev, const char **why);
void mn_meta_close(struct mn_meta *meta);

/*
 * Write fresh metadata: all areas zero with sealed pages, then the superblock.
 * `super` gives everything but sequence and page_bytes, which are set here.
 * *needed_bytes is what the layout takes (0: it could not be computed).
 * -ENOSPC when the device is too small; -EINVAL when super makes no sense;
 * -EEXIST when either copy carries our magic, valid or not, unless force. After
 * these, and after -EIO or -ENOMEM of the check, nothing was changed.
 * Order: first both old superblock copies are invalidated, durably; the new
 * ones are written last, so a crash in between leaves no metadata at all.
 */
int mn_meta_format(struct block_device *bdev, const struct mn_super *super, bool force,
		   u64 *needed_bytes, const char **why);

/* Copy what is durable; any context. */
void mn_meta_read(struct mn_meta *meta, struct mn_super *out);

/*
 * Begin a transaction: returns the draft, a copy of what is durable. Ends with
 * exactly one of commit or abort, by the same task. Commit writes the draft to
 * the older copy with PREFLUSH|FUA and makes it visible; when it fails nothing
 * is visible, meta->error is set and the errno returned. Once meta->error is
 * set every commit fails with it. Which of the two states the next activation
 * finds after a failed commit is open: the device may have stored it and
 * reported an error all the same. -EINVAL: the draft makes no sense (a bug);
 * nothing was written and meta->error stays as it was.
 */
struct mn_super *mn_meta_begin(struct mn_meta *meta);
int mn_meta_commit(struct mn_meta *meta);
void mn_meta_abort(struct mn_meta *meta);

/*
 * Pages: read or write `count` pages of an area. Writes are sealed by the
 * caller (layout.h) and use FUA; they run in parallel, neighbours in one bio,
 * and return when all have ended. page[i] is the buffer (kmalloc'ed or page,
 * page_bytes long) for index[i]. A failed write sets meta->error; once it is
 * set every write fails with it. What is read is not checked.
 */
int mn_meta_write_pages(struct mn_meta *meta, u64 area_start, const u32 *index,
			void *const *page, u32 count);
int mn_meta_read_page(struct mn_meta *meta, u64 area_start, u32 index, void *page);

#endif
