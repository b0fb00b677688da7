/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * meta_loss: the source's metadata cannot be written any more (L3; docs/metadata.md)
 */
#ifndef MN_META_LOSS_H
#define MN_META_LOSS_H

#include "session.h"
#include "volume.h"

/* mn_meta.failed: any context but under track. */
void mn_meta_loss_begins(struct mn_volume *volume);
/* Under track: a write lacks a durable intent, and cannot get one. Must it wait, or fail? */
bool mn_meta_loss_waits(const struct mn_volume *volume);
/* Under track: a link has ended, or an option changed; decide anew. */
void mn_meta_loss_check(struct mn_volume *volume);
/* Under track: nobody may wait for a link any more. */
void mn_meta_loss_hurry(struct mn_volume *volume);
/* Takes track. on-metadata-error of a mirror was set. */
void mn_meta_loss_options_changed(struct mn_mirror *mirror);

/*
 * Under track. The target says that it has on record that it needs a full resync: its loss need
 * not be recorded here. False: it was not asked. The caller ends the link.
 */
bool mn_meta_loss_stored(struct mn_mirror *mirror);

/*
 * Process context, takes track: what this link was about to do needs metadata, and failed. Ends
 * it (why is for the log), unless the target is to be asked over it first.
 */
void mn_meta_loss_fail(struct mn_session *session, const char *why);

/* Work function of the volume, on volume->wq. */
void mn_meta_loss_work(struct work_struct *work);

#endif
