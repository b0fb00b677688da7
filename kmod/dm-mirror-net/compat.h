/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * compat: what differs between kernels, and nothing else
 *
 * The module is written for the newest kernel; here older ones are adapted.
 * The MN_HAVE_ macros come from the probes in compat/, which compile against the
 * headers that are really there: a version number says nothing about a
 * distribution's kernel.
 */
#ifndef MN_COMPAT_H
#define MN_COMPAT_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kdev_t.h>
#include <linux/kernel.h>
#include <linux/net.h>
#include <linux/uio.h>
#include <net/genetlink.h>
#include <net/sock.h>

/* --- block devices --- */

#ifdef BLK_OPEN_READ			/* from 6.5 on */
#define MN_OPEN_READ	BLK_OPEN_READ
#define MN_OPEN_WRITE	BLK_OPEN_WRITE
#define mn_open_mode	blk_mode_t
#else
#define MN_OPEN_READ	FMODE_READ
#define MN_OPEN_WRITE	FMODE_WRITE
#define mn_open_mode	fmode_t
#endif

/* A block device that this module holds open. bdev is NULL when it is not. */
struct mn_bdev {
	struct block_device *bdev;
#if defined(MN_HAVE_BDEV_FILE_OPEN_BY_DEV)
	struct file *file;
#elif defined(MN_HAVE_BDEV_OPEN_BY_DEV)
	struct bdev_handle *handle;
#else
	mn_open_mode mode;
	void *holder;
#endif
};

#if defined(MN_HAVE_BDEV_FILE_OPEN_BY_DEV)		/* from 6.9 on */

static inline int mn_bdev_open_mode(struct mn_bdev *b, dev_t dev, mn_open_mode mode, void *holder)
{
	struct file *file = bdev_file_open_by_dev(dev, mode, holder, NULL);

	if (IS_ERR(file))
		return PTR_ERR(file);
	b->file = file;
	b->bdev = file_bdev(file);
	return 0;
}

static inline void mn_bdev_release(struct mn_bdev *b)
{
	bdev_fput(b->file);
}

#elif defined(MN_HAVE_BDEV_OPEN_BY_DEV)	/* 6.7 and 6.8 */

static inline int mn_bdev_open_mode(struct mn_bdev *b, dev_t dev, mn_open_mode mode, void *holder)
{
	struct bdev_handle *handle = bdev_open_by_dev(dev, mode, holder, NULL);

	if (IS_ERR(handle))
		return PTR_ERR(handle);
	b->handle = handle;
	b->bdev = handle->bdev;
	return 0;
}

static inline void mn_bdev_release(struct mn_bdev *b)
{
	bdev_release(b->handle);
}

#else					/* up to 6.6 */

static inline int mn_bdev_open_mode(struct mn_bdev *b, dev_t dev, mn_open_mode mode, void *holder)
{
	struct block_device *bdev;

#ifdef BLK_OPEN_READ
	bdev = blkdev_get_by_dev(dev, mode, holder, NULL);
#else
	if (holder)
		mode |= FMODE_EXCL;
	bdev = blkdev_get_by_dev(dev, mode, holder);
#endif
	if (IS_ERR(bdev))
		return PTR_ERR(bdev);
	b->bdev = bdev;
	b->mode = mode;
	b->holder = holder;
	return 0;
}

static inline void mn_bdev_release(struct mn_bdev *b)
{
#ifdef BLK_OPEN_READ
	blkdev_put(b->bdev, b->holder);
#else
	blkdev_put(b->bdev, b->mode);
#endif
}

#endif

/*
 * Open for reading and writing; holder NULL: not exclusive. May block. On an
 * error (-ENXIO, -EBUSY, -EROFS, ...) b->bdev is NULL.
 */
static inline int mn_bdev_open(struct mn_bdev *b, dev_t dev, void *holder)
{
	b->bdev = NULL;
	return mn_bdev_open_mode(b, dev, MN_OPEN_READ | MN_OPEN_WRITE, holder);
}

/* The same for reading only, never exclusive. */
static inline int mn_bdev_open_read(struct mn_bdev *b, dev_t dev)
{
	b->bdev = NULL;
	return mn_bdev_open_mode(b, dev, MN_OPEN_READ, NULL);
}

/* May block; does nothing when it is not open. */
static inline void mn_bdev_close(struct mn_bdev *b)
{
	if (b->bdev)
		mn_bdev_release(b);
	b->bdev = NULL;
}

/* "major:minor" or a path to a device number; device-mapper exports no such function any more. */
static inline int mn_bdev_find(const char *path, dev_t *dev)
{
	unsigned int major, minor;
	char dummy;

	if (sscanf(path, "%u:%u%c", &major, &minor, &dummy) != 2)
		return lookup_bdev(path, dev);
	*dev = MKDEV(major, minor);
	return MAJOR(*dev) == major && MINOR(*dev) == minor ? 0 : -EOVERFLOW;
}

/* --- sockets --- */

/* The task's own page fragment must not be used where reclaim may send (from 6.1 on). */
static inline void mn_sk_no_task_frag(struct sock *sk)
{
#ifdef MN_HAVE_SK_USE_TASK_FRAG
	sk->sk_use_task_frag = false;
#endif
}

/* --- limits of a queue --- */

/* max_write_zeroes_sectors was changed: the other limits follow. */
static inline void mn_limits_fit_zeroes(struct queue_limits *limits)
{
#ifdef MN_HAVE_MAX_HW_WZEROES_UNMAP_SECTORS
	if (limits->max_hw_wzeroes_unmap_sectors)
		limits->max_hw_wzeroes_unmap_sectors = limits->max_write_zeroes_sectors;
#endif
}

/* Newer kernels compute max_discard_sectors from the limit of the hardware. */
static inline void mn_limits_set_discard(struct queue_limits *limits, unsigned int sectors)
{
	limits->max_hw_discard_sectors = sectors;
	limits->max_discard_sectors = sectors;
}

/* --- generic netlink --- */

#ifdef MN_HAVE_GENL_SPLIT_OPS		/* from 6.2 on */
#define mn_genl_op	genl_split_ops	/* what pre_doit and post_doit get */
#else
#define mn_genl_op	genl_ops
#endif

static inline struct nlattr **mn_genl_dump_attrs(struct netlink_callback *cb)
{
#ifdef MN_HAVE_GENL_INFO_DUMP
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

/*
 * Send pages without copying: `bytes` from `offset` of the first vector on, all
 * or in part. May block. Only for sockets that take references to pages (TCP).
 */
static inline int mn_sock_send_pages(struct socket *sock, const struct bio_vec *vec,
				     unsigned int vecs, u32 offset, u32 bytes, int flags)
{
#ifdef MN_HAVE_KERNEL_SENDPAGE		/* up to 6.4, where MSG_SPLICE_PAGES does nothing */
	u32 n = min(bytes, vec->bv_len - offset);

	if (n < bytes)
		flags |= MSG_MORE;
	if (flags & MSG_MORE)
		flags |= MSG_SENDPAGE_NOTLAST;
	return kernel_sendpage(sock, vec->bv_page, vec->bv_offset + offset, n, flags);
#else
	struct msghdr msg = { .msg_flags = flags | MSG_SPLICE_PAGES };

	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, vec, vecs, bytes + offset);
	iov_iter_advance(&msg.msg_iter, offset);
	return sock_sendmsg(sock, &msg);
#endif
}

#endif
