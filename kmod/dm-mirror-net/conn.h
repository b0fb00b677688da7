/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * conn: one adopted stream socket, its sender and its receiver (L2)
 *
 * User space connected, authenticated and encrypted the socket; from attach on
 * only this file, send and recv touch it. Two kernel threads block in
 * sendmsg/recvmsg; closing the socket wakes both. What frames mean is the
 * business of L3, which registers mn_conn_ops.
 *
 * Life: mn_conn_create -> mn_conn_start -> (threads run) -> mn_conn_kill, by anybody
 * who may sleep, any number of times; or the peer ends it -> ops->down once
 * -> mn_conn_destroy by the owner, never from the ops or the threads.
 */
#ifndef MN_CONN_H
#define MN_CONN_H

#include <linux/net.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include "payload.h"
#include "wire.h"

struct mn_conn;

/* The longest inlined payload. */
#define MN_SEND_INLINED_MAX	4096

/*
 * A frame to send; embedded in what it belongs to. From mn_send_queue() until
 * release() it is L2's. A sequenced frame keeps the sequence its owner gave it
 * (calls to mn_send_queue() in that order); with 0 it gets the next one, which
 * stands in frame.sequence when mn_send_queue() returns. payload_crc is the
 * sender's business. payload may be NULL; small payloads, kmalloc'ed inside
 * the owner, use `inlined`. What is `patient` may stand in the queue for some
 * milliseconds, for company; what is not takes everything before it along.
 */
struct mn_out {
	struct list_head list;
	struct mn_frame frame;
	struct mn_payload *payload;	/* a reference of the owner's, valid until release */
	const void *inlined;		/* frame.payload_bytes bytes, instead of payload */
	bool patient;			/* nobody waits for it */
	u32 saved;			/* bytes that packing saved, when it is released as sent */
	/*
	 * Sender thread or destroyer, may not block long: sent (true; the socket has
	 * its own copy, an answer to it may have arrived already) or dropped (false).
	 */
	void (*release)(struct mn_out *out, bool sent);
};

struct mn_conn_ops {
	/*
	 * Receiver thread, may block: a checked frame has arrived. payload (NULL
	 * when there is none) is the callee's to put. Its checksum was verified.
	 * Return 0, or a negative errno with *why: the link is closed.
	 */
	int (*receive)(void *context, const struct mn_frame *frame,
		       struct mn_payload *payload, const char **why);
	/*
	 * Once, any of the two threads: the link is dead; schedule what must follow.
	 * The other thread may still be in receive() or release(); it is gone when
	 * mn_conn_destroy() returns. `why` is valid until then. Not called for a
	 * conn that was never started.
	 */
	void (*down)(void *context, u8 reason, const char *why);
	/* Any of the two threads, may not block long: both directions use the new socket. */
	void (*renewed)(void *context);
};

struct mn_conn_stats {
	atomic64_t sent_bytes;
	atomic64_t received_bytes;
	atomic64_t saved_bytes;		/* sent_bytes would be larger by so many without packing */
};

/*
 * Adopt the socket of `fd` of the calling process (takes a file reference). An
 * ERR_PTR with *why: -EBADF, -ENOTSOCK, -EPROTONOSUPPORT (neither TCP, TCP with
 * kTLS in both directions, nor a UNIX stream), -ENOTCONN, -EBUSY (another kernel
 * user), -ENOMEM. `pool` serves received payloads and limits what is in flight
 * behind the receiver; it outlives the conn.
 */
struct mn_conn *mn_conn_create(int fd, const struct mn_wire_limits *limits,
			       struct mn_payload_pool *pool,
			       const struct mn_conn_ops *ops, void *context, const char **why);
/*
 * Start the threads; ops may be called before this returns. `name` (of the volume, cut to what
 * fits) appears in messages and thread names. On failure destroy it.
 */
int mn_conn_start(struct mn_conn *conn, const char *name);

/*
 * May sleep; from the ops too. Shut the socket down; both threads end soon, and
 * ops->down is called (once) with the reason of the first who killed; why may be
 * NULL.
 */
