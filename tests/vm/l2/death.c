// SPDX-License-Identifier: GPL-2.0-or-later
/* death: whoever ends a link, both threads wake, once, and nothing is left. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include "l2.h"

static void *pump_for_ever(void *data)
{
	int err = end_pump(*(int *)data, 1000000, 65536);

	return (void *)(long)err;
}

/* A pump whose peer does not read: the sender thread hangs in sendmsg. */
static pthread_t block_sender(enum kind kind, int *end, int *peer)
{
	struct mn_l2_state before, state;
	pthread_t thread;
	int fd[2];

	make_pair(kind, fd);
	*end = end_open();
	*peer = fd[1];
	require(!end_adopt(*end, fd[0], false, POOL_BYTES), "%s", end_state(*end).why);
	close(fd[0]);
	pthread_create(&thread, NULL, pump_for_ever, end);
	state = end_state(*end);
	do {
		before = state;
		sleep_ms(300);
		state = end_state(*end);
	} while (state.sent != before.sent || state.queued_bytes < 1 << 20);
	require(!state.dead, "%s", state.why);
	return thread;
}

/* The writer has been told, in time. */
static void join_pump(pthread_t thread)
{
	double start = now();
	void *err;

	pthread_join(thread, &err);
	require((long)err == -ENOTCONN, "%ld", (long)err);
	require(now() - start < PATIENCE, "%.1f s", now() - start);
}

static void blocked_kill(enum kind kind)
{
	struct mn_l2_state state;
	int end, peer;
	pthread_t thread = block_sender(kind, &end, &peer);

	require(!ioctl(end, MN_L2_KILL_LINK), "%s", strerror(errno));
	state = wait_dead(end);
	require(state.reason == 1 && strstr(state.why, "by the test"), "%s", state.why);
	join_pump(thread);
	end_destroy(end);
	close(peer);
}

static void blocked_peer_closes(enum kind kind)
{
	int end, peer;
	pthread_t thread = block_sender(kind, &end, &peer);

	close(peer);
	require(wait_dead(end).reason == 3, "%s", end_state(end).why);
	join_pump(thread);
	require(end_state(end).queued_bytes, "nothing was queued");
	end_destroy(end);
}

static void blocked_peer_shuts_down(enum kind kind)
{
	int end, peer;
	pthread_t thread = block_sender(kind, &end, &peer);

	require(!shutdown(peer, SHUT_WR), "%s", strerror(errno));
	wait_dead(end);
	join_pump(thread);
	end_destroy(end);
	close(peer);
}

/* The receiver sits in receive(), or waits for memory that nobody gives back. */
static void busy_receiver(enum kind kind, unsigned int mode)
{
	pthread_t thread;
	int end[2];

	make_ends(kind, end, 2 << 20);
	end_mode(end[1], mode);
	pthread_create(&thread, NULL, pump_for_ever, &end[0]);
	sleep_ms(500);
	require(!end_state(end[1]).dead, "%s", end_state(end[1]).why);
	end_destroy(end[1]);
	wait_dead(end[0]);
	join_pump(thread);
	end_destroy(end[0]);
}

static void kill_from_receive(enum kind kind)
{
	struct mn_l2_state state;
	int end[2];

	make_ends(kind, end, POOL_BYTES);
	end_mode(end[1], MN_L2_KILL);
	require(end_pump(end[0], 10, 4096) == -ENOTCONN, "still there");
	state = wait_dead(end[1]);
	require(state.reason == 4, "%s", state.why);
	wait_dead(end[0]);
	end_destroy(end[0]);
	end_destroy(end[1]);
}

static void *kill_later(void *data)
{
	usleep(rand() % 3000);
	ioctl(*(int *)data, MN_L2_KILL_LINK);
	return NULL;
}

/* Both sides at once, in the middle of everything, many times over. */
static void storm(enum kind kind)
{
	for (int round = 0; round < 60; round++) {
		pthread_t pump, killer[3];
		int end[2];

		make_ends(kind, end, POOL_BYTES);
		pthread_create(&pump, NULL, pump_for_ever, &end[0]);
		for (int i = 0; i < 3; i++)
			pthread_create(&killer[i], NULL, kill_later, &end[i % 2]);
		for (int i = 0; i < 3; i++)
			pthread_join(killer[i], NULL);
		wait_dead(end[0]);
		wait_dead(end[1]);
		join_pump(pump);
		require(!end_state(end[1]).bad, "bad frames");
		end_destroy(end[0]);
		end_destroy(end[1]);
	}
}

bool run_death(const char *name, enum kind kind)
{
	if (!strcmp(name, "blocked-kill"))
		blocked_kill(kind);
	else if (!strcmp(name, "blocked-peer-closes"))
		blocked_peer_closes(kind);
	else if (!strcmp(name, "blocked-peer-shuts-down"))
		blocked_peer_shuts_down(kind);
	else if (!strcmp(name, "stalled-receiver"))
		busy_receiver(kind, MN_L2_STALL);
	else if (!strcmp(name, "starved-receiver"))
		busy_receiver(kind, MN_L2_HOLD);
	else if (!strcmp(name, "kill-from-receive"))
		kill_from_receive(kind);
	else if (!strcmp(name, "storm"))
		storm(kind);
	else
		return false;
	return true;
}
