/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conn_private: what conn.c, send.c and recv.c share (L2)
 *
 * Two threads work on a conn; each field says whose it is. Locks (docs/locking.md), outermost
 * first:
 *   conn->send_mutex  round sendmsg by the sender, or by the receiver for control frames (mutex)
 *   conn->sockets     which sockets there are, in renewals (mutex)
 *   conn->lock        the queue and what overtakes it, for a few instructions (spinlock, irq-safe)
 */
#ifndef MN_CONN_PRIVATE_H
#define MN_CONN_PRIVATE_H

#include <linux/bvec.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/sizes.h>
#include "compress.h"
#include "conn.h"
#include "pace.h"

/* What overtakes the queue; bits of mn_conn.control. */
#define MN_CONTROL_ACK		0x1
#define MN_CONTROL_PING		0x2
#define MN_CONTROL_PONG		0x4
#define MN_CONTROL_NEEDS_FULL	0x8
#define MN_CONTROL_FULL_STORED	0x10
#define MN_CONTROL_RENEW_READY	0x20
#define MN_CONTROL_RENEW_ASK	0x40

/*
 * Frames that leave in one go. Headers and small payloads are written into
 * `text`, payloads stay in their pages. A batch is closed at MN_BATCH_BYTES (less with a
 * limit), so that control frames never wait behind more than that and the largest frame;
 * what one sendmsg gets is limited too, so that progress can be seen.
 */
#define MN_BATCH_TEXT_ORDER	2
#define MN_BATCH_TEXT_BYTES	(PAGE_SIZE << MN_BATCH_TEXT_ORDER)
#define MN_BATCH_BYTES		SZ_64K
#define MN_BATCH_VECS		(MN_PAYLOAD_PAGES + 32)
#define MN_SEND_BYTES		SZ_64K

/*
 * What nobody waits for stands in the queue until so much is there, or for so long: a wake-up, a
 * call of TCP and an interrupt at the peer for each write cost more than the write itself.
 */
#define MN_GATHER_BYTES		SZ_64K
#define MN_GATHER_JIFFIES	max(HZ / 250, 1)

enum mn_sender_state {
	MN_SENDER_AT_WORK,
	MN_SENDER_GATHERS,		/* naps: wake it for what is urgent */
	MN_SENDER_SLEEPS,		/* wake it for anything */
};

struct mn_batch {
	struct page *text;		/* MN_BATCH_TEXT_BYTES, one compound page */
	u32 text_used;
	u32 vecs;
	u32 bytes;
	u32 most;			/* bytes at which it is closed */
	bool last;			/* nothing follows it on this socket */
	struct list_head outs;		/* mn_out of the batch, in order */
	struct bio_vec vec[MN_BATCH_VECS];
	DECLARE_BITMAP(references, MN_BATCH_VECS);	/* vectors that are not copied */
};

/* How far the sending direction is in a renewal. */
enum mn_renew_out {
	MN_RENEW_NOT_YET,
	MN_RENEW_DUE,			/* both sides hold the socket */
	MN_RENEW_SENDING,		/* there is no way back */
	MN_RENEW_DONE,			/* RENEW was sent, and `sock` is the new one */
};

struct mn_conn {
	/* fixed by mn_conn_create() and mn_conn_start() */
	bool inet;			/* TCP: may carry kTLS records; otherwise UNIX */
	bool tls;			/* it does */
	bool by_reference;		/* TCP without TLS: may take pages without copying */
	struct mn_payload_pool *pool;
	const struct mn_conn_ops *ops;
	void *context;
	struct task_struct *sender;
	struct task_struct *receiver;
	char name[32];			/* of the volume, for messages */
	char peer[64];			/* address, for messages */

	/*
	 * renew.c. Each pointer is changed under `sockets`; `sock` under send_mutex, too, and
	 * looked at under RCU, `from` by the receiver thread alone
	 */
	struct mutex sockets;
	struct socket *sock;		/* what is sent leaves here */
	struct socket *from;		/* ... and comes from here: the same, but in a renewal */
	struct socket *next;		/* of a renewal; its changes under lock, too */
	struct socket *old;		/* shut down, or about to be */
	bool renewed_in;		/* `from` is the new one; under sockets */

