/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mn-l2-test: one end of a link, driven from user space
 *
 * Each open of /dev/mn-l2-test is one end: it adopts a socket with the
 * module's own conn, send and recv, pumps WRITE frames into it, and checks and
 * acknowledges those which arrive.
 */
#ifndef MN_L2_TEST_H
#define MN_L2_TEST_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* Behaviour of an end's receive(). */
#define MN_L2_HOLD	0x1	/* keep payloads */
#define MN_L2_STALL	0x2	/* block in receive() until this is cleared or the link is dead */
#define MN_L2_KILL	0x4	/* kill the link from within receive() */

struct mn_l2_adopt {
	__s32 fd;
	__u32 from_source;	/* the peer is the source */
	__u64 pool_bytes;	/* cap of received payloads, and of those on their way out */
};

struct mn_l2_pump {
	__u32 count;
	__u32 fixed_bytes;	/* 0: mixed sizes */
	__u32 wait_each;	/* the next one only when the last was acknowledged */
	__u32 patient;		/* frames, and what acknowledges them, may be gathered */
	__u64 nanoseconds;	/* out */
};

struct mn_l2_state {
	__u64 received;		/* WRITE frames */
	__u64 bad;		/* with contents, order or size that nobody sent */
	__u64 applied;		/* acknowledged by the peer */
	__u64 pongs;
	__u64 small;		/* other frames */
	__u64 sent;		/* frames released as sent */
	__u64 dropped;		/* and as not sent */
	__u64 queued_bytes;
	__u64 receive_pool_bytes;
	__u64 send_pool_bytes;
	__u64 idle_ms;		/* since the last byte from the peer */
	__u32 downs;
	__u32 dead;
	__u32 reason;
	char why[128];
};

#define MN_L2_ADOPT	_IOW('l', 1, struct mn_l2_adopt)	/* create and start */
#define MN_L2_PUMP	_IOWR('l', 2, struct mn_l2_pump)	/* until all are acknowledged */
#define MN_L2_STATE	_IOR('l', 3, struct mn_l2_state)
#define MN_L2_MODE	_IO('l', 4)	/* MN_L2_HOLD, ... */
#define MN_L2_KILL_LINK	_IO('l', 5)
#define MN_L2_DESTROY	_IO('l', 6)
#define MN_L2_PING	_IO('l', 7)
#define MN_L2_SMALL	_IO('l', 8)	/* one frame with that many bytes of bitmap */
#define MN_L2_HEARD_LATER _IO('l', 9)	/* a byte came after the clock was read */

#endif
