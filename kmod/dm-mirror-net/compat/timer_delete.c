// SPDX-License-Identifier: GPL-2.0-only
/* 6.2, and 6.1 stable: new names of del_timer() and del_timer_sync() */
#include <linux/timer.h>

int mn_probe(struct timer_list *timer);
int mn_probe(struct timer_list *timer)
{
	return timer_delete(timer) + timer_delete_sync(timer);
}
