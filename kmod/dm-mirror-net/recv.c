// SPDX-License-Identifier: GPL-2.0-only
/*
 * recv: frames from the peer, checked before anything is believed (L2)
 *
 * The receiver thread reads a header, judges it (wire), takes pages for the
 * payload and reads it straight into these, together with whatever of the next
 * header is there already: a busy stream costs one recvmsg per frame. Memory is
 * asked for only after the header was found good; while there is none the
 * socket is not read, and TCP slows the peer down.
 */
#include <linux/blkdev.h>
#include <linux/crc32c.h>
#include <linux/slab.h>
#include <linux/tls.h>
#include <linux/uio.h>
#include <net/tcp.h>
#include "conn_private.h"

#define MN_TLS_DATA	23		/* TLS record type; kernels keep it in different headers */

/* Answers are put off for at most so many frames of so many bytes. */
#define MN_POSTPONE_FRAMES	16
#define MN_POSTPONE_BYTES	SZ_32K

/* An errno with words for the log; reason says how the state machine sees it. */
struct failure {
	u8 reason;
	const char *why;
};

static int fail(struct failure *failure, int err, const char *why)
{
	failure->why = why;
	return err;
}

/* What came with the bytes: anything but TLS application data ends the link. */
static int check_control(struct msghdr *msg, char *control, struct failure *failure)
{
	const struct cmsghdr *cmsg = (const struct cmsghdr *)control;

	if (msg->msg_flags & MSG_CTRUNC)
		return fail(failure, -EPROTO, "the peer sent ancillary data");
	if ((char *)msg->msg_control == control || cmsg->cmsg_level != SOL_TLS ||
	    cmsg->cmsg_type != TLS_GET_RECORD_TYPE)
		return 0;
	if (*(u8 *)CMSG_DATA(cmsg) == MN_TLS_DATA)
		return 0;
	return fail(failure, -EPROTO, "the peer sent a TLS record which is not data");
}

/*
 * One recvmsg of what there is, at least one byte. A control buffer is given on
 * TCP only: on UNIX sockets none means that file descriptors sent to us are dropped
 * (MSG_CTRUNC).
 */
static int receive_some(struct mn_conn *conn, struct iov_iter *iter, struct failure *failure)
{
	char control[CMSG_SPACE(sizeof(u64)) + CMSG_SPACE(sizeof(u8))] __aligned(8);
	struct msghdr msg = { .msg_iter = *iter, .msg_flags = MSG_NOSIGNAL };
	int got, err;

	if (conn->inet) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
	}
	got = sock_recvmsg(conn->from, &msg, msg.msg_flags);
	if (got < 0)
		return fail(failure, got, mn_conn_error_text(got));
	err = check_control(&msg, conn->inet ? control : NULL, failure);
	if (err)
		return err;
	if (!got)
		return fail(failure, -ENOLINK, "the peer closed the connection");
	iov_iter_advance(iter, got);
	WRITE_ONCE(conn->last_received, jiffies);
	atomic64_add(got, &conn->stats.received_bytes);
	return got;
}

/* Receive into the iterator until no more than `may_stay` bytes of it are empty. */
static int receive_bytes(struct mn_conn *conn, struct iov_iter *iter, size_t may_stay,
			 struct failure *failure)
{
	int got = 0;

	WRITE_ONCE(conn->last_received, jiffies);
	WRITE_ONCE(conn->listening, true);
	while (got >= 0 && iov_iter_count(iter) > may_stay)
		got = receive_some(conn, iter, failure);
	WRITE_ONCE(conn->listening, false);
	return min(got, 0);
}

/* The rest of the next header. */
static int receive_header(struct mn_conn *conn, struct failure *failure)
{
	u32 missing = MN_FRAME_BYTES - conn->head_bytes;
	struct iov_iter iter;
	struct bio_vec vec;
	int err;

	if (!missing)
		return 0;
	bvec_set_page(&vec, conn->head, missing, conn->head_bytes);
	iov_iter_bvec(&iter, ITER_DEST, &vec, 1, missing);
	err = receive_bytes(conn, &iter, 0, failure);
	if (!err)
		conn->head_bytes = MN_FRAME_BYTES;
	return err;
}

/* The payload, and as much of the next header as has come with it. */
static int receive_payload(struct mn_conn *conn, struct mn_payload *payload,
			   struct failure *failure)
{
	struct bio_vec *vec = conn->receive_vec;
	struct iov_iter iter;
	int err;

