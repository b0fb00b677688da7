// SPDX-License-Identifier: GPL-2.0-only
/*
 * conn: one adopted stream socket, its sender and its receiver (L2)
 *
 * Adoption takes a reference to the socket's file and claims sk_user_data, so
 * that no second kernel user (another link of ours among them) gets the same
 * socket. No callback of the socket is replaced: both threads simply block.
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
#include <linux/file.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/socket.h>
#include <linux/string.h>
#include <net/inet_connection_sock.h>
#include <net/sock.h>
#include <net/tcp.h>
#include <net/tls.h>
#include "compat.h"
#include "conn_private.h"

/* What sk_user_data of our sockets points to. */
static u64 mn_conn_marker;

static struct lock_class_key mn_sk_lock_key;
static struct lock_class_key mn_sk_slock_key;

/* --- adoption --- */

/* A TLS socket must have keys in both directions: half of it would be plain text. */
static bool tls_is_whole(struct sock *sk)
{
	struct tls_context *tls = tls_get_ctx(sk);

	return tls && tls->tx_conf != TLS_BASE && tls->rx_conf != TLS_BASE;
}

static int check_tcp(struct sock *sk, const char **why)
{
	const struct tcp_ulp_ops *ulp = inet_csk(sk)->icsk_ulp_ops;

	if (sk->sk_protocol != IPPROTO_TCP) {
		*why = "the link's socket is not a TCP socket";
		return -EPROTONOSUPPORT;
	}
	if (ulp && (strcmp(ulp->name, "tls") || !tls_is_whole(sk))) {
		*why = "the link's socket has no complete kernel TLS (keys for both directions)";
		return -EPROTONOSUPPORT;
	}
	return 0;
}

static int check_socket(struct socket *sock, const char **why)
{
	struct sock *sk = sock->sk;
	bool inet = sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
	int err = 0;

	if (sock->type != SOCK_STREAM || (!inet && sk->sk_family != AF_UNIX)) {
		*why = "a link needs a TCP socket or a UNIX stream socket";
		return -EPROTONOSUPPORT;
	}
	if (inet)
		err = check_tcp(sk, why);
	if (err)
		return err;
	if (sk->sk_state != TCP_ESTABLISHED || sk->sk_shutdown) {
		*why = "the link's socket is not connected";
		return -ENOTCONN;
	}
	return 0;
}

/* nbd and NVMe leave sk_user_data alone or not; SOCK_MEMALLOC gives them away. */
static int claim_socket(struct sock *sk, const char **why)
{
	int err = 0;

	write_lock_bh(&sk->sk_callback_lock);
	if (sk->sk_user_data || sock_flag(sk, SOCK_MEMALLOC)) {
		*why = "the link's socket is in use by the kernel already";
		err = -EBUSY;
	} else {
		rcu_assign_sk_user_data(sk, &mn_conn_marker);
	}
	write_unlock_bh(&sk->sk_callback_lock);
	return err;
}

static void unclaim_socket(struct sock *sk)
{
	write_lock_bh(&sk->sk_callback_lock);
	rcu_assign_sk_user_data(sk, NULL);
	write_unlock_bh(&sk->sk_callback_lock);
}

/*
 * Our socket is locked in the I/O path of file systems, others under mmap_lock:
 * without a class of its own lockdep would see cycles that cannot happen.
 * Caller owns the socket lock's spinlock, nobody the lock itself.
 */
static void set_lock_class(struct sock *sk)
{
#ifdef CONFIG_DEBUG_LOCK_ALLOC
	lock_set_class(&sk->sk_lock.slock.dep_map, "slock-mirror-net", &mn_sk_slock_key, 0,
		       _THIS_IP_);
	lockdep_init_map(&sk->sk_lock.dep_map, "sk_lock-mirror-net", &mn_sk_lock_key, 0);
#else
	(void)mn_sk_lock_key;
	(void)mn_sk_slock_key;
#endif
}

static void reclassify_socket(struct sock *sk)
{
	spin_lock_bh(&sk->sk_lock.slock);
	if (!sk->sk_lock.owned)
		set_lock_class(sk);
	spin_unlock_bh(&sk->sk_lock.slock);
}

/* Undo what user space may have set that would delay, time out or recurse. */
static void prepare_socket(struct mn_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	if (conn->inet)
		reclassify_socket(sk);
	lock_sock(sk);
	sk->sk_allocation = GFP_NOIO;
	mn_sk_no_task_frag(sk);
	sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	WRITE_ONCE(sk->sk_rcvlowat, 1);
	if (conn->inet)
		sk_set_memalloc(sk);
	release_sock(sk);
	if (!conn->inet)
		return;
	tcp_sock_set_cork(sk, false);
	tcp_sock_set_nodelay(sk);
}

static void release_socket(struct mn_conn *conn)
{
	struct sock *sk = conn->sock->sk;

	lock_sock(sk);
	if (conn->inet)
		sk_clear_memalloc(sk);
	release_sock(sk);
	unclaim_socket(sk);
	sockfd_put(conn->sock);
}

static void name_peer(struct mn_conn *conn)
{
	struct sockaddr_storage address = {};

	if (conn->inet && kernel_getpeername(conn->sock, (struct sockaddr *)&address) > 0)
		snprintf(conn->peer, sizeof(conn->peer), "%pISpc", &address);
	else
		strscpy(conn->peer, "a local socket", sizeof(conn->peer));
}

static struct socket *adopt(int fd, const char **why)
{
	struct socket *sock;
	int err;

	sock = sockfd_lookup(fd, &err);
	if (!sock) {
		*why = "the link's file descriptor is not a socket";
		return ERR_PTR(err);
	}
	err = check_socket(sock, why);
	if (!err)
		err = claim_socket(sock->sk, why);
	if (err) {
		sockfd_put(sock);
		return ERR_PTR(err);
	}
	return sock;
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
	sock = adopt(fd, why);
	if (IS_ERR(sock)) {
		conn_free(conn);
		return ERR_CAST(sock);
	}
	conn->sock = sock;
	conn->inet = sock->sk->sk_family != AF_UNIX;
	conn->by_reference = conn->inet && !inet_csk(sock->sk)->icsk_ulp_ops;
	conn->limits = *limits;
	conn->pool = pool;
	conn->ops = ops;
	conn->context = context;
	conn->last_received = jiffies;
	name_peer(conn);
	prepare_socket(conn);
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
	kernel_sock_shutdown(conn->sock, SHUT_RDWR);
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
	release_socket(conn);
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
