/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * copies: what the targets of one source know of each other (L3; I13, docs/targets.md)
 *
 * A target has a slot for every node with a copy. What it applies enters the slots of all but
 * the source, and leaves them when the source says that the other copy has it, too. So whoever
 * takes over knows what the others may lack.
 */
#ifndef MN_COPIES_H
#define MN_COPIES_H

#include "session.h"

/*
 * At the target, receiver thread, before the range is applied; may block for memory. `from` is the
 * mirror whose stream it comes in.
 */
void mn_copies_enter(struct mn_mirror *from, u64 sector, u32 sectors);

/*
 * At the target, receiver thread: it has become equal to the source. What its slots for others
 * held as dirty came about before that, so it goes like everything else. May block.
 */
void mn_copies_settle(struct mn_mirror *from);

/*
 * At the target, which is in sync; receiver thread, may block for the metadata. What cannot be
 * recorded counts for nothing: the slot stays as it was.
 */
void mn_copies_heard(struct mn_mirror *from, const struct mn_wire_copy *copy);

/* At the source, session_wq: tells this target how far the others are. May block for memory. */
void mn_copies_tell(struct mn_session *session);

/* Process context. This node's role changes: what was sent to others by another source is dirty. */
void mn_copies_give_up(struct mn_volume *volume);

/*
 * Under track. Both are targets, and this one is fed by another node: no link is wanted, and there
 * is nothing between the two.
 */
bool mn_copies_is_aside(const struct mn_mirror *mirror);

#endif
