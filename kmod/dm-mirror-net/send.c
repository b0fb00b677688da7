// SPDX-License-Identifier: GPL-2.0-only
/*
 * send: frames to the peer, in order, as soon as possible (L2)
 *
 * mn_send_queue() only links a frame and wakes the sender thread when that
 * sleeps. For what is patient it naps once, so that more comes together. Then it
 * gathers control frames first (newest counts), then as many
 * queued frames as fit into a batch, computes the checksums, and gives the
 * batch to the socket; MSG_MORE only when more is known to follow at once, so
 * nothing is ever held back when the queue runs empty.
 *
 * The socket copies or encrypts what it is given before it returns, or holds
 * references to the pages, which stay as they are until it drops them (payload
 * does not pass such pages on). So a frame is released right after it.
 */
#include <linux/bitmap.h>
#include <linux/crc32c.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include <net/sock.h>
#include <net/tcp.h>
#include "compat.h"
#include "conn_private.h"

/* Smaller payloads are copied: many of them go in one call (measured). */
#define MN_REFERENCE_BYTES	SZ_32K

struct mn_small {
	struct mn_out out;
	u8 bytes[];
};

/* --- queueing: any context --- */

/* Under conn->lock, something was queued: does the caller have to wake the sender? */
static bool rouse_sender(struct mn_conn *conn, bool patient)
{
	if (!patient)
		conn->urgent = true;
	if (conn->sender_state == MN_SENDER_AT_WORK ||
	    (conn->sender_state == MN_SENDER_GATHERS && !conn->urgent))
		return false;
	conn->sender_state = MN_SENDER_AT_WORK;
	return true;
}

void mn_send_wake(struct mn_conn *conn)
{
	unsigned long flags;
	bool wake;

	spin_lock_irqsave(&conn->lock, flags);
	wake = rouse_sender(conn, false);
	spin_unlock_irqrestore(&conn->lock, flags);
	if (wake)
		wake_up_process(conn->sender);
}

/* Under conn->lock. */
static void number_frame(struct mn_conn *conn, struct mn_frame *frame)
{
	if (!mn_frame_is_sequenced(frame->type))
		return;
	if (!frame->sequence)
		frame->sequence = conn->sequence + 1;
	conn->sequence = frame->sequence;
}

void mn_send_queue(struct mn_conn *conn, struct mn_out *out)
{
	u64 bytes = MN_FRAME_BYTES + out->frame.payload_bytes;
	unsigned long flags;
	bool wake;

	bytes = atomic64_add_return(bytes, &conn->queued_bytes);
	spin_lock_irqsave(&conn->lock, flags);
	number_frame(conn, &out->frame);
	list_add_tail(&out->list, &conn->queue);
	wake = rouse_sender(conn, out->patient && bytes < MN_GATHER_BYTES);
	spin_unlock_irqrestore(&conn->lock, flags);
	if (wake)
		wake_up_process(conn->sender);
}

/*
 * The receiver thread sends itself what came up in receive(), as soon as that
 * returns: no other thread has to be woken to answer a frame.
 */
static bool receiver_will_send(const struct mn_conn *conn)
{
	return in_task() && current == conn->receiver;
}

static void want_control(struct mn_conn *conn, u8 control, u64 applied, u64 stable, bool patient)
{
	unsigned long flags;
	bool wake;

	spin_lock_irqsave(&conn->lock, flags);
	WRITE_ONCE(conn->control, conn->control | control);
	conn->applied = max(conn->applied, applied);
	conn->stable = max(conn->stable, stable);
	wake = !receiver_will_send(conn) && rouse_sender(conn, patient);
	spin_unlock_irqrestore(&conn->lock, flags);
	if (wake)
		wake_up_process(conn->sender);
}

void mn_send_ack(struct mn_conn *conn, u64 applied, u64 stable, bool patient)
{
	want_control(conn, MN_CONTROL_ACK, applied, stable, patient);
}

void mn_send_ping(struct mn_conn *conn, u64 position)
{
	unsigned long flags;

	spin_lock_irqsave(&conn->lock, flags);
	conn->position = position;
	spin_unlock_irqrestore(&conn->lock, flags);
	want_control(conn, MN_CONTROL_PING, 0, 0, false);
}

