// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frames SEED SECONDS [SESSION]: stands between two ends of the real module and changes
 * what they say to each other
 *
 * Both volumes are in this node (mirror.h), each link is two UNIX socket pairs with
 * this program between them. It passes valid sessions on, under load, and changes
 * frames as the dice say, in both directions, so that each role meets a hostile peer
 * at every point of the protocol. What must hold whatever the peer says:
 *
 *   - no request to the source fails, and none takes longer than PATIENCE seconds
 *   - a link that was cut is gone within PATIENCE
 *   - the source holds what was written to it and nothing else
 *   - after a new full resync over an honest link both copies are equal
 *
 * All that is rolled follows from the seed, the number of the session and the number
 * of the frame; only when a frame is made is up to the kernel. SESSION repeats the
 * dice of that one session until the time is up.
 */
#include <err.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/dm_mirror_net.h>
#include "load.h"
#include "mirror.h"
#include "mutate.h"

enum { PATIENCE = 120, SESSIONS_PER_CHECK = 50 };

#define SOURCE_DEVICE "/dev/mapper/v"
#define SOURCE_DATA "/dev/vda"
#define TARGET_DATA "/dev/vdc"

static struct way ways[2];
static pthread_t threads[2];
static bool ended;			/* one of the ways has */
static uint64_t refused, mirroring;

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec + at.tv_nsec / 1e9;
}

static void cut(void)
{
	for (int i = 0; i < 2; i++)
		shutdown(ways[i].from, SHUT_RDWR);
}

static void *pass_on(void *arg)
{
	struct way *way = arg;

	while (frame_read(way->from, way->frame))
		if (!way_pass(way))
			break;
	__atomic_store_n(&ended, true, __ATOMIC_RELAXED);
	cut();
	return NULL;
}

/* ---- one session ---- */

static void connect_ways(struct dice *dice, int theirs[2])
{
	struct timeval limit = { .tv_sec = 20 };

	for (int side = 0; side < 2; side++) {
		int fd[2];

		if (socketpair(AF_UNIX, SOCK_STREAM, 0, fd))
			err(1, "socketpair");
		setsockopt(fd[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd[0], SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (dice_once_in(dice, 4)) {
			int bytes = 4096 << dice_below(dice, 4);

			setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
		}
		ways[side].from = fd[0];
		ways[!side].to = fd[0];
		theirs[side] = fd[1];
	}
}

static void prepare_ways(struct dice *dice, uint64_t seed, uint64_t session, bool honest)
{
	uint32_t one_in = dice_once_in(dice, 2) ? 0 : 2u << dice_below(dice, 8);
	bool early = dice_once_in(dice, 2);	/* the first frames decide most */
	uint32_t at = one_in ? ~0u : dice_below(dice, early ? 4 : dice_once_in(dice, 2) ? 12 : 80);
	bool renumber = !dice_once_in(dice, 4);
	bool late = !honest && dice_once_in(dice, 3);	/* first they get to be in sync */
	int only = dice_below(dice, 3);

	for (int i = 0; i < 2; i++) {
		struct way *way = &ways[i];
		bool changes = !honest && (only == 2 || only == i);

		way->seed = seed;
		way->session = session;
		way->one_in = !changes ? 0 : late ? 2u << dice_below(dice, 5) : one_in;
		way->at = changes ? at : ~0u;
		way->armed = !late;
		way->renumber = !honest && renumber;
		way->index = 0;
		way->sequence = 0;
		way->begun = false;
		way->holding = false;
	}
}

static void check_load(void)
{
	if (load_waits() > PATIENCE)
		errx(1, "a request to the source has been under way for %.0f s", load_waits());
}

static uint64_t mutations(void)
{
	return __atomic_load_n(&ways[0].mutations, __ATOMIC_RELAXED) +
	       __atomic_load_n(&ways[1].mutations, __ATOMIC_RELAXED);
}

static void arm_when_in_sync(void)
{
	if (ways[0].armed || mirror_facts(SOURCE).state != MN_STATE_MIRRORING)
		return;
	mirroring++;
	for (int i = 0; i < 2; i++)
		__atomic_store_n(&ways[i].armed, true, __ATOMIC_RELAXED);
}

/*
 * Until one of the ways ends, `ms` have gone by, or `after` ms since the first change.
 */
static void let_run(long ms, long after)
{
	uint64_t before = mutations();
	double end = now() + ms / 1000.0;

	while (now() < end && !__atomic_load_n(&ended, __ATOMIC_RELAXED)) {
		usleep(5000);
		check_load();
		arm_when_in_sync();
		if (after && mutations() > before) {
			end = now() + after / 1000.0;
			after = 0;
		}
	}
}

/* Until both copies are equal. */
static void let_finish(void)
{
	double end = now() + PATIENCE;

	while (now() < end && !__atomic_load_n(&ended, __ATOMIC_RELAXED) &&
	       mirror_facts(SOURCE).state != MN_STATE_MIRRORING) {
		usleep(10000);
		check_load();
	}
}

static void end_session(struct dice *dice)
{
	switch (dice_below(dice, 4)) {
	case 0: mirror_command(SOURCE, MN_CMD_LINK_DETACH, NULL); break;
	case 1: mirror_command(TARGET, MN_CMD_LINK_DETACH, NULL); break;
	case 2: mirror_command(dice_below(dice, 2), MN_CMD_MIRROR_PAUSE, NULL); break;
	}
	cut();
}

static void wait_for_end(uint64_t session)
{
	double end = now() + PATIENCE;

	for (int side = SOURCE; side <= TARGET; side++) {
		while (mirror_facts(side).link == MN_LINK_NEGOTIATING ||
		       mirror_facts(side).link == MN_LINK_UP) {
			check_load();
			if (now() > end)
				errx(1, "session %llu does not end on the %s's side",
				     (unsigned long long)session, side ? "target" : "source");
			usleep(2000);
		}
	}
}

static bool attach(struct dice *dice)
{
	bool source_first = dice_once_in(dice, 2);
	int theirs[2], error;

	connect_ways(dice, theirs);
	error = mirror_attach(SOURCE, theirs[SOURCE], source_first);
	if (!error)
		error = mirror_attach(TARGET, theirs[TARGET], !source_first);
	close(theirs[0]);
	close(theirs[1]);
	return !error;
}

/* False when one of the two takes no link now. */
static bool start_session(struct dice *dice)
{
	if (!attach(dice))
		return false;
	__atomic_store_n(&ended, false, __ATOMIC_RELAXED);
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, pass_on, &ways[i]))
			errx(1, "no thread");
	return true;
}

