// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * labswitch SOCKET SECONDS: the cable, or switch, of one link, for so long at
 * most (0: for ever).  After SIGUSR1 all frames are lost, until SIGUSR2.
 *
 * QEMU's stream backends connect to SOCKET; what one sends goes to all others
 * (each frame after its length, 32 bits big-endian).  QEMU 7.2 does not
 * reconnect, so the nodes must not be joined directly: here a node that was
 * power-cut and booted again simply connects again.
 *
 * A full receiver holds its senders back, as a wire would; one that takes
 * nothing for a second (a stopped QEMU) loses the frames instead, so that the
 * other side's network card is never taken for broken.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 8
#define BUFFER (256u * 1024)
#define FRAME_MAX (72u * 1024)

struct client {
	int fd;			/* -1: free */
	size_t in_len, out_len;
	long long stuck_since;	/* ms; 0: not stuck */
	unsigned char in[BUFFER], out[BUFFER];
};

static struct client clients[CLIENTS];
static volatile sig_atomic_t silent;

static void on_signal(int sig)
{
	silent = sig == SIGUSR1;
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

static void flush_out(struct client *c)
{
	ssize_t put = send(c->fd, c->out, c->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (put > 0) {
		c->out_len -= (size_t)put;
		memmove(c->out, c->out + put, c->out_len);
		c->stuck_since = 0;
	} else if (put < 0 && errno != EAGAIN && errno != EINTR) {
		drop(c);
	}
}

/* Whether the frame may be taken from its sender: sent on, or given up. */
static int room_for(struct client *c, size_t len)
{
	if (c->out_len + len > BUFFER)
		flush_out(c);
	if (c->fd < 0 || c->out_len + len <= BUFFER)
		return 1;
	if (!c->stuck_since)
		c->stuck_since = now_ms();
	return now_ms() - c->stuck_since > 1000;
}

static int all_have_room(const struct client *from, size_t len)
{
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0 && &clients[i] != from && !room_for(&clients[i], len))
			return 0;
	return 1;
}

static void send_on(const struct client *from, const unsigned char *frame, size_t len)
{
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		if (silent || c->fd < 0 || c == from || c->out_len + len > BUFFER)
			continue;
		memcpy(c->out + c->out_len, frame, len);
		c->out_len += len;
	}
}

static size_t frame_len(const unsigned char *at)
{
	uint32_t len;

	memcpy(&len, at, sizeof(len));
	return sizeof(len) + ntohl(len);
}

/* Passes on the complete frames that everybody has room for. */
static void forward(struct client *c)
{
	size_t at = 0;

	while (c->in_len - at >= 4) {
		size_t len = frame_len(c->in + at);

		if (len > FRAME_MAX) {
			fprintf(stderr, "labswitch: a frame of %zu bytes; port closed\n", len);
			drop(c);
			return;
		}
		if (c->in_len - at < len || !all_have_room(c, len))
			break;
		send_on(c, c->in + at, len);
		at += len;
	}
	c->in_len -= at;
	memmove(c->in, c->in + at, c->in_len);
}

static void receive(struct client *c)
{
	ssize_t got = recv(c->fd, c->in + c->in_len, BUFFER - c->in_len, MSG_DONTWAIT);

	if (got > 0)
		c->in_len += (size_t)got;
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		drop(c);
}

static void accept_client(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	for (int i = 0; fd >= 0 && i < CLIENTS; i++) {
		struct client *c = &clients[i];

		if (c->fd >= 0)
			continue;
		c->fd = fd;
		c->in_len = c->out_len = 0;
		c->stuck_since = 0;
		return;
	}
	close(fd);
}

static int held_back(const struct client *c)
{
	return c->in_len >= 4 && c->in_len >= frame_len(c->in);
}

static void one_turn(int listener)
{
	struct pollfd fds[CLIENTS + 1] = { { .fd = listener, .events = POLLIN } };
	int waiting = 0;

	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		fds[i + 1].fd = c->fd;
		fds[i + 1].events = (c->in_len < BUFFER && !held_back(c) ? POLLIN : 0) |
				    (c->out_len ? POLLOUT : 0);
		waiting |= c->fd >= 0 && held_back(c);
	}
	poll(fds, CLIENTS + 1, waiting ? 100 : -1);
	if (fds[0].revents)
		accept_client(listener);
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0 && fds[i + 1].fd == clients[i].fd &&
		    fds[i + 1].revents & (POLLIN | POLLHUP | POLLERR))
			receive(&clients[i]);
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0)
			forward(&clients[i]);
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].fd >= 0 && clients[i].out_len)
			flush_out(&clients[i]);
}

static int listen_at(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(addr.sun_path)) {
		fprintf(stderr, "labswitch: path too long: %s\n", path);
		return -1;
	}
	strcpy(addr.sun_path, path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) || listen(fd, CLIENTS)) {
		perror(path);
		return -1;
	}
	return fd;
}

int main(int argc, char **argv)
{
	int listener;

	if (argc != 3) {
		fprintf(stderr, "usage: labswitch SOCKET SECONDS\n");
		return 2;
	}
	for (int i = 0; i < CLIENTS; i++)
		clients[i].fd = -1;
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, on_signal);
	signal(SIGUSR2, on_signal);
	alarm((unsigned int)atol(argv[2]));
	listener = listen_at(argv[1]);
	if (listener < 0)
		return 1;
	for (;;)
		one_turn(listener);
}
