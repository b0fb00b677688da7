// SPDX-License-Identifier: GPL-2.0-only
/*
 * rest: a mirror that paused for what would only come back wants no link for a while (L3;
 * docs/resync.md)
 *
 * The link shows as *unwanted* meanwhile. The end of the rest is an event: who makes links waits
 * for it.
 */
#include "event.h"
#include "rest.h"

static void rest_is_over(struct work_struct *work)
{
	struct mn_mirror *mirror = container_of(to_delayed_work(work), struct mn_mirror, rest_work);
	struct mn_event event = {
		.class = MN_EVENT_LINK, .severity = MN_SEVERITY_INFO,
		.volume = mirror->volume, .mirror = mirror,
		.old = MN_LINK_UNWANTED, .new = MN_LINK_NONE, .reason = mirror->state.reason,
		.text = "the mirror has waited long enough: it is tried again",
	};

	mn_event_emit(&event);
}

void mn_rest_init(struct mn_mirror *mirror)
{
	INIT_DELAYED_WORK(&mirror->rest_work, rest_is_over);
}

void mn_rest_exit(struct mn_mirror *mirror)
{
	cancel_delayed_work_sync(&mirror->rest_work);
}

void mn_rest_begin(struct mn_mirror *mirror, u8 reason)
{
	unsigned long flags;
	u32 seconds;

	spin_lock_irqsave(&mirror->volume->track, flags);
	seconds = mn_reason_rest(reason, mirror->rests + 1);
	if (seconds) {
		mirror->rests++;
		mirror->rest_until = get_jiffies_64() + seconds * HZ;
		/* a little later, so that it is over when somebody looks */
		mod_delayed_work(mirror->volume->session_wq, &mirror->rest_work, seconds * HZ + 2);
	}
	spin_unlock_irqrestore(&mirror->volume->track, flags);
}

void mn_rest_end(struct mn_mirror *mirror)
{
	unsigned long flags;

	spin_lock_irqsave(&mirror->volume->track, flags);
	mirror->rest_until = 0;
	mirror->rests = 0;
	spin_unlock_irqrestore(&mirror->volume->track, flags);
	cancel_delayed_work(&mirror->rest_work);
}

void mn_rest_forget(struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->track);
	mirror->rests = 0;
}

bool mn_rest_is_on(const struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->track);
	return mirror->rest_until && time_before64(get_jiffies_64(), mirror->rest_until);
}
