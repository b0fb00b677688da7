// SPDX-License-Identifier: GPL-2.0-only
/*
 * passes: what follows a pass of a resync (L0, pure; SPEC 4; docs/resync.md)
 */
#include "passes.h"

static bool may_delay(const struct mn_pass *pass)
{
	return pass->block_timeout && pass->dirty <= pass->low_water &&
	       (u64)pass->number * 10 >= pass->most;
}

enum mn_pass_next mn_pass_next(const struct mn_pass *pass)
{
	if (!pass->dirty)
		return MN_PASS_DONE;
	if (pass->failed >= pass->dirty)
		return MN_PASS_HOPELESS;
	if (pass->number >= pass->most)
		return MN_PASS_TOO_MANY;
	return may_delay(pass) ? MN_PASS_DELAY_WRITERS : MN_PASS_AGAIN;
}