void mn_send_pong(struct mn_conn *conn)
{
	want_control(conn, MN_CONTROL_PONG, 0, 0, false);
}

void mn_send_needs_full(struct mn_conn *conn)
{
	want_control(conn, MN_CONTROL_NEEDS_FULL, 0, 0, false);
}

void mn_send_full_stored(struct mn_conn *conn)
{
	want_control(conn, MN_CONTROL_FULL_STORED, 0, 0, false);
}

void mn_send_renew_ask(struct mn_conn *conn)
{
	want_control(conn, MN_CONTROL_RENEW_ASK, 0, 0, false);
}

static void small_release(struct mn_out *out, bool sent)
{
	kfree(container_of(out, struct mn_small, out));
}

int mn_send_small(struct mn_conn *conn, const struct mn_frame *frame, const void *bytes)
{
	struct mn_small *small;

	if (WARN_ON_ONCE(frame->payload_bytes > MN_SEND_INLINED_MAX))
		return -EINVAL;
	small = kzalloc(struct_size(small, bytes, frame->payload_bytes), GFP_NOIO);
	if (!small)
		return -ENOMEM;
	if (frame->payload_bytes)
		memcpy(small->bytes, bytes, frame->payload_bytes);
	small->out.frame = *frame;
	small->out.inlined = small->bytes;
	small->out.release = small_release;
	mn_send_queue(conn, &small->out);
	return 0;
}

u64 mn_send_queued_bytes(const struct mn_conn *conn)
{
	return atomic64_read(&conn->queued_bytes);
}

/* --- a batch: under send_mutex --- */

static void batch_reset(struct mn_conn *conn)
{
	struct mn_batch *batch = conn->batch;

	if (conn->packer)
		mn_packer_reset(conn->packer);
	batch->most = min_t(u32, MN_BATCH_BYTES, mn_pace_piece(&conn->pace, ktime_get_ns()));
	batch->last = false;
	batch->text_used = 0;
	batch->vecs = 0;
	batch->bytes = 0;
	bitmap_zero(batch->references, MN_BATCH_VECS);
}

/* Room for `bytes` of text in the batch; it continues the last vector if that is text too. */
static void *batch_text(struct mn_batch *batch, u32 bytes)
{
	struct bio_vec *last = batch->vecs ? &batch->vec[batch->vecs - 1] : NULL;
	void *at = page_address(batch->text) + batch->text_used;

	if (last && last->bv_page == batch->text &&
	    last->bv_offset + last->bv_len == batch->text_used)
		last->bv_len += bytes;
	else
		bvec_set_page(&batch->vec[batch->vecs++], batch->text, bytes, batch->text_used);
	batch->text_used += bytes;
	batch->bytes += bytes;
	return at;
}

/*
 * Large payloads are not copied where TCP can take references to their pages. A
 * page of the reserve has to come back to it, and is copied.
 */
static void batch_pages(struct mn_conn *conn, const struct mn_payload *payload)
{
	struct mn_batch *batch = conn->batch;

	if (conn->by_reference && payload->bytes >= MN_REFERENCE_BYTES && !payload->reserved)
		bitmap_set(batch->references, batch->vecs, payload->pages);
	memcpy(&batch->vec[batch->vecs], payload->vec, payload->pages * sizeof(struct bio_vec));
	batch->vecs += payload->pages;
	batch->bytes += payload->bytes;
}

/* The payload goes as it is. */
static void batch_payload(struct mn_conn *conn, struct mn_frame *frame,
			  const struct mn_payload *payload)
{
	frame->payload_crc = mn_payload_crc(payload);
	batch_pages(conn, payload);
}

