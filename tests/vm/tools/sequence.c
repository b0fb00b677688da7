// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sequence: writes of which every earlier state of a device can be recognised
 *
 *   sequence write DEVICE SEED BLOCKS BATCHES [flush [tell]]
 *   sequence check DEVICE SEED BLOCKS
 *
 * The writer works in batches of 1 to 16 writes of 4 KiB to different blocks, all under way at
 * the same time; a batch starts when the one before it has completed (and, with `flush`, now and
 * then after a flush). Which blocks a batch writes follows from the seed and its number, and
 * every block says by which batch it was written. So a device that holds the state after some
 * prefix of the sequence holds, in every block, what the last batch below a number M wrote to it,
 * and of batch M any part. `write` prints BATCHES when all have completed, with `tell` the number of
 * each as it does; `check` prints M; a device that holds no such state is an error, and the first block that shows it is
 * named. A block of zeroes was never written.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BLOCK 4096
#define MOST 16
#define WORDS (BLOCK / sizeof(uint64_t))

static void fail(const char *what)
{
	fprintf(stderr, "sequence: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* splitmix64 */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

/* The blocks that a batch writes, all different. Their number. */
static int batch_blocks(uint64_t seed, uint64_t batch, uint64_t blocks, uint64_t *out)
{
	uint64_t state = mix(seed ^ mix(batch));
	int wanted = 1 + state % MOST, count = 0, i;

	while (count < wanted) {
		state = mix(state);
		out[count] = state % blocks;
		for (i = 0; i < count && out[i] != out[count]; i++)
			;
		count += i == count;
	}
	return count;
}

static void fill(uint64_t *block, uint64_t seed, uint64_t batch, uint64_t number)
{
	size_t i;

	block[0] = batch;
	block[1] = number;
	for (i = 2; i < WORDS; i++)
		block[i] = mix(seed ^ batch ^ (number << 32) ^ ((uint64_t)i << 52));
}

/* ---- writing ---- */

static void submit_batch(aio_context_t aio, int fd, char *memory, const uint64_t *numbers, int count,
			 uint64_t seed, uint64_t batch)
{
	struct iocb iocbs[MOST] = {}, *list[MOST];
	int i, done;

	for (i = 0; i < count; i++) {
		fill((uint64_t *)(memory + i * BLOCK), seed, batch, numbers[i]);
		iocbs[i].aio_lio_opcode = IOCB_CMD_PWRITE;
		iocbs[i].aio_fildes = fd;
		iocbs[i].aio_buf = (uintptr_t)(memory + i * BLOCK);
		iocbs[i].aio_nbytes = BLOCK;
		iocbs[i].aio_offset = numbers[i] * BLOCK;
		list[i] = &iocbs[i];
	}
	done = syscall(SYS_io_submit, aio, count, list);
	if (done != count)
		fail("io_submit");
}

static void await_batch(aio_context_t aio, int count)
{
	struct io_event events[MOST];
	int i;

	if (syscall(SYS_io_getevents, aio, count, MOST, events, NULL) != count)
		fail("io_getevents");
	for (i = 0; i < count; i++) {
		errno = EIO;
		if (events[i].res != BLOCK)
			fail("a write failed");
	}
}

static int write_all(int fd, uint64_t seed, uint64_t blocks, uint64_t batches, int flush, int tell)
{
	char *memory = aligned_alloc(BLOCK, MOST * BLOCK);
	aio_context_t aio = 0;
	uint64_t batch, numbers[MOST];
	int count;

	if (!memory || syscall(SYS_io_setup, MOST, &aio))
		fail("io_setup");
	for (batch = 1; batch <= batches; batch++) {
		count = batch_blocks(seed, batch, blocks, numbers);
		submit_batch(aio, fd, memory, numbers, count, seed, batch);
		await_batch(aio, count);
		if (flush && mix(batch) % 8 == 0 && fdatasync(fd))
			fail("flush");
		if (tell && (printf("%llu\n", (unsigned long long)batch) < 0 || fflush(stdout)))
			fail("cannot tell");
	}
	if (!tell)
		printf("%llu\n", (unsigned long long)batches);
	return 0;
}

/* ---- checking ---- */

/* The batch that wrote the block; 0: nobody did. */
static uint64_t read_block(int fd, uint64_t seed, uint64_t number)
{
	static uint64_t block[WORDS], wanted[WORDS];

	if (pread(fd, block, BLOCK, number * BLOCK) != BLOCK)
		fail("cannot read");
	fill(wanted, seed, block[0], number);
	if (!memcmp(block, wanted, BLOCK))
		return block[0];
	memset(wanted, 0, BLOCK);
	if (!memcmp(block, wanted, BLOCK))
		return 0;
	fprintf(stderr, "sequence: block %llu holds no write of this sequence, or two halves\n",
		(unsigned long long)number);
	exit(1);
}

/* What every block holds before batch `end`, into last[]. */
static void replay(uint64_t seed, uint64_t blocks, uint64_t end, uint64_t *last)
{
	uint64_t batch, numbers[MOST];
	int i, count;

	for (batch = 1; batch < end; batch++) {
		count = batch_blocks(seed, batch, blocks, numbers);
		for (i = 0; i < count; i++)
			last[numbers[i]] = batch;
	}
}

static int check(int fd, uint64_t seed, uint64_t blocks)
{
	uint64_t *found = calloc(blocks, sizeof(*found)), *wanted = calloc(blocks, sizeof(*wanted));
	uint64_t number, newest = 0;

	if (!found || !wanted)
		fail("memory");
	for (number = 0; number < blocks; number++) {
		found[number] = read_block(fd, seed, number);
		if (found[number] > newest)
			newest = found[number];
	}
	replay(seed, blocks, newest, wanted);
	for (number = 0; number < blocks; number++) {
		if (found[number] == wanted[number] || found[number] == newest)
			continue;
		fprintf(stderr, "sequence: batch %llu is there, but block %llu is of batch %llu and not of %llu\n",
			(unsigned long long)newest, (unsigned long long)number,
			(unsigned long long)found[number], (unsigned long long)wanted[number]);
		return 1;
	}
	printf("%llu\n", (unsigned long long)newest);
	return 0;
}

static uint64_t number(const char *text)
{
	char *end;
	uint64_t value = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end) {
		fprintf(stderr, "sequence: not a number: %s\n", text);
		exit(2);
	}
	return value;
}

int main(int argc, char **argv)
{
	int writes = argc >= 6 && argc <= 8 && !strcmp(argv[1], "write");
	int checks = argc == 5 && !strcmp(argv[1], "check");
	int fd;

	if (!writes && !checks) {
		fputs("sequence write DEVICE SEED BLOCKS BATCHES [flush [tell]] | check DEVICE SEED BLOCKS\n",
		      stderr);
		return 2;
	}
	if (number(argv[4]) < MOST) {
		fprintf(stderr, "sequence: at least %d blocks\n", MOST);
		return 2;
	}
	fd = open(argv[2], writes ? O_WRONLY | O_DIRECT : O_RDONLY);
	if (fd < 0)
		fail(argv[2]);
	if (checks)
		return check(fd, number(argv[3]), number(argv[4]));
	return write_all(fd, number(argv[3]), number(argv[4]), number(argv[5]), argc >= 7,
			 argc == 8);
}
