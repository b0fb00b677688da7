// SPDX-License-Identifier: GPL-2.0-only
/*
 * renew: a second socket takes the place of the first (L2; docs/renew.md)
 *
 * User space connects and authenticates a second socket between the same two conns and hands
 * each end over with the same token. Each side tells the other over the old socket which token
 * it holds (RENEW_READY). When both hold the same, each direction changes by itself: RENEW is
 * the last frame on the old socket, what follows travels on the new one.
 *
 * conn->sockets guards the pointers, conn->lock the rest. `sock` is changed by the sender,
 * `from` by the receiver. The old socket is shut down when both have changed, and
 * released with the next renewal or the conn: who only looks at `sock` does so under RCU.
 */
#include <linux/err.h>
#include <linux/moduleparam.h>
#include <linux/rcupdate.h>
#include <net/inet_connection_sock.h>
#include <net/tls.h>
#include "compat.h"
#include "conn_private.h"

/* After this, what the peer does not hold is dropped: it holds another one, or says nothing. */
#define MN_RENEW_OTHER_PATIENCE	(10 * HZ)
#define MN_RENEW_PATIENCE	(120 * HZ)

/*
 * AES-GCM must not encrypt more records with one key (RFC 8446, 5.5: 2^24.5). The link is worn
 * at half of it. Between two looks (5 s at most) fewer than the margin leave.
 */
#define MN_GCM_WORN		BIT_ULL(23)
#define MN_GCM_SPENT		(BIT_ULL(24) - BIT_ULL(22))

static unsigned long renew_records;
module_param(renew_records, ulong, 0644);
MODULE_PARM_DESC(renew_records,
		 "renew an encrypted link after so many records; 0: when its cipher demands it");

/* --- wear --- */

/* Big-endian, as it stands in front of each record's keys. */
static u64 record_number(const void *bytes)
{
	__be64 number;

	memcpy(&number, bytes, sizeof(number));
	return be64_to_cpu(number);
}

/* Of one direction; the numbers are taken over from user space, so they count from the first. */
static enum mn_wear wear_of(u64 records, u16 cipher)
{
	bool gcm = cipher == TLS_CIPHER_AES_GCM_128 || cipher == TLS_CIPHER_AES_GCM_256;
	u64 worn = READ_ONCE(renew_records) ?: U64_MAX;

	if (gcm && records >= MN_GCM_SPENT)
		return MN_WEAR_SPENT;
	if (gcm)
		worn = min_t(u64, worn, MN_GCM_WORN);
	return records >= worn ? MN_WEAR_WORN : MN_WEAR_FRESH;
}

static enum mn_wear wear_out(struct socket *sock)
{
	const struct tls_context *tls = tls_get_ctx(sock->sk);

	return wear_of(record_number(tls->tx.rec_seq), tls->crypto_send.info.cipher_type);
}

static enum mn_wear wear_in(struct socket *sock)
{
	const struct tls_context *tls = tls_get_ctx(sock->sk);

	return wear_of(record_number(tls->rx.rec_seq), tls->crypto_recv.info.cipher_type);
}

enum mn_wear mn_conn_wear(struct mn_conn *conn)
{
	enum mn_wear wear = MN_WEAR_FRESH;

	mutex_lock(&conn->sockets);
	if (conn->tls)
		wear = max(wear_out(conn->sock), wear_in(conn->from));
	mutex_unlock(&conn->sockets);
	return wear;
}

/* --- the second socket --- */

static bool is_same_kind(const struct mn_conn *conn, const struct socket *sock)
{
	bool inet = sock->sk->sk_family != AF_UNIX;

	bool tls = inet && inet_csk(sock->sk)->icsk_ulp_ops;

	return inet == conn->inet && tls == conn->tls;
}

/* Under conn->sockets, between two renewals. */
static void release_old(struct mn_conn *conn)
{
	struct socket *old = conn->old;

	conn->old = NULL;
	if (!old)
		return;
	synchronize_rcu();
	mn_socket_release(old);
}

