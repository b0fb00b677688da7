// SPDX-License-Identifier: GPL-2.0-only
/*
 * handshake: from HELLO to a live stream (L3; DESIGN 3 and 5)
 *
 * Both sides say what they are, compute the same verdict and compare. Then the
 * target names its dirty blocks (its intents of a crash are in them since
 * activation), the source adds them to its own, and goes live (golive.c).
 */
#include <linux/slab.h>
#include "event.h"
#include "handover.h"
#include "keep.h"
#include "position.h"
#include "session.h"

/* ---- HELLO ---- */

static u32 hello_flags(struct mn_mirror *mirror, const struct mn_super *super)
{
	const struct mn_slot *slot = &super->slot[mirror->slot];
	u8 lock_reason = READ_ONCE(mirror->volume->lock_reason);
	u32 flags = 0;

	if (lock_reason == MN_LOCK_NONE)
		flags |= MN_HELLO_F_UNLOCKED;
	if (lock_reason == MN_LOCK_WAIT_PEER)
		flags |= MN_HELLO_F_WAIT_PEER;
	if (slot->flags & MN_SLOT_F_FULL)
		flags |= MN_HELLO_F_FULL_NEEDED;
	if (slot->flags & MN_SLOT_F_BLANK)
		flags |= MN_HELLO_F_BLANK;
	if (super->flags & MN_SUPER_F_WRITTEN)
		flags |= MN_HELLO_F_WRITTEN;
	if (mn_handover_moved_on(super))
		flags |= MN_HELLO_F_MOVED_ON;
	return flags;
}

static void fill_hello(struct mn_session *session, struct mn_wire_hello *hello)
{
	struct mn_mirror *mirror = session->mirror;
	struct mn_volume *volume = mirror->volume;
	struct mn_super super;
	int i;

	mn_meta_read(&volume->meta, &super);
	memset(hello, 0, sizeof(*hello));
	hello->version_min = MN_WIRE_VERSION;
	hello->version_max = MN_WIRE_VERSION_MAX;
	hello->features = cpu_to_le32(mn_conn_features(session->conn));
	hello->role = super.role;
	hello->data_state = super.data_state;
	hello->flags = cpu_to_le32(hello_flags(mirror, &super));
	hello->sector_size = cpu_to_le32(volume->sector_size);
	hello->sectors = cpu_to_le64(volume->sectors);
	memcpy(hello->volume_uuid, super.volume_uuid, MN_UUID_LEN);
	memcpy(hello->node_uuid, super.node_uuid, MN_UUID_LEN);
	memcpy(hello->peer_uuid, mirror->peer_uuid, MN_UUID_LEN);
	hello->generation = cpu_to_le64(super.generation);
	hello->base = cpu_to_le64(super.slot[mirror->slot].base);
	hello->old_base = cpu_to_le64(super.slot[mirror->slot].old_base);
	for (i = 0; i < MN_HISTORY; i++)
		hello->history[i] = cpu_to_le64(super.history[i]);
	hello->position = cpu_to_le64(super.write_number);
	hello->peer_position = cpu_to_le64(super.slot[mirror->slot].peer_position);
	hello->fresh = cpu_to_le64(session->fresh);
	mn_keep_offer(mirror, hello);
	hello->block_shift = MN_BLOCK_SHIFT;
}

int mn_handshake_hello(struct mn_session *session)
{
	struct mn_frame frame = {
		.type = MN_FRAME_HELLO,
		.payload_bytes = sizeof(struct mn_wire_hello),
	};
	struct mn_wire_hello hello;

	fill_hello(session, &hello);
	mn_facts_from_hello(&hello, &session->mine);
	return mn_send_small(session->conn, &frame, &hello);
}

static int check_hello(struct mn_session *session, const struct mn_wire_hello *hello, u32 bytes,
		       const char **why)
{
	enum mn_wire_error error = mn_wire_check_hello(hello, bytes);

	if (error) {
		*why = mn_wire_error_text(error);
		return error == MN_WIRE_BAD_VERSION ? -EPROTONOSUPPORT : -EPROTO;
	}
	if (memcmp(hello->volume_uuid, session->volume->uuid, MN_UUID_LEN)) {
		*why = "the peer speaks of another volume";
		return -EPROTO;
	}
	if (memcmp(hello->node_uuid, session->mirror->peer_uuid, MN_UUID_LEN) ||
	    memcmp(hello->peer_uuid, session->volume->meta.super.node_uuid, MN_UUID_LEN)) {
		*why = "the peer is not the node of this mirror, or does not mean this one";
		return -EPROTO;
	}
	return 0;
}