	memcpy(vec, payload->vec, payload->pages * sizeof(*vec));
	bvec_set_page(&vec[payload->pages], conn->head, MN_FRAME_BYTES, 0);
	iov_iter_bvec(&iter, ITER_DEST, vec, payload->pages + 1, payload->bytes + MN_FRAME_BYTES);
	err = receive_bytes(conn, &iter, MN_FRAME_BYTES, failure);
	conn->head_bytes = MN_FRAME_BYTES - min_t(size_t, iov_iter_count(&iter), MN_FRAME_BYTES);
	return err;
}

/* --- packed payloads --- */

/* `bytes` to the unpacker's buffer; with_head: and as much of the next header as has come. */
static int receive_packed(struct mn_conn *conn, u32 bytes, bool with_head, u32 *crc,
			  struct failure *failure)
{
	u32 may_stay = with_head ? MN_FRAME_BYTES : 0;
	void *buffer = mn_unpacker_buffer(conn->unpacker);
	struct kvec vec[] = { { buffer, bytes }, { page_address(conn->head), may_stay } };
	struct iov_iter iter;
	int err;

	iov_iter_kvec(&iter, ITER_DEST, vec, 1 + with_head, bytes + may_stay);
	err = receive_bytes(conn, &iter, may_stay, failure);
	if (with_head)
		conn->head_bytes = may_stay - min_t(size_t, iov_iter_count(&iter), may_stay);
	*crc = crc32c(*crc, buffer, bytes);
	return err;
}

/* The lengths of all chunks. */
static int receive_table(struct mn_conn *conn, const struct mn_frame *frame, u32 data_bytes,
			 u32 *lengths, u32 *crc, struct failure *failure)
{
	u32 bytes = mn_pack_table_bytes(data_bytes);
	int err = 0;

	if (bytes >= frame->payload_bytes)
		return fail(failure, -EPROTO, "a packed payload is shorter than its table");
	if (bytes)
		err = receive_packed(conn, bytes, false, crc, failure);
	if (!err && !mn_pack_read_table(mn_unpacker_buffer(conn->unpacker), frame->payload_bytes,
					data_bytes, lengths))
		err = fail(failure, -EPROTO, "the table of a packed payload is wrong");
	return err;
}

static int receive_chunk(struct mn_conn *conn, const struct mn_frame *frame,
			 struct mn_payload *payload, u32 chunk, u32 bytes, u32 *crc,
			 struct failure *failure)
{
	u32 data_bytes = mn_pack_chunk_data(payload->bytes, chunk);
	bool last = chunk == mn_pack_chunks(payload->bytes) - 1;
	int err = receive_packed(conn, bytes, last, crc, failure);

	/* what was damaged on its way is to be called that */
	if (!err && last && *crc != frame->payload_crc)
		return fail(failure, -EBADMSG, "the checksum of a payload is wrong");
	if (!err && !mn_unpack_chunk(conn->unpacker, mn_pack_method(frame->flags), bytes, payload,
				     chunk * MN_PACK_CHUNK, data_bytes))
		err = fail(failure, -EPROTO, "a packed payload does not unpack to its length");
	return err;
}

/*
 * Chunk by chunk, so that a small buffer does. The checksum is known at the end: until then nobody
 * but the unpacker, which is made for hostile input, sees what has come.
 */
static int receive_and_unpack(struct mn_conn *conn, const struct mn_frame *frame,
			      struct mn_payload *payload, struct failure *failure)
{
	u32 chunks = mn_pack_chunks(payload->bytes);
	u32 lengths[MN_PACK_CHUNKS];
	u32 crc = ~0;
	u32 i;
	int err;

	err = receive_table(conn, frame, payload->bytes, lengths, &crc, failure);
	for (i = 0; i < chunks && !err; i++)
		err = receive_chunk(conn, frame, payload, i, lengths[i], &crc, failure);
	return err;
}

/* --- frames --- */

static int judge_header(struct mn_conn *conn, struct mn_frame *frame, struct failure *failure)
{
	enum mn_wire_error error;

	error = mn_wire_decode(page_address(conn->head), &conn->limits, frame);
	conn->head_bytes = 0;
	if (error == MN_WIRE_OK)
		return 0;
	if (error == MN_WIRE_BAD_VERSION)
		failure->reason = MN_REASON_VERSION;
	return fail(failure, -EPROTO, mn_wire_error_text(error));
}

static int fill_payload(struct mn_conn *conn, const struct mn_frame *frame,
			struct mn_payload *payload, struct failure *failure)
{
	int err;