static void finish_session(uint64_t session, bool started)
{
	cut();
	for (int i = 0; started && i < 2; i++)
		pthread_join(threads[i], NULL);
	wait_for_end(session);
	for (int i = 0; i < 2; i++)
		close(ways[i].from);
}

/* True when it came to a session at all. */
static bool run_session(uint64_t seed, uint64_t session)
{
	struct dice dice = dice_of(seed, session, 2, 0);
	bool started;

	prepare_ways(&dice, seed, session, false);
	started = start_session(&dice);
	if (started) {
		let_run((ways[0].armed ? 100 : 800) << dice_below(&dice, 4),
			dice_once_in(&dice, 8) ? 0 : 5 << dice_below(&dice, 6));
		end_session(&dice);
	}
	finish_session(session, started);
	return started;
}

/* ---- between sessions ---- */

/* What a hostile peer said may last: a pause, a broken mirror. Each time something else ends it. */
static void make_ready(struct dice *dice, bool was_refused)
{
	static const uint32_t limits[] = { MN_ON_QUEUE_LIMIT_PAUSE, MN_ON_QUEUE_LIMIT_BLOCK };

	if (was_refused || dice_once_in(dice, 8)) {
		mirror_rebuild();
	} else {
		for (int side = SOURCE; side <= TARGET; side++)
			if (mirror_facts(side).link == MN_LINK_UNWANTED)
				mirror_command(side, MN_CMD_MIRROR_CONTINUE, NULL);
		if (dice_once_in(dice, 8))
			mirror_command(SOURCE, MN_CMD_MIRROR_RESYNC, NULL);
	}
	mirror_options(dice_once_in(dice, 2) ? MN_MODE_ASYNC : MN_MODE_SYNC,
		       limits[dice_below(dice, 2)]);
	mirror_unlock();
}

/* A hostile peer is gone: an honest one finds the source's bytes, and gets them all. */
static void check_copies(uint64_t seed)
{
	struct dice dice = dice_of(seed, ~0ull, 2, 0);
	struct facts facts;

	load_hold();
	load_compare(SOURCE_DATA, "the source");
	load_go_on();
	mirror_rebuild();
	mirror_unlock();
	prepare_ways(&dice, seed, ~0ull, true);
	if (!start_session(&dice))
		errx(1, "an honest link is refused after a rebuild");
	let_finish();
	facts = mirror_facts(SOURCE);
	if (facts.state != MN_STATE_MIRRORING)
		errx(1, "an honest link does not become mirroring: state %lld, reason %lld, dirty %lld",
		     (long long)facts.state, (long long)facts.reason, (long long)facts.dirty);
	load_hold();
	load_compare(SOURCE_DATA, "the source");
	load_compare(TARGET_DATA, "the target");
	load_go_on();
	finish_session(~0ull, true);
}

static void make_ways(void)
{
	for (int i = 0; i < 2; i++) {
		struct way *way = &ways[i];

		way->number = i;
		way->rename_back = i == TARGET;
		way->other = &ways[!i];
		way->frame = malloc(sizeof(*way->frame));
		way->held = malloc(sizeof(*way->held));
		way->spare = calloc(1, sizeof(*way->spare));
		if (!way->frame || !way->held || !way->spare)
			errx(1, "memory");
		pthread_mutex_init(&way->past_lock, NULL);
	}
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1, session = 0, rounds;
	double end = now() + (argc > 2 ? atof(argv[2]) : 60);
	bool one = argc > 3, was_refused = false;

	if (one)
		session = strtoull(argv[3], NULL, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("frames: seed %llu\n", (unsigned long long)seed);
	mirror_open();
	make_ways();
	mirror_options(MN_MODE_SYNC, MN_ON_QUEUE_LIMIT_PAUSE);
	load_start(SOURCE_DEVICE, seed);
	for (rounds = 1; now() < end; rounds++) {
		struct dice dice = dice_of(seed, session, 3, 0);

		make_ready(&dice, was_refused);
		was_refused = !run_session(seed, session);
		refused += was_refused;
		if (!one)
			session++;
		if (rounds % SESSIONS_PER_CHECK == 0) {
			check_copies(seed);
			printf("frames: %llu sessions\n", (unsigned long long)rounds);
		}
	}
	check_copies(seed);
	printf("frames: %llu sessions, %llu refused, %llu attacked in sync, %llu frames changed at the source, "
	       "%llu at the target, %llu requests\n", (unsigned long long)rounds - 1,
	       (unsigned long long)refused, (unsigned long long)mirroring,
	       (unsigned long long)ways[TARGET].mutations, (unsigned long long)ways[SOURCE].mutations,
	       (unsigned long long)load_requests());
	return 0;
}
