// SPDX-License-Identifier: GPL-2.0-only
/*
 * conn: one adopted stream socket, its sender and its receiver (L2)
 *
 * Both threads simply block in the socket that they have (adopt.c). A second one may take
 * its place (renew.c).
 *
 * Death has two phases. Dead: mn_conn_kill() sets `dead` and shuts the socket
 * down, which wakes a thread blocked in sendmsg or recvmsg; each thread ends
 * and the first of them calls ops->down. Gone: mn_conn_destroy() waits for both
 * threads. References to a conn are with its owner, with the two threads, and
 * with those whom the owner lets queue frames: the owner keeps these away
 * before it destroys. The frames still queued are released there.
 */
#define pr_fmt(fmt) "dm-mirror-net: " fmt

#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include "conn_private.h"

static void name_peer(struct mn_conn *conn)
{
	struct sockaddr_storage address = {};

	if (conn->inet && kernel_getpeername(conn->sock, (struct sockaddr *)&address) > 0)
		snprintf(conn->peer, sizeof(conn->peer), "%pISpc", &address);
	else
		strscpy(conn->peer, "a local socket", sizeof(conn->peer));
}

/* --- life --- */

static struct mn_conn *conn_allocate(const char **why)
{
	struct mn_conn *conn = kzalloc(sizeof(*conn), GFP_KERNEL);

	if (conn && !mn_send_init(conn)) {
		if (!mn_recv_init(conn))
			return conn;
		mn_send_exit(conn);
	}
	kfree(conn);
	*why = "no memory for a link";
	return NULL;
}

static void conn_free(struct mn_conn *conn)
{
	mn_recv_exit(conn);
	mn_send_exit(conn);
	kfree(conn);
}

struct mn_conn *mn_conn_create(int fd, const struct mn_wire_limits *limits,
			       struct mn_payload_pool *pool,
			       const struct mn_conn_ops *ops, void *context, const char **why)
{
	struct mn_conn *conn = conn_allocate(why);
	struct socket *sock;

	if (!conn)
		return ERR_PTR(-ENOMEM);
	sock = mn_socket_adopt(fd, why);
	if (IS_ERR(sock)) {
		conn_free(conn);
		return ERR_CAST(sock);
	}
	conn->sock = sock;
	conn->from = sock;
	conn->inet = sock->sk->sk_family != AF_UNIX;
	conn->tls = conn->inet && inet_csk(sock->sk)->icsk_ulp_ops;
	conn->by_reference = conn->inet && !conn->tls;
	mutex_init(&conn->sockets);
	conn->limits = *limits;
	conn->pool = pool;
	conn->ops = ops;
	conn->context = context;
	conn->last_received = jiffies;
	name_peer(conn);
	mn_socket_prepare(sock);
	return conn;
}

/* A thread that does not run yet; it lives on as a task until thread_join(). */
static struct task_struct *thread_create(int (*run)(void *), struct mn_conn *conn,
					 const char *kind)
{
	struct task_struct *task = kthread_create(run, conn, "mn_%s/%s", kind, conn->name);

	return IS_ERR(task) ? task : get_task_struct(task);
}

static void thread_join(struct task_struct *task)
{
	if (!task)
		return;
	kthread_stop(task);
	put_task_struct(task);
}

int mn_conn_start(struct mn_conn *conn, const char *name)
{
	struct task_struct *sender, *receiver;

	strscpy(conn->name, name, sizeof(conn->name));
	sender = thread_create(mn_send_thread, conn, "send");
	if (IS_ERR(sender))
		return PTR_ERR(sender);
	receiver = thread_create(mn_recv_thread, conn, "recv");
	if (IS_ERR(receiver)) {
		thread_join(sender);
		return PTR_ERR(receiver);
	}
	conn->sender = sender;
	conn->receiver = receiver;
	wake_up_process(receiver);
	wake_up_process(sender);
	return 0;
}

/* True for the first caller only; then reason and why are set for good. */
static bool conn_dies(struct mn_conn *conn, u8 reason, const char *why)
{
	unsigned long flags;
	bool first;

	spin_lock_irqsave(&conn->lock, flags);
	first = !conn->dead;
	if (first) {
		conn->reason = reason;
		strscpy(conn->why, why ? why : "", sizeof(conn->why));
		WRITE_ONCE(conn->dead, true);
	}
	spin_unlock_irqrestore(&conn->lock, flags);
	return first;
}

static void conn_shut_down(struct mn_conn *conn)
{
	mutex_lock(&conn->sockets);
	mn_renew_shut_down(conn);
	mutex_unlock(&conn->sockets);
	wake_up_all(&conn->pacing);
	mn_send_wake(conn);
}

void mn_conn_kill(struct mn_conn *conn, u8 reason, const char *why)
{
	if (conn_dies(conn, reason, why))
		conn_shut_down(conn);
}

void mn_conn_fail(struct mn_conn *conn, u8 reason, const char *why)
{
	if (!conn_dies(conn, reason, why))
		return;
	pr_warn_ratelimited("%s: the link to %s is closed: %s\n", conn->name, conn->peer, why);
	conn_shut_down(conn);
}

void mn_conn_thread_ends(struct mn_conn *conn)
{
	if (atomic_inc_return(&conn->down_calls) == 1)
		conn->ops->down(conn->context, conn->reason, conn->why);
}

void mn_conn_destroy(struct mn_conn *conn)
{
	if (IS_ERR_OR_NULL(conn))
		return;
	mn_conn_kill(conn, MN_REASON_LINK_LOST, "the link was taken down");
	thread_join(conn->receiver);
	thread_join(conn->sender);
	mn_renew_exit(conn);
	conn_free(conn);
}

/* --- facts --- */

bool mn_conn_dead(const struct mn_conn *conn)
{
	return READ_ONCE(conn->dead);
}

struct mn_conn_stats *mn_conn_stats(struct mn_conn *conn)
{
	return &conn->stats;
}

u32 mn_conn_silent_for(const struct mn_conn *conn)
{
	long silence = jiffies - READ_ONCE(conn->last_received);

	/* negative: something was heard after jiffies was read, just now */
	return READ_ONCE(conn->listening) && silence > 0 ? jiffies_to_msecs(silence) : 0;
}

const char *mn_conn_error_text(int error)
{
	switch (error) {
	case -ECONNRESET:
		return "the peer reset the connection";
	case -EPIPE:
		return "the connection was shut down";
	case -ETIMEDOUT:
	case -EHOSTUNREACH:
	case -ENETUNREACH:
		return "the network does not reach the peer any more";
	case -EBADMSG:
		return "a TLS record was forged or damaged on its way";
	case -ENOMEM:
	case -ENOBUFS:
		return "no memory for the network";
	default:
		return "the network failed";
	}
}