	if (frame->flags & MN_FRAME_F_PACKED)
		return receive_and_unpack(conn, frame, payload, failure);
	err = receive_payload(conn, payload, failure);
	if (!err && mn_payload_crc(payload) != frame->payload_crc)
		err = fail(failure, -EBADMSG, "the checksum of a payload is wrong");
	return err;
}

/* As long as the data is, packed or not: the header was found good. */
static int get_payload(struct mn_conn *conn, struct mn_frame *frame,
		       struct mn_payload **payload, struct failure *failure)
{
	bool packed = frame->flags & MN_FRAME_F_PACKED;
	u32 bytes = packed ? frame->sectors << SECTOR_SHIFT : frame->payload_bytes;
	int err;

	*payload = mn_payload_get(conn->pool, bytes, MAX_SCHEDULE_TIMEOUT, &conn->dead);
	if (!*payload)
		return fail(failure, -ECANCELED, "the link was taken down");
	err = fill_payload(conn, frame, *payload, failure);
	/* how it travelled is nobody's business any more */
	frame->flags &= ~MN_FRAME_F_PACKED;
	frame->payload_bytes = bytes;
	if (err)
		mn_payload_put(*payload);
	return err;
}

/* By these the next header is judged. */
static void note_frame(struct mn_conn *conn, const struct mn_frame *frame)
{
	if (frame->type == MN_FRAME_HELLO)
		conn->limits.hello_seen = true;
	if (frame->sequence)
		conn->limits.last_sequence = frame->sequence;
}

static int receive_frame(struct mn_conn *conn, struct failure *failure)
{
	struct mn_payload *payload = NULL;
	struct mn_frame frame;
	int err;

	err = receive_header(conn, failure);
	if (!err)
		err = judge_header(conn, &frame, failure);
	if (!err && frame.payload_bytes)
		err = get_payload(conn, &frame, &payload, failure);
	if (err)
		return err;
	note_frame(conn, &frame);
	if (frame.type == MN_FRAME_RENEW_READY) {
		mn_renew_peer_holds(conn, frame.write_number);
		return 0;
	}
	if (frame.type == MN_FRAME_RENEW)
		return mn_renew_received(conn, frame.write_number, &failure->why);
	return conn->ops->receive(conn->context, &frame, payload, &failure->why);
}

/*
 * Is another small write here, whole? Then one answer does for both. A peer
 * whose next frame is still on its way may wait for ours.
 */
static bool next_write_is_here(const struct mn_conn *conn)
{
	const struct mn_wire_header *next = page_address(conn->head);
	u32 bytes;

	if (!conn->inet || conn->head_bytes < MN_FRAME_BYTES || next->type != MN_FRAME_WRITE)
		return false;
	bytes = le32_to_cpu(next->payload_bytes);
	return bytes <= MN_POSTPONE_BYTES && tcp_inq(conn->from->sk) >= bytes;
}

int mn_recv_thread(void *data)
{
	struct failure failure = { MN_REASON_LINK_LOST, "the peer broke the protocol" };
	struct mn_conn *conn = data;
	struct blk_plug plug;
	int postponed = 0;
	int err = 0;

	while (!err && !mn_conn_dead(conn)) {
		if (!postponed)
			blk_start_plug(&plug);	/* whoever sleeps meanwhile unplugs */
		err = receive_frame(conn, &failure);
		if (!err && postponed < MN_POSTPONE_FRAMES && next_write_is_here(conn)) {
			postponed++;
			continue;
		}
		postponed = 0;
		blk_finish_plug(&plug);
		mn_send_control(conn);
	}
	if (postponed)	/* the link died between two frames: what was gathered is applied */
		blk_finish_plug(&plug);
	if (err)
		mn_conn_fail(conn, failure.reason, failure.why);
	mn_conn_thread_ends(conn);
	return 0;
}

void mn_recv_set_peer(struct mn_conn *conn, bool from_source, u64 last_sequence)
{
	conn->limits.from_source = from_source;
	conn->limits.last_sequence = last_sequence;
}

int mn_recv_init(struct mn_conn *conn)
{
	conn->receive_vec = kmalloc_array(MN_PAYLOAD_PAGES + 1, sizeof(struct bio_vec), GFP_KERNEL);
	conn->head = alloc_page(GFP_KERNEL);
	conn->unpacker = mn_unpacker_create();
	if (conn->receive_vec && conn->head)
		return 0;
	mn_recv_exit(conn);
	return -ENOMEM;
}

void mn_recv_exit(struct mn_conn *conn)
{
	if (conn->head)
		__free_page(conn->head);
	mn_unpacker_destroy(conn->unpacker);
	kfree(conn->receive_vec);
}
