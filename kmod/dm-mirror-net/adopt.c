// SPDX-License-Identifier: GPL-2.0-only
/*
 * adopt: a socket that user space hands over becomes ours (L2)
 *
 * Adoption takes a reference to the socket's file and claims sk_user_data, so
 * that no second kernel user (another link of ours among them) gets the same
 * socket. No callback of the socket is replaced.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/socket.h>
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

static bool is_inet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6;
}

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
	bool inet = is_inet(sk);
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
void mn_socket_prepare(struct socket *sock)
{
	struct sock *sk = sock->sk;
	bool inet = is_inet(sk);

	if (inet)
		reclassify_socket(sk);
	lock_sock(sk);
	sk->sk_allocation = GFP_NOIO;
	mn_sk_no_task_frag(sk);
	sk->sk_sndtimeo = MAX_SCHEDULE_TIMEOUT;
	sk->sk_rcvtimeo = MAX_SCHEDULE_TIMEOUT;
	WRITE_ONCE(sk->sk_rcvlowat, 1);
	if (inet)
		sk_set_memalloc(sk);
	release_sock(sk);
	if (!inet)
		return;
	tcp_sock_set_cork(sk, false);
	tcp_sock_set_nodelay(sk);
}

void mn_socket_release(struct socket *sock)
{
	struct sock *sk = sock->sk;

	lock_sock(sk);
	if (is_inet(sk))
		sk_clear_memalloc(sk);
	release_sock(sk);
	unclaim_socket(sk);
	sockfd_put(sock);
}

struct socket *mn_socket_adopt(int fd, const char **why)
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
