// SPDX-License-Identifier: GPL-2.0-or-later
/* pair: connected sockets of every kind that a link may be made of. */
#include <errno.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "l2.h"

#ifndef SOL_TLS
#define SOL_TLS 282
#endif

static const char *const kinds[] = { "unix", "tcp", "tcp6", "tls-gcm", "tls-chacha" };

enum kind kind_of(const char *word)
{
	for (unsigned int i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(word, kinds[i]))
			return i;
	require(false, "no such kind: %s", word);
}

static void tcp_pair(int family, int fd[2])
{
	struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int listener = socket(family, SOCK_STREAM, 0);
	socklen_t length = family == AF_INET ? sizeof(v4) : sizeof(address);

	if (family == AF_INET)
		memcpy(&address, &v4, sizeof(v4));
	require(!bind(listener, (struct sockaddr *)&address, length), "%s", strerror(errno));
	require(!listen(listener, 1), "%s", strerror(errno));
	getsockname(listener, (struct sockaddr *)&address, &length);
	fd[0] = socket(family, SOCK_STREAM, 0);
	require(!connect(fd[0], (struct sockaddr *)&address, length), "%s", strerror(errno));
	fd[1] = accept(listener, NULL, NULL);
	require(fd[1] >= 0, "%s", strerror(errno));
	close(listener);
}

void use_tls(int fd)
{
	require(!setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", 4), "%s", strerror(errno));
}

/* Fixed keys: the same byte all over, one per direction. */
void set_keys(enum kind kind, int fd, int direction, uint8_t key)
{
	struct tls12_crypto_info_aes_gcm_128 gcm = { .info = { TLS_1_3_VERSION, TLS_CIPHER_AES_GCM_128 } };
	struct tls12_crypto_info_chacha20_poly1305 chacha = {
		.info = { TLS_1_3_VERSION, TLS_CIPHER_CHACHA20_POLY1305 } };
	int err;

	memset(gcm.key, key, sizeof(gcm.key));
	memset(chacha.key, key, sizeof(chacha.key));
	if (kind == TLS_GCM)
		err = setsockopt(fd, SOL_TLS, direction, &gcm, sizeof(gcm));
	else
		err = setsockopt(fd, SOL_TLS, direction, &chacha, sizeof(chacha));
	require(!err, "%s", strerror(errno));
}

void send_record(int fd, uint8_t type, const void *bytes, size_t n)
{
	char control[CMSG_SPACE(1)] = { 0 };
	struct iovec io = { .iov_base = (void *)bytes, .iov_len = n };
	struct msghdr msg = { .msg_iov = &io, .msg_iovlen = 1,
			      .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);

	cmsg->cmsg_level = SOL_TLS;
	cmsg->cmsg_type = TLS_SET_RECORD_TYPE;
	cmsg->cmsg_len = CMSG_LEN(1);
	*CMSG_DATA(cmsg) = type;
	require(sendmsg(fd, &msg, 0) == (ssize_t)n, "%s", strerror(errno));
}

void make_pair(enum kind kind, int fd[2])
{
	if (kind == UNIX_PAIR) {
		require(!socketpair(AF_UNIX, SOCK_STREAM, 0, fd), "%s", strerror(errno));
		return;
	}
	tcp_pair(kind == TCP6 ? AF_INET6 : AF_INET, fd);
	if (kind != TLS_GCM && kind != TLS_CHACHA)
		return;
	for (int i = 0; i < 2; i++) {
		use_tls(fd[i]);
		set_keys(kind, fd[i], TLS_TX, 0x41 + i);
		set_keys(kind, fd[i], TLS_RX, 0x42 - i);
	}
}
