// SPDX-License-Identifier: GPL-2.0-only
/*
 * renewal: when a link gets a new socket (L3; docs/renew.md)
 *
 * The kernel connects nothing: the node that makes the links is told by an event, and its daemon
 * hands a second socket over. The other node asks it over the link. How the socket takes
 * the place of the first is renew.c's.
 */
#include "event.h"
#include "session.h"

/* A wish that nobody fulfilled is said again, a person's so many times. */
#define MN_RENEWAL_AGAIN	(15 * HZ)
#define MN_RENEWAL_TRIES	4
/* A peer is not heard more often. */
#define MN_RENEWAL_PAUSE	HZ

static bool can_renew(const struct mn_session *session)
{
	return READ_ONCE(session->phase) == MN_SESSION_STREAM &&
	       mn_conn_agreed(session->conn) & MN_FEATURE_RENEW;
}

static bool was_wanted_within(const struct mn_session *session, unsigned long time)
{
	unsigned long wanted = READ_ONCE(session->renewal_wanted);

	return wanted && time_before(jiffies, wanted + time);
}

/* Here by the event, or at the peer. */
static void want_renewal(struct mn_session *session)
{
	struct mn_event event = {
		.class = MN_EVENT_LINK, .severity = MN_SEVERITY_INFO,
		.volume = session->volume, .mirror = session->mirror,
		.old = MN_LINK_UP, .new = MN_LINK_UP,
		.text = "the link is to be renewed: it goes on over a new connection",
	};

	WRITE_ONCE(session->renewal_wanted, jiffies | 1);
	if (session->renewal_tries)
		session->renewal_tries--;
	if (session->initiator)
		mn_event_emit(&event);
	else
		mn_send_renew_ask(session->conn);
}

void mn_renewal_watch(struct mn_session *session)
{
	enum mn_wear wear = mn_conn_wear(session->conn);

	mn_conn_renew_watch(session->conn);
	if (wear == MN_WEAR_SPENT)
		mn_session_fail(session, MN_REASON_LINK_LOST,
				"its keys have encrypted as many records as they may, and it was not renewed");
	else if ((wear == MN_WEAR_WORN || READ_ONCE(session->renewal_tries)) &&
		 can_renew(session) && !was_wanted_within(session, MN_RENEWAL_AGAIN))
		want_renewal(session);
}

int mn_renewal_asked(struct mn_session *session, const char **why)
{
	if (!session->initiator) {
		*why = "RENEW_ASK from the side that makes the link";
		return -EPROTO;
	}
	if (!was_wanted_within(session, MN_RENEWAL_PAUSE))
		want_renewal(session);
	return 0;
}

/* The link that could be renewed, or an ERR_PTR; volume->lock held. */
static struct mn_session *renewable(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_session *session = mirror->session;

	lockdep_assert_held(&mirror->volume->lock);
	if (!session || READ_ONCE(session->phase) != MN_SESSION_STREAM) {
		why->text = "the mirror has no link that could be renewed";
		return ERR_PTR(-ENOTCONN);
	}
	if (!can_renew(session)) {
		why->text =
			"the peer's version cannot renew a link: detach it, the next resumes";
		return ERR_PTR(-EOPNOTSUPP);
	}
	return session;
}

int mn_session_renew(struct mn_mirror *mirror, int fd, u64 token, struct mn_why *why)
{
	struct mn_session *session = renewable(mirror, why);

	return IS_ERR(session) ? PTR_ERR(session) :
				 mn_conn_renew(session->conn, fd, token, &why->text);
}

int mn_session_ask_renewal(struct mn_mirror *mirror, struct mn_why *why)
{
	struct mn_session *session = renewable(mirror, why);

	if (IS_ERR(session))
		return PTR_ERR(session);
	WRITE_ONCE(session->renewal_tries, MN_RENEWAL_TRIES);
	want_renewal(session);
	return 0;
}