/* ... or packed. Bytes that this saved; 0: it did not. */
static u32 batch_packed(struct mn_conn *conn, struct mn_frame *frame,
			const struct mn_payload *payload)
{
	struct mn_batch *batch = conn->batch;
	struct mn_packed packed;

	if (!conn->packer || frame->type != MN_FRAME_WRITE || !READ_ONCE(conn->agreed_packed) ||
	    !mn_packer_pack(conn->packer, payload, &packed))
		return 0;
	frame->flags |= packed.flag;
	frame->payload_bytes = packed.bytes;
	frame->payload_crc = crc32c(~0, packed.at, packed.bytes);
	batch->vecs += mn_packed_vecs(&packed, &batch->vec[batch->vecs]);
	batch->bytes += packed.bytes;
	return payload->bytes - packed.bytes;
}

/*
 * The frame's checksum is computed here; its small payload is copied. Returns the bytes that
 * packing saved. The caller's frame stays as it is: it may have to be sent again.
 */
static u32 batch_frame(struct mn_conn *conn, const struct mn_frame *frame,
		       const struct mn_payload *payload, const void *inlined)
{
	struct mn_batch *batch = conn->batch;
	struct mn_wire_header *header = batch_text(batch, sizeof(*header));
	struct mn_frame sent = *frame;
	u32 saved = 0;

	sent.payload_crc = 0;
	if (payload) {
		saved = batch_packed(conn, &sent, payload);
		if (!saved)
			batch_payload(conn, &sent, payload);
	} else if (frame->payload_bytes) {
		memcpy(batch_text(batch, frame->payload_bytes), inlined, frame->payload_bytes);
		sent.payload_crc = crc32c(~0, inlined, frame->payload_bytes);
	}
	mn_wire_encode(&sent, header);
	return saved;
}

static void batch_control(struct mn_conn *conn)
{
	struct mn_frame ping = { .type = MN_FRAME_PING };
	struct mn_frame pong = { .type = MN_FRAME_PONG };
	struct mn_frame needs_full = { .type = MN_FRAME_NEEDS_FULL };
	struct mn_frame full_stored = { .type = MN_FRAME_FULL_STORED };
	struct mn_frame renew_ready = { .type = MN_FRAME_RENEW_READY };
	struct mn_frame renew_ask = { .type = MN_FRAME_RENEW_ASK };
	struct mn_frame ack = { .type = MN_FRAME_ACK, .payload_bytes = sizeof(struct mn_wire_ack) };
	struct mn_wire_ack counts;
	u8 control;

	if (!READ_ONCE(conn->control))
		return;
	spin_lock_irq(&conn->lock);
	control = conn->control;
	WRITE_ONCE(conn->control, 0);
	counts.applied = cpu_to_le64(conn->applied);
	counts.stable = cpu_to_le64(conn->stable);
	ping.write_number = conn->position;
	renew_ready.write_number = conn->token;
	spin_unlock_irq(&conn->lock);
	if (control & MN_CONTROL_ACK)
		batch_frame(conn, &ack, NULL, &counts);
	if (control & MN_CONTROL_PONG)
		batch_frame(conn, &pong, NULL, NULL);
	if (control & MN_CONTROL_PING)
		batch_frame(conn, &ping, NULL, NULL);
	if (control & MN_CONTROL_NEEDS_FULL)
		batch_frame(conn, &needs_full, NULL, NULL);
	if (control & MN_CONTROL_FULL_STORED)
		batch_frame(conn, &full_stored, NULL, NULL);
	if (control & MN_CONTROL_RENEW_READY)
		batch_frame(conn, &renew_ready, NULL, NULL);
	if (control & MN_CONTROL_RENEW_ASK)
		batch_frame(conn, &renew_ask, NULL, NULL);
}

static struct mn_out *next_out(struct mn_conn *conn)
{
	if (list_empty(&conn->sending) && !list_empty(&conn->queue)) {
		spin_lock_irq(&conn->lock);
		list_splice_tail_init(&conn->queue, &conn->sending);
		spin_unlock_irq(&conn->lock);
	}
	return list_first_entry_or_null(&conn->sending, struct mn_out, list);
}

/* The first frame of a batch always fits. */
static bool batch_has_room(const struct mn_batch *batch, const struct mn_out *out)
{
	u32 text = MN_FRAME_BYTES + (out->payload ? 0 : out->frame.payload_bytes);
	u32 vecs = 2 + (out->payload ? out->payload->pages : 0);

	return batch->bytes < batch->most && batch->text_used + text <= MN_BATCH_TEXT_BYTES &&
	       batch->vecs + vecs <= MN_BATCH_VECS;
}

