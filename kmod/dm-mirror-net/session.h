/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * session: one link of a mirror, from attach to its end (L3)
 *
 *   HELLO -> VERDICT -> (source) COLLECT bitmaps -> STREAM -> end
 *                       (target) send bitmaps    -> STREAM -> end
 *
 * The only owner of a link's timers. It runs in three contexts: the receiver thread
 * (frames), works on volume->session_wq (what blocks: the start of the stream, its way
 * back from a full queue, its end), and `timer` (keep-alive).
 */
#ifndef MN_SESSION_H
#define MN_SESSION_H

#include "apply.h"
#include "conn.h"
#include "volume.h"

struct mn_leg;

enum mn_session_phase {
	MN_SESSION_HELLO,
	MN_SESSION_VERDICT,
	MN_SESSION_COLLECT,	/* source: the target sends its bitmap */
	MN_SESSION_STARTING,	/* source: draining older writes */
	MN_SESSION_STREAM,
	MN_SESSION_ENDING,
};

struct mn_session {
	struct mn_mirror *mirror;
	struct mn_volume *volume;
	struct mn_conn *conn;
	struct work_struct start_work;
	struct work_struct in_sync_work;
	struct work_struct drained_work;
	struct work_struct end_work;
	struct delayed_work timer;
	bool initiator;
	bool is_source;		/* of this stream; from the verdict on */
	bool ended;		/* end_work was queued; under track */
	/* enum mn_session_phase; receiver thread and start_work, under track */
	u8 phase;
	u8 end_reason;		/* enum mn_reason; under track, first one counts */
	u64 fresh;		/* the stream that would begin on this link, from this side */
	struct mn_facts mine;	/* what was said in our HELLO */
	struct mn_facts peers;
	struct mn_verdict verdict; /* mine first */
	u64 generation;		/* source: what the stream gives the target; under track */
	u64 sync_generation;	/* source: ... gave it with SYNC_END; under track */
	bool sync_begun;	/* source: SYNC_READY is to come; under track */
	bool sync_ending;	/* source: SYNC_DONE is to come; under track */
	struct mn_leg *sync_end_leg; /* source: of a stream that is catching up; under track */
	u64 sync_end;		/* source: of SYNC_END, until SYNC_DONE is recorded, or 0; track */
	unsigned long last_ping; /* jiffies */
	unsigned long renewal_wanted; /* jiffies: when it was asked for last, or 0 */
	u8 renewal_tries;	/* how often a person's wish is said again; READ_ONCE, WRITE_ONCE */
	struct mn_apply *apply;	/* target */
	unsigned long negotiated;	/* jiffies: attach, or the last frame of the negotiation */
	refcount_t refs;	/* until end_work is through; who stops it */
	struct completion gone;	/* end_work has finished */
};

/* volume->lock held. */
int mn_session_attach(struct mn_mirror *mirror, int fd, bool initiator, bool encrypted,
		      struct mn_why *why);
/*
 * volume->lock held: a second socket for the link that there is (docs/renew.md). Errors with why:
 * -ENOTCONN: no link is up; -EOPNOTSUPP: the peer cannot; others as mn_conn_renew().
 */
int mn_session_renew(struct mn_mirror *mirror, int fd, u64 token, struct mn_why *why);
/* volume->lock held: a person asks for it. Errors as above. */
int mn_session_ask_renewal(struct mn_mirror *mirror, struct mn_why *why);
/* volume->lock held: the link of the mirror, with a reference, or NULL. */
struct mn_session *mn_session_get(struct mn_mirror *mirror);
/* volume->lock held: the timer looks at the new limits at once. */
void mn_session_options_changed(struct mn_mirror *mirror);
/* volume->lock NOT held. Ends the link, waits until it is gone and puts the reference. */
void mn_session_stop(struct mn_session *session, u8 reason);

/*
 * Under track: the stream cannot go on. Gives up what is queued (done collects
 * what completes), schedules the end of the link.
 */
void mn_session_lost_locked(struct mn_mirror *mirror, u8 reason, struct list_head *done);

/*
 * Under track: queue SYNC_BEGIN, for a stream in which blocks travel out of order until SYNC_END.
 * Takes the leg.
 */
void mn_session_begin_sync(struct mn_session *session, struct mn_leg *leg, bool full);
/*
 * Under track: nothing is dirty any more. Queues SYNC_END; from here on the mirror is in sync, in
 * its mode. Takes the leg.
 */
void mn_session_end_sync(struct mn_session *session, struct mn_leg *leg);
/*
 * Any context: end the link for this reason; the first one counts. why is for the log, NULL:
 * say nothing.
 */
void mn_session_fail(struct mn_session *session, u8 reason, const char *why);

/* handshake.c asks: this side is the target of the stream, from there on. -ENOMEM. */
int mn_session_make_target(struct mn_session *session, const struct mn_received *from);

/* renewal.c: session_timer; SPENT links end. */
void mn_renewal_watch(struct mn_session *session);
/* renewal.c: receiver thread; RENEW_ASK. -EPROTO with why. */
int mn_renewal_asked(struct mn_session *session, const char **why);

/* handshake.c: receiver thread; a frame of the phases before STREAM. */
int mn_handshake_receive(struct mn_session *session, const struct mn_frame *frame,
			 struct mn_payload *payload, const char **why);
int mn_handshake_hello(struct mn_session *session);

#endif