/* Under conn->lock: both sides hold the socket. */
static void agree(struct mn_conn *conn)
{
	if (conn->next && conn->renew_out == MN_RENEW_NOT_YET)
		conn->renew_out = MN_RENEW_DUE;
}

static int take_socket(struct mn_conn *conn, int fd, u64 token, const char **why)
{
	struct socket *sock = mn_socket_adopt(fd, why);

	if (IS_ERR(sock))
		return PTR_ERR(sock);
	mn_socket_prepare(sock);	/* what release undoes */
	if (!is_same_kind(conn, sock)) {
		*why = "only a socket of its own kind (TCP or not, encrypted or not) renews a link";
		mn_socket_release(sock);
		return -EPROTONOSUPPORT;
	}
	release_old(conn);
	spin_lock_irq(&conn->lock);
	conn->next = sock;
	conn->token = token;
	conn->renew_since = jiffies;
	conn->renew_out = MN_RENEW_NOT_YET;
	conn->renewed_in = false;
	WRITE_ONCE(conn->control, conn->control | MN_CONTROL_RENEW_READY);
	if (conn->peer_token == token)
		agree(conn);
	spin_unlock_irq(&conn->lock);
	return 0;
}

int mn_conn_renew(struct mn_conn *conn, int fd, u64 token, const char **why)
{
	int err;

	mutex_lock(&conn->sockets);
	if (mn_conn_dead(conn)) {
		*why = "the link that was to be renewed has ended";
		err = -ENOTCONN;
	} else if (conn->next) {
		*why = "the link is being renewed already";
		err = -EBUSY;
	} else {
		err = take_socket(conn, fd, token, why);
	}
	mutex_unlock(&conn->sockets);
	if (!err)
		mn_send_wake(conn);
	return err;
}

/* Under conn->sockets and conn->lock: nothing was sent for it yet. The caller releases it. */
static struct socket *forget_next(struct mn_conn *conn)
{
	struct socket *sock = conn->next;

	conn->next = NULL;
	conn->token = 0;
	conn->renew_out = MN_RENEW_NOT_YET;
	WRITE_ONCE(conn->control, conn->control | MN_CONTROL_RENEW_READY);
	return sock;
}

static void not_renewed(struct mn_conn *conn, struct socket *sock, const char *why)
{
	mn_socket_release(sock);
	pr_notice_ratelimited("dm-mirror-net: %s: link to %s not renewed: %s; it goes on as it was\n",
			      conn->name, conn->peer, why);
}

/* Under conn->sockets and conn->lock. The peer's user space has closed its end, or so. */
static bool is_spoilt(const struct mn_conn *conn)
{
	return conn->next->sk->sk_state != TCP_ESTABLISHED && !conn->renewed_in;
}

/* The same. A peer that may still say that it holds it is waited for: its answer may be slow. */
static bool is_in_vain(const struct mn_conn *conn)
{
	bool other = conn->peer_token && conn->peer_token != conn->token;
	unsigned long patience = other ? MN_RENEW_OTHER_PATIENCE : MN_RENEW_PATIENCE;

	if (!conn->next || conn->renew_out != MN_RENEW_NOT_YET || conn->renewed_in)
		return false;
	return is_spoilt(conn) || time_after(jiffies, conn->renew_since + patience);
}

void mn_conn_renew_watch(struct mn_conn *conn)
{
	struct socket *sock = NULL;

	mutex_lock(&conn->sockets);
	spin_lock_irq(&conn->lock);
	if (is_in_vain(conn))
		sock = forget_next(conn);
	spin_unlock_irq(&conn->lock);
	mutex_unlock(&conn->sockets);
	if (!sock)
		return;
	mn_send_wake(conn);
	not_renewed(conn, sock, "the peer did not take the new socket");
}

/* --- the two directions --- */