static void batch_queued(struct mn_conn *conn)
{
	struct mn_batch *batch = conn->batch;
	struct mn_out *out;

	while ((out = next_out(conn)) && batch_has_room(batch, out)) {
		out->saved = batch_frame(conn, &out->frame, out->payload, out->inlined);
		atomic64_add(out->saved, &conn->stats.saved_bytes);
		list_move_tail(&out->list, &batch->outs);
	}
}

static bool more_to_send(const struct mn_conn *conn)
{
	return READ_ONCE(conn->control) || mn_renew_is_due(conn) || !list_empty(&conn->sending) ||
	       !list_empty(&conn->queue);
}

/* --- the socket: under send_mutex --- */

/* How far a batch was sent: a vector, and the bytes of it that are gone. */
struct cursor {
	u32 index;
	u32 offset;
};

/* What one call to the socket gets. */
struct run {
	u32 vecs;
	u32 bytes;
	bool by_reference;
};

/* At most MN_SEND_BYTES and a vector, all sent in the same way; with a limit, a piece. */
static struct run next_run(const struct mn_conn *conn, const struct cursor *cursor)
{
	const struct mn_batch *batch = conn->batch;
	struct run run = { .by_reference = test_bit(cursor->index, batch->references) };
	u32 i = cursor->index;

	do {
		run.bytes += batch->vec[i++].bv_len;
	} while (i < batch->vecs && run.bytes < MN_SEND_BYTES &&
		 test_bit(i, batch->references) == run.by_reference);
	run.vecs = i - cursor->index;
	run.bytes -= cursor->offset;
	if (conn->pace.kbit)
		run.bytes = min(run.bytes, mn_pace_piece(&conn->pace, ktime_get_ns()));
	return run;
}

static int send_run(struct mn_conn *conn, const struct cursor *cursor, const struct run *run,
		    int flags)
{
	const struct bio_vec *vec = &conn->batch->vec[cursor->index];
	struct msghdr msg = { .msg_flags = flags };

	if (run->by_reference)
		return mn_sock_send_pages(conn->sock, vec, run->vecs, cursor->offset, run->bytes,
					  flags);
	iov_iter_bvec(&msg.msg_iter, ITER_SOURCE, vec, run->vecs, run->bytes + cursor->offset);
	iov_iter_advance(&msg.msg_iter, cursor->offset);
	return sock_sendmsg(conn->sock, &msg);
}

static void cursor_advance(struct cursor *cursor, const struct bio_vec *vec, u32 bytes)
{
	cursor->offset += bytes;
	while (cursor->offset && cursor->offset >= vec[cursor->index].bv_len)
		cursor->offset -= vec[cursor->index++].bv_len;
}

/* So many bytes, by a call that began then. A network slower than the limit is no lateness. */
static void pace_sent(struct mn_conn *conn, u64 started, u32 bytes)
{
	u64 now;

	if (!conn->pace.kbit)
		return;
	now = ktime_get_ns();
	if (now - started > MN_PACE_IDLE_NS / 4)
		mn_pace_idle(&conn->pace, now);
	mn_pace_charge(&conn->pace, bytes, now);
}

/*
 * One call to the socket. Bytes sent, or an errno. With a limit, what follows is some time
 * away: each piece leaves at once, or TCP would hold it back and the peer hear nothing for
 * twice as long.
 */
static int send_some(struct mn_conn *conn, struct cursor *cursor, u32 left, bool more)
{
	struct run run = next_run(conn, cursor);
	bool hold = !conn->pace.kbit && (more || run.bytes < left);
	u64 started = ktime_get_ns();
	int sent = send_run(conn, cursor, &run, MSG_NOSIGNAL | (hold ? MSG_MORE : 0));

	if (sent <= 0)
		return sent ?: -EPIPE;
	cursor_advance(cursor, conn->batch->vec, sent);
	pace_sent(conn, started, sent);
	atomic64_add(sent, &conn->stats.sent_bytes);
	return sent;
}

