// SPDX-License-Identifier: GPL-2.0-only
/* 6.2, and 6.1 stable: a timer can be stopped for good */
#include <linux/timer.h>

int mn_probe(struct timer_list *timer);
int mn_probe(struct timer_list *timer)
{
	return timer_shutdown_sync(timer);
}
