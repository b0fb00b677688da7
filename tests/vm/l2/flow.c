// SPDX-License-Identifier: GPL-2.0-or-later
/* flow: frames of all sizes arrive whole, in order, and at once. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>
#include "l2.h"

struct pumping {
	int end;
	uint32_t count, bytes;
	int err;
};

static void *pump_thread(void *data)
{
	struct pumping *pumping = data;

	pumping->err = end_pump(pumping->end, pumping->count, pumping->bytes);
	return NULL;
}

static void expect_all(const int end[2], unsigned long count)
{
	struct mn_l2_state source = end_state(end[0]), target = end_state(end[1]);

	require(target.received == count, "%llu of %lu", target.received, count);
	require(!target.bad && !source.bad, "%llu and %llu bad frames", target.bad, source.bad);
	require(source.applied == count, "%llu of %lu", source.applied, count);
	require(source.sent == count, "%llu of %lu", source.sent, count);
	require(!source.dead && !target.dead, "%s / %s", source.why, target.why);
	require(!source.queued_bytes, "%llu", source.queued_bytes);
}

static void integrity(enum kind kind, unsigned long count)
{
	int end[2], err;

	make_ends(kind, end, POOL_BYTES);
	err = end_pump(end[0], count, 0);
	require(!err, "%s (%s)", strerror(-err), end_state(end[1]).why);
	expect_all(end, count);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

/* One at a time: nothing may wait for something else to be sent. */
static void latency(enum kind kind, unsigned long count)
{
	struct mn_l2_pump what = { .count = count, .fixed_bytes = 4096, .wait_each = 1 };
	int end[2];

	make_ends(kind, end, POOL_BYTES);
	require(!ioctl(end[0], MN_L2_PUMP, &what), "%s", strerror(errno));
	printf("%.1f us per write of 4 KiB\n", what.nanoseconds / 1e3 / count);
	require(what.nanoseconds / count < 35000000, "more than 35 ms: something waits for a timer");
	expect_all(end, count);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

/*
 * What may be gathered leaves by itself, one at a time and many; and what is urgent takes it along.
 * The second end answers patiently, too: its own pump of nothing says so.
 */
static void patience(enum kind kind, unsigned long count)
{
	struct mn_l2_pump none = { .patient = 1 };
	struct mn_l2_pump each = { .count = count, .fixed_bytes = 4096, .wait_each = 1, .patient = 1 };
	struct mn_l2_pump many = { .count = count * 10, .fixed_bytes = 4096, .patient = 1 };
	struct mn_l2_pump urgent = { .count = count, .fixed_bytes = 4096 };
	int end[2];

	make_ends(kind, end, POOL_BYTES);
	require(!ioctl(end[1], MN_L2_PUMP, &none), "%s", strerror(errno));
	require(!ioctl(end[0], MN_L2_PUMP, &each), "%s", strerror(errno));
	require(!ioctl(end[0], MN_L2_PUMP, &many), "%s", strerror(errno));
	require(!ioctl(end[0], MN_L2_PUMP, &urgent), "%s", strerror(errno));
	expect_all(end, count * 12);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

static void throughput(enum kind kind, unsigned long count, uint32_t bytes)
{
	struct mn_l2_pump what = { .count = count, .fixed_bytes = bytes };
	int end[2];

	make_ends(kind, end, POOL_BYTES);
	require(!ioctl(end[0], MN_L2_PUMP, &what), "%s", strerror(errno));
	printf("%u bytes: %.1f MB/s, %.0f frames/s\n", bytes,
	       count * (double)bytes * 1e3 / what.nanoseconds, count * 1e9 / what.nanoseconds);
	expect_all(end, count);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

static struct mn_l2_state wait_received(int end, uint64_t frames)
{
	struct mn_l2_state state = end_state(end);
	double start = now();

	while (state.received < frames && now() - start < 4 * PATIENCE) {
		sleep_ms(10);
		state = end_state(end);
	}
	return state;
}

/* The receiver has no memory: the sender waits, nothing fails, nothing is lost. */
static void pressure(enum kind kind)
{
	struct pumping pumping = { .count = 300, .bytes = 65536 };
	struct mn_l2_state state;
	pthread_t thread;
	int end[2];

	make_ends(kind, end, 2 << 20);
	end_mode(end[1], MN_L2_HOLD);
	pumping.end = end[0];
	pthread_create(&thread, NULL, pump_thread, &pumping);
	state = wait_received(end[1], 30);
	sleep_ms(300);
	state = end_state(end[1]);
	require(state.receive_pool_bytes <= 2 << 20, "%llu bytes", state.receive_pool_bytes);
	require(state.received >= 30 && state.received <= 32, "%llu frames", state.received);
	require(!state.dead && !end_state(end[0]).dead, "%s", state.why);
	require(state.idle_ms < 200, "a busy receiver takes the peer for silent: %llu ms",
		state.idle_ms);
	end_mode(end[1], 0);
	pthread_join(thread, NULL);
	require(!pumping.err, "%s", strerror(-pumping.err));
	expect_all(end, pumping.count);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

/* What is heard while the silence is measured must not count as the longest silence of all. */
static void silence(enum kind kind)
{
	struct mn_l2_state state;
	int end[2];

	make_ends(kind, end, POOL_BYTES);
	sleep_ms(300);
	state = end_state(end[1]);
	require(state.idle_ms >= 200, "%llu ms", state.idle_ms);
	require(!ioctl(end[1], MN_L2_HEARD_LATER), "%s", strerror(errno));
	state = end_state(end[1]);
	require(!state.idle_ms, "%llu ms", state.idle_ms);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

/* Control frames and small ones pass while the data of the other direction flows. */
static void control(enum kind kind)
{
	struct pumping pumping = { .count = 1000, .bytes = 16384 };
	struct mn_l2_state source, target;
	pthread_t thread;
	int end[2];

	make_ends(kind, end, POOL_BYTES);
	pumping.end = end[0];
	pthread_create(&thread, NULL, pump_thread, &pumping);
	for (int i = 0; i < 50; i++) {
		require(!ioctl(end[0], MN_L2_PING), "%s", strerror(errno));
		require(!ioctl(end[1], MN_L2_PING), "%s", strerror(errno));
		require(!ioctl(end[1], MN_L2_SMALL, i % 2 ? 512 : 4096), "%s", strerror(errno));
		sleep_ms(10);
	}
	pthread_join(thread, NULL);
	require(!pumping.err, "%s, %s / %s", strerror(-pumping.err), end_state(end[0]).why,
		end_state(end[1]).why);
	sleep_ms(200);
	source = end_state(end[0]);
	target = end_state(end[1]);
	require(source.pongs && source.pongs <= 50, "%llu", source.pongs);
	require(target.pongs && target.pongs <= 50, "%llu", target.pongs);
	require(source.small == 50, "%llu", source.small);
	expect_all(end, pumping.count);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

/* What user space set on the socket before neither delays nor ends the link. */
static void leftovers(enum kind kind)
{
	struct timeval soon = { .tv_usec = 20000 };
	int fd[2], end[2], on = 1, large = 65536;
	double best = 1e9;

	make_pair(kind, fd);
	for (int i = 0; i < 2; i++) {
		setsockopt(fd[i], SOL_SOCKET, SO_RCVTIMEO, &soon, sizeof(soon));
		setsockopt(fd[i], SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
		setsockopt(fd[i], SOL_SOCKET, SO_RCVLOWAT, &large, sizeof(large));
		setsockopt(fd[i], SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
		if (kind != UNIX_PAIR)
			setsockopt(fd[i], IPPROTO_TCP, TCP_CORK, &on, sizeof(on));
		end[i] = end_open();
		require(!end_adopt(end[i], fd[i], i == 1, POOL_BYTES), "%s", end_state(end[i]).why);
		close(fd[i]);
	}
	for (unsigned int n = 1; n <= 5; n++) {
		double start;

		sleep_ms(100);
		start = now();
		require(!end_pump(end[0], 1, 4096), "%s", end_state(end[0]).why);
		if (now() - start < best)
			best = now() - start;
	}
	require(best < 0.15, "%.3f s: something is corked", best);
	expect_all(end, 5);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

void run_flow(const char *name, enum kind kind, unsigned long count)
{
	if (!strcmp(name, "integrity"))
		integrity(kind, count);
	else if (!strcmp(name, "latency"))
		latency(kind, count);
	else if (!strcmp(name, "patience"))
		patience(kind, count);
	else if (!strcmp(name, "throughput-4k"))
		throughput(kind, count, 4096);
	else if (!strcmp(name, "throughput-1m"))
		throughput(kind, count, 1 << 20);
	else if (!strcmp(name, "pressure"))
		pressure(kind);
	else if (!strcmp(name, "control"))
		control(kind);
	else if (!strcmp(name, "silence"))
		silence(kind);
	else if (!strcmp(name, "leftovers"))
		leftovers(kind);
	else
		require(false, "no such scenario: %s", name);
}
