// SPDX-License-Identifier: GPL-2.0-or-later
/* end: one open of /dev/mn-l2-test, and what all scenarios need. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "l2.h"

void give_up(const char *file, int line, const char *condition, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s:%d: not so: %s: ", file, line, condition);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void sleep_ms(unsigned int ms)
{
	usleep(ms * 1000);
}

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

int end_open(void)
{
	int end = open("/dev/mn-l2-test", O_RDWR | O_CLOEXEC);

	require(end >= 0, "%s", strerror(errno));
	return end;
}

int end_adopt(int end, int fd, bool from_source, uint64_t pool_bytes)
{
	struct mn_l2_adopt what = { .fd = fd, .from_source = from_source, .pool_bytes = pool_bytes };

	return ioctl(end, MN_L2_ADOPT, &what) ? -errno : 0;
}

int end_pump(int end, uint32_t count, uint32_t bytes)
{
	struct mn_l2_pump what = { .count = count, .fixed_bytes = bytes };

	return ioctl(end, MN_L2_PUMP, &what) ? -errno : 0;
}

struct mn_l2_state end_state(int end)
{
	struct mn_l2_state state;

	require(!ioctl(end, MN_L2_STATE, &state), "%s", strerror(errno));
	return state;
}

void end_mode(int end, unsigned int mode)
{
	require(!ioctl(end, MN_L2_MODE, mode), "%s", strerror(errno));
}

/* Whatever the link was doing, it comes down at once and leaves nothing behind. */
void end_destroy(int end)
{
	double start = now();
	struct mn_l2_state state;

	require(!ioctl(end, MN_L2_DESTROY), "%s", strerror(errno));
	require(now() - start < PATIENCE, "destroying took %.1f s", now() - start);
	state = end_state(end);
	require(state.downs == 1, "ops->down was called %u times", state.downs);
	require(!state.receive_pool_bytes, "%llu bytes of received payloads are left",
		state.receive_pool_bytes);
	require(!state.send_pool_bytes, "%llu bytes of payloads to send are left",
		state.send_pool_bytes);
	close(end);
}

void make_ends(enum kind kind, int end[2], uint64_t pool_bytes)
{
	int fd[2];

	make_pair(kind, fd);
	for (int i = 0; i < 2; i++) {
		int err;

		end[i] = end_open();
		err = end_adopt(end[i], fd[i], i == 1, pool_bytes);
		require(!err, "%s (%s)", strerror(-err), end_state(end[i]).why);
	}
	close(fd[0]);
	close(fd[1]);
}

struct mn_l2_state wait_dead(int end)
{
	double start = now();
	struct mn_l2_state state = end_state(end);

	while (!(state.dead && state.downs) && now() - start < PATIENCE) {
		sleep_ms(5);
		state = end_state(end);
	}
	require(state.dead && state.downs == 1, "dead %u, ops->down calls %u", state.dead,
		state.downs);
	return state;
}
