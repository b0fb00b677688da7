// SPDX-License-Identifier: GPL-2.0-only
/* 6.16: new name of from_timer() */
#include <linux/timer.h>

struct mn_probe {
	struct timer_list timer;
};

struct mn_probe *mn_probe(struct timer_list *timer);
struct mn_probe *mn_probe(struct timer_list *timer)
{
	struct mn_probe *p = timer_container_of(p, timer, timer);

	return p;
}