/* Under conn->sockets: true when nothing is left for the old socket. */
static bool is_complete(struct mn_conn *conn)
{
	bool complete;

	spin_lock_irq(&conn->lock);
	complete = conn->renew_out == MN_RENEW_DONE && conn->renewed_in;
	if (complete) {
		/* the peer may have been faster, and hold the next one already */
		if (conn->peer_token == conn->token)
			conn->peer_token = 0;
		conn->next = NULL;
		conn->token = 0;
		conn->renew_out = MN_RENEW_NOT_YET;
		conn->renewed_in = false;
	}
	spin_unlock_irq(&conn->lock);
	return complete;
}

/* Under conn->sockets, one direction has changed. True: so have both. */
static bool one_changed(struct mn_conn *conn)
{
	if (!is_complete(conn))
		return false;
	kernel_sock_shutdown(conn->old, SHUT_RDWR);
	return true;
}

void mn_renew_sent(struct mn_conn *conn)
{
	bool complete;

	mutex_lock(&conn->sockets);
	conn->old = conn->sock;
	WRITE_ONCE(conn->sock, conn->next);
	conn->renew_out = MN_RENEW_DONE;
	complete = one_changed(conn);
	mutex_unlock(&conn->sockets);
	if (complete)
		conn->ops->renewed(conn->context);
}

int mn_renew_received(struct mn_conn *conn, u64 token, const char **why)
{
	bool complete = false, legal;

	mutex_lock(&conn->sockets);
	legal = conn->next && token == conn->token && !conn->renewed_in;
	if (legal) {
		conn->old = conn->from;
		conn->from = conn->next;
		conn->renewed_in = true;
		complete = one_changed(conn);
	}
	mutex_unlock(&conn->sockets);
	if (!legal) {
		*why = "RENEW for a socket that this side does not have";
		return -EPROTO;
	}
	if (complete)
		conn->ops->renewed(conn->context);
	else
		mn_renew_peer_holds(conn, token);
	return 0;
}

void mn_renew_peer_holds(struct mn_conn *conn, u64 token)
{
	spin_lock_irq(&conn->lock);
	conn->peer_token = token;
	if (token && token == conn->token)
		agree(conn);
	else if (conn->renew_out == MN_RENEW_DUE)
		conn->renew_out = MN_RENEW_NOT_YET;	/* it has it no more */
	spin_unlock_irq(&conn->lock);
	mn_send_wake(conn);
}

u64 mn_renew_begin(struct mn_conn *conn)
{
	struct socket *spoilt = NULL;
	u64 token = 0;

	mutex_lock(&conn->sockets);
	spin_lock_irq(&conn->lock);
	if (conn->renew_out == MN_RENEW_DUE && is_spoilt(conn)) {
		spoilt = forget_next(conn);
	} else if (conn->renew_out == MN_RENEW_DUE) {
		conn->renew_out = MN_RENEW_SENDING;
		token = conn->token;
	}
	spin_unlock_irq(&conn->lock);
	mutex_unlock(&conn->sockets);
	if (spoilt)
		not_renewed(conn, spoilt, "the new socket was lost");
	return token;
}

bool mn_renew_is_due(const struct mn_conn *conn)
{
	return READ_ONCE(conn->renew_out) == MN_RENEW_DUE;
}

/* --- life: under conn->sockets, or nobody else is there --- */

void mn_renew_shut_down(struct mn_conn *conn)
{
	struct socket *of[] = { conn->sock, conn->from, conn->next };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(of); i++)
		if (of[i])
			kernel_sock_shutdown(of[i], SHUT_RDWR);
}

void mn_renew_exit(struct mn_conn *conn)
{
	struct socket *of[] = { conn->sock, conn->from, conn->next, conn->old };
	unsigned int i, k;

	for (i = 0; i < ARRAY_SIZE(of); i++) {
		for (k = 0; k < i && of[k] != of[i]; k++)
			;
		if (of[i] && k == i)
			mn_socket_release(of[i]);
	}
}
