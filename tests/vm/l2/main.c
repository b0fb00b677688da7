// SPDX-License-Identifier: GPL-2.0-or-later
/* mn-l2 SCENARIO [KIND [COUNT]] */
#include <errno.h>
#include <fcntl.h>
#include <linux/tls.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "l2.h"

static void expect_refused(int fd, int error, const char *word)
{
	int end = end_open();
	int err = end_adopt(end, fd, false, POOL_BYTES);

	require(err == -error, "%s instead of %s", strerror(-err), strerror(error));
	require(strstr(end_state(end).why, word), "%s", end_state(end).why);
	close(end);
	close(fd);
}

static void wrong_sockets(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET };
	int fd[2], listener = socket(AF_INET, SOCK_STREAM, 0);

	expect_refused(999, EBADF, "not a socket");
	expect_refused(open("/dev/null", O_RDONLY), ENOTSOCK, "not a socket");
	expect_refused(socket(AF_INET, SOCK_DGRAM, 0), EPROTONOSUPPORT, "TCP socket or a UNIX");
	expect_refused(socket(AF_UNIX, SOCK_STREAM, 0), ENOTCONN, "not connected");
	expect_refused(socket(AF_INET6, SOCK_STREAM, 0), ENOTCONN, "not connected");
	expect_refused(socket(AF_NETLINK, SOCK_RAW, 0), EPROTONOSUPPORT, "TCP socket or a UNIX");
	bind(listener, (struct sockaddr *)&any, sizeof(any));
	listen(listener, 1);
	expect_refused(listener, ENOTCONN, "not connected");
	require(!socketpair(AF_UNIX, SOCK_SEQPACKET, 0, fd), "%s", strerror(errno));
	expect_refused(fd[0], EPROTONOSUPPORT, "TCP socket or a UNIX");
	close(fd[1]);
}

static void half_tls(void)
{
	int fd[2];

	make_pair(TCP4, fd);
	use_tls(fd[0]);
	set_keys(TLS_GCM, fd[0], TLS_TX, 1);
	expect_refused(fd[0], EPROTONOSUPPORT, "both directions");
	close(fd[1]);
}

/* A socket belongs to one link at a time, and is free after it. */
static void taken(enum kind kind)
{
	int fd[2], end = end_open();

	make_pair(kind, fd);
	require(!end_adopt(end, fd[0], false, POOL_BYTES), "%s", end_state(end).why);
	expect_refused(dup(fd[0]), EBUSY, "in use by the kernel");
	end_destroy(end);
	expect_refused(dup(fd[0]), ENOTCONN, "not connected");
	close(fd[0]);
	close(fd[1]);
}

bool run_refusal(const char *name)
{
	if (strcmp(name, "refusals"))
		return false;
	wrong_sockets();
	half_tls();
	taken(UNIX_PAIR);
	taken(TCP4);
	return true;
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";
	enum kind kind = kind_of(argc > 2 ? argv[2] : "unix");
	unsigned long count = argc > 3 ? strtoul(argv[3], NULL, 10) : 1000;

	signal(SIGPIPE, SIG_IGN);
	if (!run_refusal(name) && !run_death(name, kind) && !run_attack(name, kind))
		run_flow(name, kind, count);
	return 0;
}