/* ---- VERDICT ---- */

static void fill_verdict(struct mn_session *session, struct mn_wire_verdict *out)
{
	const struct mn_facts *of[2] = { &session->mine, &session->peers };

	memset(out, 0, sizeof(*out));
	out->kind = session->verdict.kind;
	out->reason = session->verdict.reason;
	if (session->verdict.source < 2)
		memcpy(out->source_uuid, of[session->verdict.source]->node_uuid, MN_UUID_LEN);
}

static int send_verdict(struct mn_session *session)
{
	struct mn_frame frame = {
		.type = MN_FRAME_VERDICT,
		.payload_bytes = sizeof(struct mn_wire_verdict),
	};
	struct mn_wire_verdict verdict;

	session->verdict = mn_generation_decide(&session->mine, &session->peers);
	fill_verdict(session, &verdict);
	return mn_send_small(session->conn, &frame, &verdict);
}

static void set_phase(struct mn_session *session, u8 phase)
{
	spin_lock_irq(&session->volume->track);
	if (!session->ended)
		session->phase = phase;
	spin_unlock_irq(&session->volume->track);
}

static int receive_hello(struct mn_session *session, const struct mn_wire_hello *hello, u32 bytes,
			 const char **why)
{
	struct mn_mirror *mirror = session->mirror;
	int err = check_hello(session, hello, bytes, why);

	if (err == -EPROTONOSUPPORT)
		mn_session_fail(session, MN_REASON_VERSION, *why);
	if (err)
		return err;
	mn_facts_from_hello(hello, &session->peers);
	mn_conn_agree(session->conn, mn_wire_features(hello));
	if (!session->initiator)
		err = mn_handshake_hello(session);
	if (!err)
		err = send_verdict(session);
	spin_lock_irq(&session->volume->track);
	mirror->peer_role = session->peers.role;
	mirror->peer_data_state = session->peers.data_state;
	mirror->peer_reason = MN_REASON_NONE;
	spin_unlock_irq(&session->volume->track);
	set_phase(session, MN_SESSION_VERDICT);
	return err;
}

/* ---- bitmaps ---- */

/* Send the bits of one chunk, unless all are clear. */
static int send_chunk(struct mn_session *session, u64 block, u8 *bits)
{
	struct mn_track *track = &session->mirror->bitmap.track;
	u32 count = min_t(u64, MN_BITMAP_CHUNK_BYTES * 8, track->blocks - block);
	u32 bytes = DIV_ROUND_UP(count, 8);
	struct mn_frame frame = {
		.type = MN_FRAME_BITMAP, .payload_bytes = bytes, .sector = block, .sectors = count,
	};

	memset(bits, 0, bytes);
	spin_lock_irq(&session->volume->track);
	mn_track_union(track, block, count, bits);
	spin_unlock_irq(&session->volume->track);
	if (!memchr_inv(bits, 0, bytes))
		return 0;
	return mn_send_small(session->conn, &frame, bits);
}

static int send_bitmap(struct mn_session *session)
{
	struct mn_frame end = { .type = MN_FRAME_BITMAP_END };
	u64 block, blocks = session->mirror->bitmap.track.blocks;
	u8 *bits = kmalloc(MN_BITMAP_CHUNK_BYTES, GFP_NOIO);
	int err = bits ? 0 : -ENOMEM;

	if (session->verdict.kind == MN_VERDICT_PARTIAL)
		for (block = 0; block < blocks && !err; block += MN_BITMAP_CHUNK_BYTES * 8)
			err = send_chunk(session, block, bits);
	kfree(bits);
	return err ? err : mn_send_small(session->conn, &end, NULL);
}

static int receive_bitmap(struct mn_session *session, const struct mn_frame *frame,
			  const struct mn_payload *payload, const char **why)
{
	if (session->verdict.kind == MN_VERDICT_RESUME) {
		*why = "a bitmap, though the stream goes on";
		return -EPROTO;
	}
	if (!payload || payload->bytes != DIV_ROUND_UP(frame->sectors, 8)) {
		*why = "a chunk of the bitmap has the wrong length";
		return -EPROTO;
	}
	spin_lock_irq(&session->volume->track);
	mn_bitmap_or(&session->mirror->bitmap, frame->sector, frame->sectors,
		     mn_payload_map(payload));
	spin_unlock_irq(&session->volume->track);
	return 0;
}

