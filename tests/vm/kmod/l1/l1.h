/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mn-l1-test: the durable layer (meta, bitmap, intent) on a leash
 *
 * The product's own L0 and L1 objects, driven by words from a shell:
 *
 *   modprobe mn-l1-test device=/dev/vda
 *   echo "intent_set 5 9" > /sys/module/mn_l1_test/parameters/run
 *   cat /sys/module/mn_l1_test/parameters/said
 *
 * `said` begins with the errno (0: good), then what the command has to say.
 * One volume, slot 0. Commands run one at a time.
 */
#ifndef L1_H
#define L1_H

#include "bitmap.h"
#include "compat.h"
#include "intent.h"
#include "meta.h"

struct l1 {
	struct mn_bdev bdev;
	struct mn_meta meta;
	struct mn_intent intent;
	struct mn_bitmap bitmap;
	spinlock_t lock;	/* the classification lock */
	bool open;
};

extern struct l1 l1;

struct l1_command {
	const char *name;
	u8 args;
	bool needs_open;
	int (*run)(const u64 *arg);
};

extern const struct l1_command l1_meta_commands[];
extern const struct l1_command l1_intent_commands[];
extern const struct l1_command l1_bitmap_commands[];
extern const struct l1_command l1_race_commands[];

/* Add to what is said. */
__printf(1, 2) void l1_say(const char *format, ...);

/* Say ranges of set bits: "3 5-9 12", at most 64 of them; "none". */
void l1_say_bits(bool (*test)(u64 bit), u64 bits);

#endif
