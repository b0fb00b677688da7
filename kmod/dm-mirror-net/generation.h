/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * generation: who sends what to whom (L0, pure; DESIGN 5)
 *
 * Both ends compute the verdict from the facts of both sides and compare the
 * results on the wire. mn_generation_decide(a, b) and (b, a) give the same
 * verdict with the sides exchanged.
 */
#ifndef MN_GENERATION_H
#define MN_GENERATION_H

#include <linux/types.h>
#include <linux/dm_mirror_net.h>
#include "wire.h"

/* What one node says of itself and of its slot for the other. */
struct mn_facts {
	u8 node_uuid[MN_UUID_LEN];
	u64 sectors;
	u32 sector_size;
	u8 role;		/* enum mn_role */
	u8 data_state;		/* enum mn_data_state */
	u32 flags;		/* MN_HELLO_F_* */
	u64 generation;		/* 0: none yet */
	u64 base;
	u64 old_base;
	u64 history[MN_HISTORY];
	u64 position;
	u64 peer_position;
	u64 fresh;		/* the stream that would begin on this link, from this side */
	u64 stream;		/* the one it could go on with (0: none), and how far it came */
	u64 applied;
	u64 sequence;
};

enum mn_verdict_kind {
	MN_VERDICT_REFUSE = 0,	/* reason says why; the link is closed */
	MN_VERDICT_NO_SOURCE,	/* neither is the source; the link is closed, reason operation */
	MN_VERDICT_PARTIAL,	/* the union of both bitmaps and intents */
	MN_VERDICT_FULL,	/* everything */
	MN_VERDICT_SPLIT_BRAIN,	/* both moved on: a person decides */
	MN_VERDICT_RESUME,	/* the stream goes on where the target stands */
	__MN_VERDICT_MAX,
};

struct mn_verdict {
	u8 kind;		/* enum mn_verdict_kind */
	u8 reason;		/* enum mn_reason */
	u8 source;		/* 0: the first argument is the source, 1: the second, 2: none */
};

/*
 * The first that holds decides:
 *   sizes differ; sector sizes differ          refuse
 *   one is source, and yields                  refuse (operation)
 *   both are source                            split brain or other-source, as below
 *   none is source                             no source (operation)
 *   the other is not a target                  refuse (operation)
 *   the target is or was unlocked              refuse (target-unlocked)
 *   the target is blank                        full
 *   one is behind what it had announced,       refuse (rolled-back)
 *     and the witness needs no full resync;
 *     or both know the same stream, and the
 *     target is not where it can be in it
 *   the source never had the target's          split brain if both moved on from a common
 *     generation, or is the one behind         generation, else refuse (other-source)
 *   one side needs a full resync, or the       full
 *     target's generation is only in the
 *     source's history
 *   else: it is the source's, or its base      partial
 *     or old_base, or one between these
 *     in the source's history, or none yet
 *   ... and both can go on with the same       resume
 *     stream; an outdated target, too: it
 *     lacks only what the stream holds
 * So a full resync that is needed overcomes rolled-back positions, and nothing else.
 */
struct mn_verdict mn_generation_decide(const struct mn_facts *a, const struct mn_facts *b);

enum mn_yield {
	MN_YIELD_NO = 0,
	MN_YIELD_REPLACED,	/* the other took over from the generation that this one has */
	MN_YIELD_UNWRITTEN,	/* this one took over, and wrote nothing; the other went on */
};

/*
 * This one is the source. Does it become a target by itself? Then the verdict is operation.
 * REPLACED: it is locked; the other (a source, or a target of one) has its generation, or had it,
 * and does not say that it lacks what nobody marked. UNWRITTEN, if the other is a source:
 * nothing was written in its present generation, which the other does not know; it gives that up
 * again for the one before, which the other had. Where neither wrote, the one with the greater
 * UUID yields.
 */
enum mn_yield mn_generation_yields(const struct mn_facts *self, const struct mn_facts *other);

/*
 * May a target have this generation? It has one of the two that its slot names, base and old_base
 * (layout.h); 0 is none.
 */
bool mn_generation_may_be_held(u64 generation, u64 base, u64 old_base);

/* Has the copy with this present generation and history had that one? 0 is none. */
bool mn_generation_was_held(u64 generation, u64 present, const u64 *history);

/* Back to the one before, if nothing was written in the present one; there is none: as it was. */
void mn_generation_step_back(u64 *generation, u64 *history);

/*
 * Push the present generation to the history and take a new one (not 0). Taking
 * the present one again changes nothing.
 */
void mn_generation_advance(u64 *generation, u64 *history, u64 fresh);

void mn_facts_from_hello(const struct mn_wire_hello *hello, struct mn_facts *out);

#endif
