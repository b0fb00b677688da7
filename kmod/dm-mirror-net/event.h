/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * event: what the engines announce (L3 emits, L4 listens)
 */
#ifndef MN_EVENT_H
#define MN_EVENT_H

#include <linux/types.h>
#include <linux/dm_mirror_net.h>

struct mn_volume;
struct mn_mirror;

#define MN_EVENT_TEXT_MAX 160	/* with the final zero; a longer sentence is cut */

struct mn_event {
	u8 class;		/* enum mn_event_class */
	u8 severity;		/* enum mn_severity */
	const struct mn_volume *volume;
	const struct mn_mirror *mirror;	/* NULL: of the whole volume */
	s32 old, new;
	u8 reason;		/* enum mn_reason */
	u64 generation;		/* MN_EVENT_FENCE: which loss; 0: none */
	const char *text;	/* one sentence, constant or living through the call */
};

/*
 * It also enters the kernel's log, at the level of its severity: say it here, not there, too.
 * Any context, may be under volume->track: the listener must not sleep nor lock
 * what the engines lock.
 */
void mn_event_emit(const struct mn_event *event);

/*
 * One listener, registered before any volume exists. NULL: blocks until nobody is
 * in it any more. For MN_EVENT_LOCK and MN_EVENT_ROLE it also sends a change
 * uevent on the volume's disk, from an ordinary work item that nothing waits
 * for (I5).
 */
void mn_event_listen(void (*listener)(const struct mn_event *event));

/*
 * What comes and goes, for those who show it (sysfs). Process context without
 * spinlocks; volume->lock may be held. Each object is announced once when it can
 * be read and withdrawn once before it is freed: from the return of `removed`
 * on nobody up there uses it.
 */
struct mn_view_ops {
	void (*volume_added)(struct mn_volume *volume);
	void (*volume_removed)(struct mn_volume *volume);
	void (*mirror_added)(struct mn_mirror *mirror);	/* its volume is announced */
	void (*mirror_removed)(struct mn_mirror *mirror);
};

/* Before any volume exists; NULL after all of them and all requests are gone. */
void mn_view_register(const struct mn_view_ops *ops);

void mn_view_volume_added(struct mn_volume *volume);
void mn_view_volume_removed(struct mn_volume *volume);
void mn_view_mirror_added(struct mn_mirror *mirror);
void mn_view_mirror_removed(struct mn_mirror *mirror);

#endif
