/* SPDX-License-Identifier: GPL-2.0-or-later */
/* load: a writer above the volume that knows what must be on it. */
#ifndef MN_ATTACK_LOAD_H
#define MN_ATTACK_LOAD_H

#include <stdbool.h>
#include <stdint.h>

void load_start(const char *device, uint64_t seed);
/* Between the two nothing is under way, and everything before is flushed. */
void load_hold(void);
void load_go_on(void);
/* Seconds for which the present request has been under way. */
double load_waits(void);
uint64_t load_requests(void);
/* Exits with a sentence when the device does not hold what was written. */
void load_compare(const char *device, const char *what);

#endif