/* ---- what follows from the verdict ---- */

static void link_is_up(struct mn_session *session)
{
	struct mn_event event = {
		.class = MN_EVENT_LINK, .severity = MN_SEVERITY_INFO,
		.volume = session->volume, .mirror = session->mirror,
		.old = MN_LINK_NEGOTIATING, .new = MN_LINK_UP,
		.text = "the link is up, both sides agree on who sends what",
	};

	bool up;

	spin_lock_irq(&session->volume->track);
	up = !session->ended;
	if (up)
		session->mirror->link = MN_LINK_UP;
	spin_unlock_irq(&session->volume->track);
	if (!up)
		return;
	atomic64_inc(&session->mirror->reconnects);
	mn_event_emit(&event);
}

/* Where the stream that follows starts at this target. */
static struct mn_received stream_start(const struct mn_session *session)
{
	if (session->verdict.kind == MN_VERDICT_RESUME)
		return (struct mn_received){ session->mine.stream, session->mine.applied };
	return (struct mn_received){ session->peers.fresh, 0 };
}

/* Even if the source has other resyncs to send first. */
static void is_not_cut_off(struct mn_session *session)
{
	spin_lock_irq(&session->volume->track);
	if (!session->ended)
		mn_mirror_event_locked(session->mirror, MN_EV_CATCHING_UP, MN_REASON_NONE);
	spin_unlock_irq(&session->volume->track);
}

/* A source that waits for its nodes: this one was heard, and has not agreed. */
static void has_refused(struct mn_session *session)
{
	spin_lock_irq(&session->volume->track);
	session->mirror->refused = session->mine.role == MN_ROLE_SOURCE;
	spin_unlock_irq(&session->volume->track);
}

/*
 * The verdict is of what both were when they said HELLO. Since then another source may have sent to
 * this copy: asked when no one else can any more.
 */
static bool is_as_said(const struct mn_session *session)
{
	struct mn_super now;

	mn_meta_read(&session->volume->meta, &now);
	return now.generation == session->mine.generation &&
	       now.data_state == session->mine.data_state &&
	       hello_flags(session->mirror, &now) == session->mine.flags;
}

static int become_target(struct mn_session *session)
{
	struct mn_received from = stream_start(session);
	int err;

	if (from.applied && !mn_keep_has_received(session->mirror, &from)) {
		mn_session_fail(session, MN_REASON_OPERATION,
				"the stream that was to go on was given up meanwhile");
		return 0;
	}
	err = mn_session_make_target(session, &from);
	if (err == -EBUSY) {
		mn_session_fail(session, MN_REASON_OPERATION,
				"another source sends to this copy: a copy follows one");
		return 0;
	}
	if (err)
		return err;
	if (!is_as_said(session)) {
		mn_session_fail(session, MN_REASON_OPERATION,
				"this copy has changed while the nodes compared them");
		return 0;
	}
	mn_position_accept(session->mirror, session->peers.position);
	mn_recv_set_peer(session->conn, true, from.applied);
	/* a stream may follow as soon as the source has our bitmap */
	set_phase(session, MN_SESSION_STREAM);
	link_is_up(session);
	is_not_cut_off(session);
	return send_bitmap(session);
}

static int become_source(struct mn_session *session)
{
	session->is_source = true;
	if (session->verdict.kind != MN_VERDICT_RESUME)
		mn_keep_drop(session->mirror);
	mn_position_accept(session->mirror, session->peers.position);
	mn_recv_set_peer(session->conn, false, 0);
	set_phase(session, MN_SESSION_COLLECT);
	link_is_up(session);
	return 0;
}

static const char *refusal_text(const struct mn_verdict *verdict)
{
	if (verdict->kind == MN_VERDICT_NO_SOURCE)
		return "neither node is the source";
	if (verdict->source > 1 && verdict->reason == MN_REASON_OPERATION)
		return "one node has taken over from the other, which becomes a target now";
	switch (verdict->reason) {
	case MN_REASON_SPLIT_BRAIN:
		return "split brain: both copies moved on; nothing was changed, a person decides";
	case MN_REASON_SIZE_MISMATCH:
		return "the volume has different sizes on the two nodes; nothing was changed";
	case MN_REASON_SECTOR_MISMATCH:
		return "the sector sizes differ: this target cannot be used; nothing was changed";
	case MN_REASON_TARGET_UNLOCKED:
		return "the target was unlocked and may have been written: a person decides";
	case MN_REASON_ROLLED_BACK:
		return "a node is behind what it had announced (a restored image?)";
	case MN_REASON_OPERATION:
		return "the other node is not a target of the volume now; nothing was changed";
	default:
		return "the target's data comes from another source: a person decides";
	}
}