	/* death: written once, under lock; `dead` last */
	bool dead;
	u8 reason;
	char why[128];
	atomic_t down_calls;

	spinlock_t lock;		/* irq-safe; guards what follows */
	struct list_head queue;		/* mn_out, not yet seen by a sender */
	u64 sequence;			/* last one given out */
	u64 applied;
	u64 stable;
	u64 position;			/* for the next PING */
	u8 control;			/* MN_CONTROL_*; peeked at without lock */
	u8 renew_out;			/* enum mn_renew_out; peeked at without lock */
	u64 token;			/* of `next`; 0: none */
	u64 peer_token;			/* of what the peer holds */
	unsigned long renew_since;	/* jiffies: when `next` came */
	bool urgent;			/* somebody waits for something of it, or it is much */
	u8 sender_state;		/* enum mn_sender_state; who changes it wakes the sender */
	struct mn_packer *next_packer;	/* what the sender shall pack with from now on */
	bool packer_changed;		/* peeked at without lock */

	atomic64_t queued_bytes;

	struct mutex send_mutex;	/* round sendmsg; guards what follows */
	struct list_head sending;	/* taken from queue, not yet in a batch */
	struct mn_batch *batch;
	struct mn_packer *packer;	/* NULL: frames leave as they are */
	struct mn_pace pace;

	u32 compression;		/* the option; mn_conn_set_options() only */
	u32 limit;			/* bandwidth-limit; READ_ONCE, WRITE_ONCE */
	u8 packing;			/* enum mn_compression, were both to agree; as limit */
	bool agreed_packed;		/* both ends have MN_FEATURE_PACKED; as limit */
	wait_queue_head_t pacing;	/* the sender, until it may send again */

	/* receiver thread only */
	struct mn_wire_limits limits;
	struct page *head;		/* the next header, as far as it has come */
	u32 head_bytes;
	struct bio_vec *receive_vec;	/* [MN_PAYLOAD_PAGES + 1] */
	struct mn_unpacker *unpacker;	/* NULL: no memory for it, the peer must not pack */

	/* READ_ONCE, WRITE_ONCE */
	unsigned long last_received;	/* jiffies */
	bool listening;			/* in recvmsg: silence is the peer's */
	struct mn_conn_stats stats;
};

/* conn: a thread has met an error; says so once, and kills. Errno or text. */
void mn_conn_fail(struct mn_conn *conn, u8 reason, const char *why);
/* conn: the last act of both threads. */
void mn_conn_thread_ends(struct mn_conn *conn);
const char *mn_conn_error_text(int error);

/*
 * adopt: process context. An ERR_PTR with *why, as mn_conn_create() says them. What user space may
 * have set that would delay, time out or recurse is undone by prepare.
 */
struct socket *mn_socket_adopt(int fd, const char **why);
void mn_socket_prepare(struct socket *sock);
void mn_socket_release(struct socket *sock);

/* renew: sender thread, under send_mutex. */
bool mn_renew_is_due(const struct mn_conn *conn);
u64 mn_renew_begin(struct mn_conn *conn);	/* what RENEW names; 0: it is not due any more */
void mn_renew_sent(struct mn_conn *conn);	/* RENEW was: from here on the new socket is used */
/* renew: receiver thread. */
int mn_renew_received(struct mn_conn *conn, u64 token, const char **why);	/* RENEW; -EPROTO */
void mn_renew_peer_holds(struct mn_conn *conn, u64 token);		/* RENEW_READY */
/* renew: all sockets of the conn; under conn->sockets, and with nobody else there. */
void mn_renew_shut_down(struct mn_conn *conn);
void mn_renew_exit(struct mn_conn *conn);

/* send */
int mn_send_init(struct mn_conn *conn);
void mn_send_exit(struct mn_conn *conn);	/* releases what was not sent */
int mn_send_thread(void *conn);
void mn_send_wake(struct mn_conn *conn);	/* any context */
/* conn_options: sender thread, send_mutex: what was set since. */
void mn_conn_adopt_packer(struct mn_conn *conn);
void mn_conn_options_exit(struct mn_conn *conn);

/* recv */
int mn_recv_init(struct mn_conn *conn);
void mn_recv_exit(struct mn_conn *conn);
int mn_recv_thread(void *conn);

#endif
