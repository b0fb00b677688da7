/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * golive: the source's stream begins, or goes on where the target stands (L3)
 */
#ifndef MN_GOLIVE_H
#define MN_GOLIVE_H

#include "session.h"

/* session->start_work: all that the target had to say is here. */
void mn_golive_work(struct work_struct *work);
/*
 * Under track. Queues SYNC_END for a stream that goes on as soon as its backlog has arrived: from
 * then on the mirror is in sync, in its mode. Without effect at any other time.
 */
void mn_golive_caught_up(struct mn_session *session);

#endif
