// SPDX-License-Identifier: GPL-2.0-only
/*
 * copy_mark: up to which write a target has everything (L0, pure; I13, docs/targets.md)
 */
#include "copy_mark.h"

void mn_copy_mark_look(struct mn_copy_mark *mark, const struct mn_copy_now *now)
{
	if (!now->in_sync || (mark->stream && mark->stream != now->stream)) {
		mark->stream = 0;
		mark->as_of = 0;
	}
	if (!now->in_sync)
		return;
	if (mark->stream && now->stable < mark->sequence)
		return;
	if (mark->stream)
		mark->as_of = mark->number;
	mark->stream = now->stream;
	mark->sequence = now->sequence;
	mark->number = now->number;
}

bool mn_copy_mark_proves(u64 as_of, u64 tracked)
{
	return as_of && as_of >= tracked;
}