/* --- the limit: under send_mutex --- */

static bool may_send(struct mn_conn *conn)
{
	return !mn_pace_wait(&conn->pace, ktime_get_ns());
}

static void take_limit(struct mn_conn *conn)
{
	u32 limit = READ_ONCE(conn->limit);

	if (limit != conn->pace.kbit)
		mn_pace_set(&conn->pace, limit, ktime_get_ns());
}

static bool limit_changed(const struct mn_conn *conn)
{
	return READ_ONCE(conn->limit) != conn->pace.kbit;
}

/*
 * Sender thread only: until the limit lets it send, or the conn is dead. Being late costs
 * nothing: the pace saves up more than a few jiffies.
 */
static void wait_for_limit(struct mn_conn *conn)
{
	u64 ns;

	for (;;) {
		take_limit(conn);
		ns = mn_pace_wait(&conn->pace, ktime_get_ns());
		if (!ns || mn_conn_dead(conn))
			return;
		ns = min_t(u64, ns, NSEC_PER_SEC);
		wait_event_idle_timeout(conn->pacing, mn_conn_dead(conn) || limit_changed(conn),
					nsecs_to_jiffies(ns) + 1);
	}
}

/* Where the limit is waited for (patient), a batch goes in pieces. */
static int batch_send(struct mn_conn *conn, bool patient)
{
	bool more = !conn->batch->last && more_to_send(conn);
	struct cursor cursor = {};
	u32 left = conn->batch->bytes;
	unsigned int noreclaim;
	int sent = 0;

	/* Reclaim may wait for the very writes that we are sending. */
	noreclaim = memalloc_noreclaim_save();
	while (left) {
		if (patient)
			wait_for_limit(conn);
		sent = send_some(conn, &cursor, left, more);
		if (sent < 0)
			break;
		left -= sent;
	}
	memalloc_noreclaim_restore(noreclaim);
	return left ? sent : 0;
}

static void release_outs(struct mn_conn *conn, struct list_head *outs, bool sent)
{
	struct mn_out *out, *next;
	u64 bytes = 0;

	list_for_each_entry_safe(out, next, outs, list) {
		list_del(&out->list);
		bytes += MN_FRAME_BYTES + out->frame.payload_bytes;
		out->release(out, sent);
	}
	if (bytes)
		atomic64_sub(bytes, &conn->queued_bytes);
}

/*
 * Control frames, and what is queued if wanted (sender thread only: the limit is waited for).
 * What fails stays in the batch for destroy.
 */
static int send_batch(struct mn_conn *conn, bool queued)
{
	struct mn_batch *batch = conn->batch;
	int err;

	if (queued) {
		wait_for_limit(conn);
		mn_conn_adopt_packer(conn);
	}
	batch_reset(conn);
	batch_control(conn);
	if (queued)
		batch_queued(conn);
	if (!batch->bytes)
		return WARN_ON_ONCE(queued && !list_empty(&conn->sending)) ? -EMSGSIZE : 0;
	err = batch_send(conn, queued);
	if (err)
		return err;
	release_outs(conn, &batch->outs, true);
	return 0;
}

/*
 * The last frame on this socket, which leaves at once; what follows takes the new one. That this
 * side holds it is said before.
 */
static int send_renew(struct mn_conn *conn)
{
	struct mn_frame renew = { .type = MN_FRAME_RENEW };
	int err;

	wait_for_limit(conn);
	renew.write_number = mn_renew_begin(conn);
	if (!renew.write_number)
		return 0;
	batch_reset(conn);
	batch_control(conn);
	batch_frame(conn, &renew, NULL, NULL);
	conn->batch->last = true;
	err = batch_send(conn, true);
	if (!err)
		mn_renew_sent(conn);
	return err;
}

static bool socket_has_room(const struct mn_conn *conn)
{
	struct sock *sk;
	bool room;

	rcu_read_lock();	/* a renewed link's old socket stays that long */
	sk = READ_ONCE(conn->sock)->sk;
	room = conn->inet ? sk_stream_is_writeable(sk) : sock_writeable(sk);
	rcu_read_unlock();
	return room;
}

