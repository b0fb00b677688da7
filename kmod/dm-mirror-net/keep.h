/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * keep: a stream that has lost its link (L3; DESIGN 1.10; docs/resume.md)
 */
#ifndef MN_KEEP_H
#define MN_KEEP_H

#include "volume.h"

struct mn_wire_hello;

/* Can a stream go on after a link that ended for this reason (enum mn_reason)? */
bool mn_keep_outlives(u8 reason);

/*
 * Under track. The mirror's stream has lost its link for this reason: it is kept, or given up. done
 * collects what completes.
 */
void mn_keep_or_give_up(struct mn_mirror *mirror, u8 reason, struct list_head *done);
/* Under track. A kept stream, if there is one, is given up; done collects what completes. */
void mn_keep_drop_locked(struct mn_mirror *mirror, struct list_head *done);
/* The same from process context, without track. */
void mn_keep_drop(struct mn_mirror *mirror);
/*
 * Process context, under volume->mirrors_lock. While the memory for payloads is short: what a
 * kept stream holds does not come back by itself.
 */
void mn_keep_drop_scarce(struct mn_volume *volume);
/* Takes track. What this node received is no base for any stream to go on. */
void mn_keep_forget_received(struct mn_volume *volume);
/*
 * Process context, under volume->lock. Something other than a stream is about to change the data,
 * the role or the lock of the volume: none of its streams goes on, whether sent or received.
 */
void mn_keep_drop_all(struct mn_volume *volume);

/* Takes track. Does the target still stand where it said in its HELLO? */
bool mn_keep_has_received(struct mn_mirror *mirror, const struct mn_received *said);
/* Takes track. What this node can go on with, into its HELLO. */
void mn_keep_offer(struct mn_mirror *mirror, struct mn_wire_hello *hello);

#endif
