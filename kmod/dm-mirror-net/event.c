// SPDX-License-Identifier: GPL-2.0-only
/*
 * event: passes on what the engines announce (L3)
 *
 * The engines know nothing of those who listen. Both pointers are set before the
 * first volume exists; acquire and release order what the listener had prepared. The
 * view goes when neither volumes nor requests are left. The listener goes
 * earlier: a request that still has a reference to a volume may announce something
 * meanwhile, so its calls are waited for.
 */
#include <linux/compiler.h>
#include <linux/rcupdate.h>
#include <asm/barrier.h>
#include "event.h"

static void (*event_listener)(const struct mn_event *event);
static const struct mn_view_ops *view_ops;

void mn_event_listen(void (*listener)(const struct mn_event *event))
{
	smp_store_release(&event_listener, listener);	/* pairs with mn_event_emit() */
	if (!listener)
		synchronize_rcu();
}

void mn_event_emit(const struct mn_event *event)
{
	void (*listener)(const struct mn_event *event);

	rcu_read_lock();
	listener = smp_load_acquire(&event_listener);	/* pairs with mn_event_listen() */
	if (listener)
		listener(event);
	rcu_read_unlock();
}

void mn_view_register(const struct mn_view_ops *ops)
{
	smp_store_release(&view_ops, ops);		/* pairs with viewer() */
}

static const struct mn_view_ops *viewer(void)
{
	return smp_load_acquire(&view_ops);		/* pairs with mn_view_register() */
}

void mn_view_volume_added(struct mn_volume *volume)
{
	const struct mn_view_ops *ops = viewer();

	if (ops)
		ops->volume_added(volume);
}

void mn_view_volume_removed(struct mn_volume *volume)
{
	const struct mn_view_ops *ops = viewer();

	if (ops)
		ops->volume_removed(volume);
}

void mn_view_mirror_added(struct mn_mirror *mirror)
{
	const struct mn_view_ops *ops = viewer();

	if (ops)
		ops->mirror_added(mirror);
}

void mn_view_mirror_removed(struct mn_mirror *mirror)
{
	const struct mn_view_ops *ops = viewer();

	if (ops)
		ops->mirror_removed(mirror);
}
