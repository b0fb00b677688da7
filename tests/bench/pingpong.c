// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pingpong: the link's own round trip, as a mirrored write of 4 KiB makes it
 *
 *   pingpong listen PORT                      answers until killed
 *   pingpong ADDRESS PORT SECONDS             prints median and mean in microseconds
 *
 * 4 KiB go there, 64 bytes come back, one at a time, over one TCP connection.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define REQUEST 4096
#define ANSWER 64
#define MOST 1000000

static char buffer[REQUEST];

static int must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
	return result;
}

/* False: the other side has closed. */
static int take(int fd, size_t bytes)
{
	ssize_t got;

	for (; bytes; bytes -= got) {
		got = must(read(fd, buffer, bytes), "read");
		if (!got)
			return 0;
	}
	return 1;
}

static void give(int fd, size_t bytes)
{
	ssize_t gone;

	for (; bytes; bytes -= gone)
		gone = must(write(fd, buffer, bytes), "write");
}

static int new_socket(void)
{
	int one = 1, fd = must(socket(AF_INET, SOCK_STREAM, 0), "socket");

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}

static void answer(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	int listener = new_socket(), fd;

	must(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
	must(listen(listener, 1), "listen");
	for (;;) {
		fd = must(accept(listener, NULL, NULL), "accept");
		while (take(fd, REQUEST))
			give(fd, ANSWER);
		close(fd);
	}
}

static double now(void)	/* microseconds */
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int ask(const char *to, int port, double seconds)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port) };
	double *took = calloc(MOST, sizeof(*took)), start = now(), last = start, sum = 0;
	int fd = new_socket(), n = 0;

	inet_pton(AF_INET, to, &address.sin_addr);
	must(connect(fd, (struct sockaddr *)&address, sizeof(address)), "connect");
	while (took && n < MOST && last - start < seconds * 1e6) {
		double sent = now();

		give(fd, REQUEST);
		if (!take(fd, ANSWER))
			break;
		last = now();
		took[n++] = last - sent;
		sum += last - sent;
	}
	if (!n) {
		fprintf(stderr, "pingpong: no answer\n");
		return 1;
	}
	qsort(took, n, sizeof(*took), by_value);
	printf("%.1f %.1f\n", took[n / 2], sum / n);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "listen"))
		answer(atoi(argv[2]));
	if (argc == 4)
		return ask(argv[1], atoi(argv[2]), atof(argv[3]));
	fprintf(stderr, "usage: pingpong listen PORT | ADDRESS PORT SECONDS\n");
	return 2;
}