/*
 * If the sender is at work it will see the control frames, before it sleeps at the
 * latest. Where sendmsg might block, or the limit has to be waited for, the sender has to
 * do it: the receiver must go on receiving, or two peers with full buffers would wait for
 * each other.
 */
void mn_send_control(struct mn_conn *conn)
{
	bool wake = false;
	int err = 0;

	if (!READ_ONCE(conn->control))
		return;
	if (!socket_has_room(conn) || !mutex_trylock(&conn->send_mutex)) {
		mn_send_wake(conn);
		return;
	}
	take_limit(conn);
	if (!may_send(conn))
		wake = true;
	else if (!mn_conn_dead(conn))
		err = send_batch(conn, false);
	/* dead before the mutex is free: nothing may follow half a frame */
	if (err)
		mn_conn_fail(conn, MN_REASON_LINK_LOST, mn_conn_error_text(err));
	mutex_unlock(&conn->send_mutex);
	if (wake)
		mn_send_wake(conn);
}

/* --- the thread --- */

/* Under conn->lock, which is dropped: until somebody rouses us, or the time has passed. */
static void sender_rests(struct mn_conn *conn, enum mn_sender_state state, long timeout)
{
	conn->sender_state = state;
	__set_current_state(TASK_IDLE);
	spin_unlock_irq(&conn->lock);
	schedule_timeout(timeout);
	spin_lock_irq(&conn->lock);
}

/* Sleep until there is something to send; a nap if it is patient. False: the conn is dead. */
static bool wait_for_work(struct mn_conn *conn)
{
	spin_lock_irq(&conn->lock);
	while (!conn->dead && !conn->control && !mn_renew_is_due(conn) &&
	       list_empty(&conn->queue)) {
		conn->urgent = false;
		sender_rests(conn, MN_SENDER_SLEEPS, MAX_SCHEDULE_TIMEOUT);
	}
	if (!conn->dead && !conn->urgent)
		sender_rests(conn, MN_SENDER_GATHERS, MN_GATHER_JIFFIES);
	conn->sender_state = MN_SENDER_AT_WORK;
	conn->urgent = false;
	spin_unlock_irq(&conn->lock);
	return !mn_conn_dead(conn);
}

static int send_all(struct mn_conn *conn)
{
	int err = 0;

	mutex_lock(&conn->send_mutex);
	mn_pace_idle(&conn->pace, ktime_get_ns());
	while (!err && !mn_conn_dead(conn) && more_to_send(conn))
		err = mn_renew_is_due(conn) ? send_renew(conn) : send_batch(conn, true);
	/* as in mn_send_control() */
	if (err)
		mn_conn_fail(conn, MN_REASON_LINK_LOST, mn_conn_error_text(err));
	mutex_unlock(&conn->send_mutex);
	return err;
}

int mn_send_thread(void *data)
{
	struct mn_conn *conn = data;
	int err = 0;

	while (!err && wait_for_work(conn))
		err = send_all(conn);
	mn_conn_thread_ends(conn);
	return 0;
}

int mn_send_init(struct mn_conn *conn)
{
	struct mn_batch *batch = kzalloc(sizeof(*batch), GFP_KERNEL);

	if (!batch)
		return -ENOMEM;
	batch->text = alloc_pages(GFP_KERNEL | __GFP_COMP, MN_BATCH_TEXT_ORDER);
	if (!batch->text) {
		kfree(batch);
		return -ENOMEM;
	}
	INIT_LIST_HEAD(&batch->outs);
	conn->batch = batch;
	spin_lock_init(&conn->lock);
	mutex_init(&conn->send_mutex);
	INIT_LIST_HEAD(&conn->queue);
	INIT_LIST_HEAD(&conn->sending);
	init_waitqueue_head(&conn->pacing);
	return 0;
}

void mn_send_exit(struct mn_conn *conn)
{
	release_outs(conn, &conn->batch->outs, false);
	release_outs(conn, &conn->sending, false);
	release_outs(conn, &conn->queue, false);
	mn_conn_options_exit(conn);
	__free_pages(conn->batch->text, MN_BATCH_TEXT_ORDER);
	kfree(conn->batch);
}
