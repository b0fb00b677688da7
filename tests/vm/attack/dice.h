/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dice: numbers that follow from a seed alone. Two dice made of the same numbers
 * roll the same, whatever other threads do meanwhile.
 */
#ifndef MN_ATTACK_DICE_H
#define MN_ATTACK_DICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
	uint64_t state;
};

struct dice dice_of(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);
uint64_t dice_word(struct dice *dice);
/* 0 ... n - 1; n > 0 */
uint32_t dice_below(struct dice *dice, uint32_t n);
/* True once in n times. */
bool dice_once_in(struct dice *dice, uint32_t n);
/* A number at which checks like to be wrong: 0, limits, powers of two, near `near`, or anything. */
uint64_t dice_interesting(struct dice *dice, uint64_t near);

#endif
