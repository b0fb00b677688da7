// SPDX-License-Identifier: GPL-2.0-or-later
#include "dice.h"

static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9u;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

struct dice dice_of(uint64_t seed, uint64_t a, uint64_t b, uint64_t c)
{
	struct dice dice = { mix(mix(mix(mix(seed) + a) + b) + c) };

	return dice;
}

uint64_t dice_word(struct dice *dice)
{
	dice->state += 0x9e3779b97f4a7c15u;
	return mix(dice->state);
}

uint32_t dice_below(struct dice *dice, uint32_t n)
{
	return dice_word(dice) % n;
}

bool dice_once_in(struct dice *dice, uint32_t n)
{
	return !dice_below(dice, n);
}

uint64_t dice_interesting(struct dice *dice, uint64_t near)
{
	switch (dice_below(dice, 8)) {
	case 0: return 0;
	case 1: return ~0ull >> dice_below(dice, 64);
	case 2: return 1ull << dice_below(dice, 64);
	case 3: return (1ull << dice_below(dice, 64)) - 1 + dice_below(dice, 3);
	case 4: return near + 1;
	case 5: return near - 1;
	case 6: return near + dice_below(dice, 64) * 8;
	default: return dice_word(dice) >> dice_below(dice, 64);
	}
}
