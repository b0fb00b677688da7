/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mirror: the two volumes of this node, each the other's copy: `vol` on "nodea" is the
 * source, `wol` on "nodeb" the target.
 */
#ifndef MN_ATTACK_MIRROR_H
#define MN_ATTACK_MIRROR_H

#include <stdbool.h>
#include <stdint.h>

enum side { SOURCE, TARGET };

struct facts {
	int64_t locked, state, reason, link, dirty;
};

void mirror_open(void);
/* 0 or a positive errno; *said is the kernel's sentence. */
int mirror_command(enum side side, uint8_t command, const char **said);
int mirror_attach(enum side side, int fd, bool initiator);
struct facts mirror_facts(enum side side);
/* Both slots anew, so that a full resync follows whatever was before; exits when refused. */
void mirror_rebuild(void);
/* The source may be used; the ways that need no peer are tried. */
void mirror_unlock(void);
/* Short times, so that a peer that says nothing is soon given up. */
void mirror_options(uint32_t mode, uint32_t on_limit);

#endif
