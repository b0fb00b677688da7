// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labctl run|shell [-t SECONDS] NODE_DIR COMMAND...
 *
 * Runs a command in a node through one of the sockets NODE_DIR/agent.N, with
 * standard input, output and error passed through, and exits with the command's
 * status.  124: the time was up (the command has been killed).  125: the node
 * is down or went down.
 */
#define _GNU_SOURCE
#include "frame.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define PORTS 4
#define EXIT_TIMEOUT 124
#define EXIT_NODE_DOWN 125

static struct termios saved_terminal;
static struct timespec deadline;
static int port;
static uint32_t id;

static void die(int code, const char *what)
{
	fprintf(stderr, "labctl: %s\n", what);
	exit(code);
}

static long left_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (deadline.tv_sec - now.tv_sec) * 1000 + (deadline.tv_nsec - now.tv_nsec) / 1000000;
}

/* Many clients, few ports: whoever holds the lock file has the port. */
static int connect_port(int n)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	char lock[32];
	int lock_fd, fd;

	snprintf(lock, sizeof(lock), "agent.%d.lock", n);
	lock_fd = open(lock, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
	if (lock_fd < 0)
		die(EXIT_NODE_DOWN, "no such node");
	if (flock(lock_fd, LOCK_EX | LOCK_NB)) {
		close(lock_fd);
		return -1;
	}
	snprintf(addr.sun_path, sizeof(addr.sun_path), "agent.%d", n);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)))
		die(EXIT_NODE_DOWN, "the node is down");
	return fd;
}

static int find_port(void)
{
	for (;;) {
		for (int n = 0; n < PORTS; n++) {
			int fd = connect_port(n);

			if (fd >= 0)
				return fd;
		}
		if (left_ms() <= 0)
			die(EXIT_TIMEOUT, "every port of the node stayed busy");
		usleep(20000);
	}
}

static void put(int fd, const unsigned char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			exit(1);
		data += n;
		len -= (size_t)n;
	}
}

/* Acts on one answer; does not return from the last one. */
static void take_answer(const struct frame *f)
{
	int32_t status;

	if (f->head.id != id)
		return;
	switch (f->head.type) {
	case FRAME_STDOUT:
		put(1, f->data, f->head.len);
		break;
	case FRAME_STDERR:
		put(2, f->data, f->head.len);
		break;
	case FRAME_EXIT:
		memcpy(&status, f->data, sizeof(status));
		exit(status);
	}
}

/*
 * In a process of its own, so that a full channel towards the node never keeps
 * us from taking what comes out of it.
 */
static void pass_stdin(void)
{
	static unsigned char buf[FRAME_MAX];
	ssize_t got;

	do {
		got = read(0, buf, sizeof(buf));
		if (got < 0 && errno == EINTR)
			continue;
		if (frame_write(port, id, FRAME_STDIN, buf, got > 0 ? (size_t)got : 0))
			break;
	} while (got > 0);
	_exit(0);
}

static void fork_stdin(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		die(1, "cannot fork");
	if (pid > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		pass_stdin();
	_exit(0);
}

static void talk(void)
{
	static struct frame_reader reader;
	struct pollfd answer = { .fd = port, .events = POLLIN };

	for (;;) {
		long ms = left_ms();

		if (ms <= 0)
			die(EXIT_TIMEOUT, "the command took too long and was killed");
		if (poll(&answer, 1, (int)(ms < 60000 ? ms : 60000)) <= 0)
			continue;
		switch (frame_read(port, &reader)) {
		case FRAME_READY:
			take_answer(&reader.frame);
			break;
		case FRAME_GONE:
			die(EXIT_NODE_DOWN, "the node went down");
		case FRAME_MORE:
			break;
		}
	}
}

static void restore_terminal(void)
{
	tcsetattr(0, TCSANOW, &saved_terminal);
}

static void raw_terminal(void)
{
	struct termios raw;

	if (tcgetattr(0, &saved_terminal))
		return;
	atexit(restore_terminal);
	raw = saved_terminal;
	cfmakeraw(&raw);
	tcsetattr(0, TCSANOW, &raw);
}

static void join(char *line, size_t size, char **words, int count)
{
	size_t at = 0;

	for (int i = 0; i < count; i++)
		at += (size_t)snprintf(line + at, at < size ? size - at : 0, "%s%s",
				       i ? " " : "", words[i]);
	if (at >= size)
		die(2, "command line too long; feed a script to 'sh' on standard input");
}

int main(int argc, char **argv)
{
	static const char usage[] = "usage: labctl run|shell [-t SECONDS] NODE_DIR COMMAND...";
	static char line[FRAME_MAX];
	long seconds = 60;
	int first = 2, shell;

	if (argc >= 4 && !strcmp(argv[2], "-t")) {
		seconds = atol(argv[3]);
		first = 4;
	}
	if (argc < first + 2)
		die(2, usage);
	shell = !strcmp(argv[1], "shell");
	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	join(line, sizeof(line), argv + first + 1, argc - first - 1);
	if (chdir(argv[first]))
		die(EXIT_NODE_DOWN, "no such node");
	if (getrandom(&id, sizeof(id), 0) != sizeof(id))
		die(1, "no random numbers");
	port = find_port();
	if (shell)
		raw_terminal();
	if (frame_write(port, id, shell ? FRAME_SHELL : FRAME_RUN, line, strlen(line)))
		die(EXIT_NODE_DOWN, "the node is down");
	fork_stdin();
	talk();
}
