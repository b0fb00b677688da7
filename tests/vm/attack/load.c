// SPDX-License-Identifier: GPL-2.0-or-later
#include "load.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include "dice.h"

enum { SECTOR = 4096, MOST = 32 * SECTOR };

static int fd;
static uint8_t *model, *buffer;
static uint64_t size, seed_of_all, done;
static double since;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return at.tv_sec + at.tv_nsec / 1e9;
}

static void set_since(double at)
{
	__atomic_store(&since, &at, __ATOMIC_RELAXED);
}

double load_waits(void)
{
	double at;

	__atomic_load(&since, &at, __ATOMIC_RELAXED);
	return at ? now() - at : 0;
}

uint64_t load_requests(void)
{
	return __atomic_load_n(&done, __ATOMIC_RELAXED);
}

static void fill(struct dice *dice, uint64_t length)
{
	for (uint64_t at = 0; at < length; at += 8) {
		uint64_t word = dice_word(dice);

		memcpy(buffer + at, &word, 8);
	}
}

static void request(struct dice *dice)
{
	uint64_t length = SECTOR * (1 + dice_below(dice, dice_once_in(dice, 8) ? 32 : 4));
	uint64_t at = (uint64_t)SECTOR * dice_below(dice, (size - length) / SECTOR + 1);
	uint64_t range[2] = { at, length };

	switch (dice_below(dice, 16)) {
	case 0:
		if (fdatasync(fd))
			err(1, "a flush of the source failed");
		break;
	case 1:
	case 2:
		if (ioctl(fd, dice_once_in(dice, 2) ? BLKZEROOUT : BLKDISCARD, range))
			err(1, "zeroes at %llu failed", (unsigned long long)at);
		memset(model + at, 0, length);
		break;
	default:
		fill(dice, length);
		if (pwrite(fd, buffer, length, at) != (ssize_t)length)
			err(1, "a write at %llu failed", (unsigned long long)at);
		memcpy(model + at, buffer, length);
	}
}

static void *run(void *unused)
{
	(void)unused;
	for (uint64_t number = 0;; number++) {
		struct dice dice = dice_of(seed_of_all, ~0ull, number, 0);

		pthread_mutex_lock(&turn);
		set_since(now());
		request(&dice);
		set_since(0);
		__atomic_add_fetch(&done, 1, __ATOMIC_RELAXED);
		pthread_mutex_unlock(&turn);
		usleep(dice_once_in(&dice, 64) ? 20000 : 500);
	}
	return NULL;
}

void load_start(const char *device, uint64_t seed)
{
	pthread_t thread;

	fd = open(device, O_RDWR | O_DIRECT);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &size))
		err(1, "%s", device);
	model = calloc(1, size);
	if (!model || posix_memalign((void **)&buffer, SECTOR, MOST))
		err(1, "memory");
	seed_of_all = seed;
	if (pread(fd, buffer, SECTOR, 0) != SECTOR)
		err(1, "read %s", device);
	load_compare(device, "the fresh volume");
	if (pthread_create(&thread, NULL, run, NULL))
		errx(1, "no thread");
}

/* A request that never ends is found by the one who asks for load_waits(). */
void load_hold(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 300;
	if (pthread_mutex_timedlock(&turn, &until))
		errx(1, "a request to the source has been under way for %.0f s", load_waits());
	if (fdatasync(fd))
		err(1, "a flush of the source failed");
}

void load_go_on(void)
{
	pthread_mutex_unlock(&turn);
}

void load_compare(const char *device, const char *what)
{
	int other = open(device, O_RDONLY | O_DIRECT);

	if (other < 0)
		err(1, "%s", device);
	for (uint64_t at = 0; at < size; at += MOST) {
		uint64_t length = size - at < MOST ? size - at : MOST;

		if (pread(other, buffer, length, at) != (ssize_t)length)
			err(1, "read %s", device);
		for (uint64_t i = 0; i < length; i += SECTOR)
			if (memcmp(buffer + i, model + at + i, SECTOR))
				errx(1, "%s: other bytes at %llu than were written",
				     what, (unsigned long long)(at + i));
	}
	close(other);
}
