// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * refresh SECONDS: run in a node that goes on from a saved state, before anything
 * else.  Its clock stands where it was saved, and its random numbers would be
 * those of every other node that goes on from there: identifiers that must be
 * unique would repeat.  Sets the clock to SECONDS since 1970 and feeds the kernel
 * the 64 random bytes on standard input.
 */
#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define SEED_BYTES 64

static int reseed(const unsigned char *seed)
{
	struct {
		struct rand_pool_info info;
		unsigned char seed[SEED_BYTES];
	} pool = { .info = { .entropy_count = SEED_BYTES * 8, .buf_size = SEED_BYTES } };
	int fd = open("/dev/urandom", O_RDWR);

	memcpy(pool.info.buf, seed, SEED_BYTES);
	if (fd < 0 || ioctl(fd, RNDADDENTROPY, &pool) || ioctl(fd, RNDRESEEDCRNG))
		return -1;
	return close(fd);
}

int main(int argc, char **argv)
{
	unsigned char seed[SEED_BYTES];
	struct timespec now = { 0 };

	if (argc != 2 || fread(seed, sizeof(seed), 1, stdin) != 1) {
		fprintf(stderr, "usage: refresh SECONDS <64-random-bytes\n");
		return 2;
	}
	now.tv_sec = (time_t)strtoll(argv[1], NULL, 10);
	if (clock_settime(CLOCK_REALTIME, &now) || reseed(seed)) {
		perror("refresh");
		return 1;
	}
	return 0;
}