/* Two targets without a source try each other again and again: once is enough to be told. */
static bool is_known(const struct mn_session *session)
{
	return session->verdict.kind == MN_VERDICT_NO_SOURCE &&
	       READ_ONCE(session->mirror->state.reason) == MN_REASON_OPERATION;
}

static void announce_refusal(const struct mn_session *session, const char *why)
{
	bool split = session->verdict.kind == MN_VERDICT_SPLIT_BRAIN;
	struct mn_event event = {
		.class = split ? MN_EVENT_SPLIT_BRAIN : MN_EVENT_PEER,
		.severity = split ? MN_SEVERITY_CRITICAL : MN_SEVERITY_WARNING,
		.volume = session->volume, .mirror = session->mirror,
		.reason = session->verdict.reason, .text = why,
	};

	mn_event_emit(&event);
}

/* A target that follows the newer source does not say who that is: any of the others. */
static u32 newer_sources(const struct mn_session *session)
{
	u32 peer = BIT(session->mirror->slot);

	return session->peers.role == MN_ROLE_SOURCE ? peer : ~peer;
}

static int receive_verdict(struct mn_session *session, const struct mn_wire_verdict *theirs,
			   u32 bytes, const char **why)
{
	struct mn_wire_verdict ours;
	enum mn_yield yield;

	if (mn_wire_check_verdict(theirs, bytes)) {
		*why = "malformed verdict";
		return -EPROTO;
	}
	fill_verdict(session, &ours);
	if (memcmp(&ours, theirs, sizeof(ours))) {
		*why = "the nodes come to different verdicts about their copies";
		return -EPROTO;
	}
	switch (session->verdict.kind) {
	case MN_VERDICT_PARTIAL:
	case MN_VERDICT_FULL:
	case MN_VERDICT_RESUME:
		return session->verdict.source ? become_target(session) : become_source(session);
	default:
		has_refused(session);
		yield = mn_generation_yields(&session->mine, &session->peers);
		if (yield)
			mn_volume_yields(session->volume, session->mine.generation, yield,
					 newer_sources(session));
		*why = refusal_text(&session->verdict);
		if (is_known(session))
			*why = NULL;
		else
			announce_refusal(session, *why);
		mn_session_fail(session, session->verdict.kind == MN_VERDICT_NO_SOURCE ?
				MN_REASON_OPERATION : session->verdict.reason, *why);
		/* the socket lives until our own verdict has left: both sides say the same */
		return 0;
	}
}

static int receive_bitmap_end(struct mn_session *session)
{
	set_phase(session, MN_SESSION_STARTING);
	queue_work(session->volume->session_wq, &session->start_work);
	return 0;
}

static int dispatch(struct mn_session *session, const struct mn_frame *frame,
		    struct mn_payload *payload, const char **why)
{
	u8 phase = READ_ONCE(session->phase);

	if (frame->type == MN_FRAME_HELLO && phase == MN_SESSION_HELLO && payload)
		return receive_hello(session, mn_payload_map(payload), payload->bytes, why);
	if (frame->type == MN_FRAME_VERDICT && phase == MN_SESSION_VERDICT && payload)
		return receive_verdict(session, mn_payload_map(payload), payload->bytes, why);
	if (frame->type == MN_FRAME_BITMAP && phase == MN_SESSION_COLLECT)
		return receive_bitmap(session, frame, payload, why);
	if (frame->type == MN_FRAME_BITMAP_END && phase == MN_SESSION_COLLECT)
		return receive_bitmap_end(session);
	*why = "frame not expected in this phase";
	return -EPROTO;
}

int mn_handshake_receive(struct mn_session *session, const struct mn_frame *frame,
			 struct mn_payload *payload, const char **why)
{
	int err = dispatch(session, frame, payload, why);

	WRITE_ONCE(session->negotiated, jiffies);
	if (payload)
		mn_payload_put(payload);
	return err;
}