void mn_conn_kill(struct mn_conn *conn, u8 reason, const char *why);
/*
 * May sleep; not from the threads, and nobody else may be in a call with this
 * conn any more. Kills, waits for the threads, releases what is still queued
 * (release(out, false)), drops the socket and frees.
 */
void mn_conn_destroy(struct mn_conn *conn);

/*
 * Options that hold from now on (docs/wan.md). bandwidth_limit: kbit/s, 0 none; compression: 0..9.
 * May sleep; one caller at a time. Without memory to compress, frames leave as they are.
 */
void mn_conn_set_options(struct mn_conn *conn, u32 bandwidth_limit, u32 compression);
/* MN_FEATURE_*: what this end can do on this link. */
u32 mn_conn_features(const struct mn_conn *conn);
/* From receive(), on HELLO: what the other end can do. */
void mn_conn_agree(struct mn_conn *conn, u32 features);
/* After that: what both ends can do. */
u32 mn_conn_agreed(const struct mn_conn *conn);
/* Any context: enum mn_compression. */
u8 mn_conn_compression(const struct mn_conn *conn);

/*
 * Process context: adopt a second socket, which takes the place of the first as soon as the peer
 * holds its other end, with the same token (not 0), at a frame boundary of each direction
 * (docs/renew.md). Only where both ends have MN_FEATURE_RENEW. Errors as of mn_conn_create(), and
 * with *why -ENOTCONN: the conn is dead; -EBUSY: a renewal is under way.
 */
int mn_conn_renew(struct mn_conn *conn, int fd, u64 token, const char **why);
/* May sleep; to be called now and then: a socket that the peer does not take is dropped. */
void mn_conn_renew_watch(struct mn_conn *conn);

enum mn_wear {
	MN_WEAR_FRESH,
	MN_WEAR_WORN,		/* it is time to renew it */
	MN_WEAR_SPENT,		/* its keys must encrypt no more */
};

/* May sleep. */
enum mn_wear mn_conn_wear(struct mn_conn *conn);

bool mn_conn_dead(const struct mn_conn *conn);
struct mn_conn_stats *mn_conn_stats(struct mn_conn *conn);
/*
 * ms since the last byte was received; 0 while the receiver is busy with a frame or waits for
 * memory: then nobody listens, and silence means nothing. Any context.
 */
u32 mn_conn_silent_for(const struct mn_conn *conn);

/*
 * send: any context (irq-safe), also under the caller's spinlocks. Frames leave
 * in the order of the calls. Never fails; after death release() comes from destroy.
 */
void mn_send_queue(struct mn_conn *conn, struct mn_out *out);
/*
 * Ping, pong and acknowledgements overtake what is queued and coalesce; the
 * newest (highest) counts. What receive() asks for leaves when it returns, sent
 * by the receiver thread itself, or after a few more small writes if these are
 * here already. patient: as in struct mn_out.
 */
void mn_send_ack(struct mn_conn *conn, u64 applied, u64 stable, bool patient);
/* position: the sender's own, durable (position.h); the frame carries it. */
void mn_send_ping(struct mn_conn *conn, u64 position);
void mn_send_pong(struct mn_conn *conn);
/* The same way, once each: the two frames of docs/metadata.md. */
void mn_send_needs_full(struct mn_conn *conn);
void mn_send_full_stored(struct mn_conn *conn);
/* And of docs/renew.md: the peer, who makes the links, is to renew this one. */
void mn_send_renew_ask(struct mn_conn *conn);
/*
 * From within receive() only; may sleep: send control frames now, because what
 * follows waits for something slow. No call is needed otherwise.
 */
void mn_send_control(struct mn_conn *conn);
/* A frame with a small payload, copied; may sleep (GFP_NOIO). -ENOMEM. */
int mn_send_small(struct mn_conn *conn, const struct mn_frame *frame, const void *bytes);
/* Bytes queued and not yet sent; any context. */
u64 mn_send_queued_bytes(const struct mn_conn *conn);

/*
 * recv: the checks of a frame depend on what is known of the peer: is it the source, and which
 * sequence did the stream reach on an earlier link (0: it begins). Called from receive().
 */
void mn_recv_set_peer(struct mn_conn *conn, bool from_source, u64 last_sequence);

#endif
