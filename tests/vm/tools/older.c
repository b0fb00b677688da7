// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * older: what is between two nodes whose peer is of an earlier protocol version
 *
 *   older PORT ADDRESS PEERPORT [VERSION FEATURES]
 *
 * Accepts one connection, makes another one, and passes everything on, but for the first frame of
 * each direction: this HELLO speaks of versions up to VERSION (1), and names of the features exactly
 * these (0), as such a node would (docs/wire.md). Then neither side may do what an older one does not
 * know.
 */
#include <arpa/inet.h>
#include <err.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEADER = 64, VERSION_MAX = HEADER + 1, FEATURES = HEADER + 8, HELLO = 1 };

static uint32_t crc32c(const uint8_t *at, size_t n)
{
	uint32_t crc = ~0u;

	while (n--) {
		crc ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0x82f63b78u : 0);
	}
	return crc;
}

static uint32_t get32(const uint8_t *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = value >> 8 * i;
}

static void receive_all(int fd, uint8_t *at, size_t n)
{
	if (recv(fd, at, n, MSG_WAITALL) != (ssize_t)n)
		errx(1, "no whole HELLO came");
}

static void send_all(int fd, const uint8_t *at, size_t n)
{
	while (n) {
		ssize_t sent = send(fd, at, n, MSG_NOSIGNAL);

		if (sent <= 0)
			exit(0);
		at += sent;
		n -= sent;
	}
}

static void pass_hello(int from, int to, uint8_t version, uint32_t features)
{
	uint8_t frame[HEADER + 4096];
	uint32_t bytes;

	receive_all(from, frame, HEADER);
	bytes = get32(frame + 8);
	if (frame[5] != HELLO || bytes > sizeof(frame) - HEADER)
		errx(1, "the first frame is no HELLO: type %u, %u bytes", frame[5], bytes);
	receive_all(from, frame + HEADER, bytes);
	printf("version %u, features %x\n", frame[VERSION_MAX], get32(frame + FEATURES));
	frame[VERSION_MAX] = version;
	put32(frame + FEATURES, features);
	put32(frame + 12, crc32c(frame + HEADER, bytes));
	put32(frame + 60, crc32c(frame, 60));
	send_all(to, frame, HEADER + bytes);
}

static void pass(int from, int to)
{
	uint8_t bytes[65536];
	ssize_t got = recv(from, bytes, sizeof(bytes), 0);

	if (got <= 0)
		exit(0);
	send_all(to, bytes, got);
}

static struct sockaddr_in address_of(const char *host, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		errx(2, "no address: %s", host);
	return address;
}

static int accept_one(const char *port)
{
	struct sockaddr_in address = address_of("0.0.0.0", port);
	int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), fd;

	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (void *)&address, sizeof(address)) || listen(listener, 1))
		err(1, "port %s", port);
	fd = accept(listener, NULL, NULL);
	close(listener);
	return fd;
}

int main(int argc, char **argv)
{
	struct sockaddr_in peer;
	uint32_t features;
	uint8_t version;
	int near, far;

	if (argc != 4 && argc != 6)
		errx(2, "usage: older PORT ADDRESS PEERPORT [VERSION FEATURES]");
	version = argc == 6 ? atoi(argv[4]) : 1;
	features = argc == 6 ? strtoul(argv[5], NULL, 0) : 0;
	peer = address_of(argv[2], argv[3]);
	near = accept_one(argv[1]);
	far = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(far, (void *)&peer, sizeof(peer)))
		err(1, "%s", argv[2]);
	pass_hello(near, far, version, features);	/* the initiator speaks first */
	pass_hello(far, near, version, features);
	fflush(stdout);
	for (;;) {
		struct pollfd both[] = { { near, POLLIN, 0 }, { far, POLLIN, 0 } };

		poll(both, 2, -1);
		if (both[0].revents)
			pass(near, far);
		if (both[1].revents)
			pass(far, near);
	}
}
