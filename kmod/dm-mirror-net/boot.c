// SPDX-License-Identifier: GPL-2.0-only
/*
 * boot: a source that comes up, and not all of its nodes are heard (L3; SPEC 6, docs/boot.md)
 *
 * What is known is gathered once a second and judged by alone.c, until the volume is open, or
 * locked for another reason: both options are live, and a node may be heard at any time. Opening
 * is left to the ordinary work of role.c.
 */
#include "alone.h"
#include "event.h"
#include "volume_private.h"

#define MN_BOOT_LOOK HZ

static void say(struct mn_volume *volume, u8 now, const char *text)
{
	struct mn_event event = {
		.class = MN_EVENT_LOCK, .severity = MN_SEVERITY_WARNING, .volume = volume,
		.old = MN_LOCK_WAIT_PEER, .new = now, .text = text,
	};

	mn_event_emit(&event);
}

static void announce(struct mn_volume *volume, u8 boot)
{
	switch (boot) {
	case MN_BOOT_ALONE:
		say(volume, MN_LOCK_NONE,
		    "a node was not heard within boot-wait: boot-alone opens the volume without it");
		break;
	case MN_BOOT_STAYS:
		say(volume, MN_LOCK_WAIT_PEER,
		    "a node that may have taken over was not heard within boot-wait: the volume stays locked");
		break;
	case MN_BOOT_REFUSED:
		say(volume, MN_LOCK_WAIT_PEER,
		    "a node was heard that is no target of this source: the volume stays locked");
		break;
	default:
		break;
	}
}

/* ---- what is known ---- */

/* It is the source, or was when it was last heard, or one of the two copies is an older image. */
static bool has_refused(const struct mn_mirror *mirror)
{
	return mirror->refused || mirror->peer_role == MN_ROLE_SOURCE ||
	       mirror->state.reason == MN_REASON_SPLIT_BRAIN ||
	       mirror->state.reason == MN_REASON_OTHER_SOURCE ||
	       mirror->state.reason == MN_REASON_ROLLED_BACK;
}

u8 mn_mirror_heard(const struct mn_mirror *mirror)
{
	lockdep_assert_held(&mirror->volume->track);
	if (mirror->agreed)
		return MN_HEARD_AGREED;
	return has_refused(mirror) ? MN_HEARD_REFUSED : MN_HEARD_NOTHING;
}

/* Under track. A person's word, or a role that was handed over, is more than that. */
static void all_agree(struct mn_volume *volume)
{
	if (!volume->may_open)
		volume->by_agreement = true;
	WRITE_ONCE(volume->may_open, true);
	queue_delayed_work(volume->session_wq, &volume->open_work, 0);
}

/* Every node that could have been promoted meanwhile has said that it was not (SPEC 6). */
void mn_volume_may_open(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;
	bool all = true;
	int i;

	spin_lock_irq(&volume->track);
	mirror->agreed = true;
	mirror->refused = false;
	for (i = 0; i < MN_SLOTS; i++)
		all &= !volume->mirror[i] || volume->mirror[i]->agreed;
	if (all)
		all_agree(volume);
	spin_unlock_irq(&volume->track);
}

void mn_boot_forget(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;

	lockdep_assert_held(&volume->lock);
	lockdep_assert_held(&volume->track);
	if (volume->may_open && !volume->by_agreement &&
	    volume->lock_reason != MN_LOCK_WAIT_PEER)
		return;
	mirror->agreed = false;
	if (volume->by_agreement)
		WRITE_ONCE(volume->may_open, false);
	volume->by_agreement = false;
}

void mn_boot_for_good(struct mn_volume *volume, bool may_open)
{
	lockdep_assert_held(&volume->lock);
	spin_lock_irq(&volume->track);
	volume->may_open = may_open;
	volume->by_agreement = false;
	spin_unlock_irq(&volume->track);
}

/* The more careful of two values of boot-alone: source, safe, locked. */
static u32 more_careful(u32 a, u32 b)
{
	if (a == MN_BOOT_ALONE_SOURCE)
		return b;
	return b == MN_BOOT_ALONE_LOCKED ? b : a;
}

/* What the volume is set to, as its mirrors have it: of several the most careful. */
static void gather_mirrors(struct mn_volume *volume, struct mn_boot_facts *facts)
{
	u32 wait = 0;
	int i;

	facts->alone = MN_BOOT_ALONE_SOURCE;
	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		const struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror)
			continue;
		facts->mirrors |= BIT(i);
		facts->agreed |= mn_mirror_heard(mirror) == MN_HEARD_AGREED ? BIT(i) : 0;
		facts->refused |= mn_mirror_heard(mirror) == MN_HEARD_REFUSED ? BIT(i) : 0;
		wait = max(wait, READ_ONCE(mirror->options.boot_wait));
		facts->alone = more_careful(facts->alone, READ_ONCE(mirror->options.boot_alone));
	}
	spin_unlock_irq(&volume->track);
	facts->waited = time_after_eq64(get_jiffies_64(), volume->active_since + (u64)wait * HZ);
}

/* Under lock. */
static u8 judge(struct mn_volume *volume)
{
	struct mn_boot_facts facts = {
		.role = volume->role, .lock_reason = volume->lock_reason,
	};
	struct mn_super super;

	mn_meta_read(&volume->meta, &super);
	facts.outdated = mn_boot_outdated(&super);
	facts.yields = READ_ONCE(volume->yield) != MN_YIELD_NO &&
		       READ_ONCE(volume->yield_from) == super.generation;
	gather_mirrors(volume, &facts);
	return mn_boot_decide(&facts);
}

/* ---- each second ---- */

/* Under lock. Until a link ends: mn_boot_forget(). What a person wants depends on nothing. */
static bool is_agreed(const struct mn_volume *volume)
{
	return volume->may_open && volume->boot != MN_BOOT_ALONE;
}

/*
 * Under lock. open_work may try for long, while somebody holds the device: until then who is heard
 * too late may still refuse.
 */
static void decide(struct mn_volume *volume)
{
	u8 boot = judge(volume);
	bool opens = boot == MN_BOOT_OPENS || boot == MN_BOOT_ALONE;

	if (opens || volume->boot == MN_BOOT_ALONE) {
		spin_lock_irq(&volume->track);
		volume->by_agreement = boot == MN_BOOT_OPENS;
		WRITE_ONCE(volume->may_open, opens);
		spin_unlock_irq(&volume->track);
	}
	if (opens)
		queue_delayed_work(volume->session_wq, &volume->open_work, 0);
	if (boot != volume->boot)
		announce(volume, boot);
	WRITE_ONCE(volume->boot, boot);
}

/* Under lock. True: the volume still waits. */
static bool look(struct mn_volume *volume)
{
	if (READ_ONCE(volume->dying) || volume->lock_reason != MN_LOCK_WAIT_PEER) {
		WRITE_ONCE(volume->boot, MN_BOOT_NONE);
		return false;
	}
	if (is_agreed(volume))
		WRITE_ONCE(volume->boot, MN_BOOT_OPENS);
	else
		decide(volume);
	return volume->boot != MN_BOOT_NONE;
}

void mn_volume_boot_work(struct work_struct *work)
{
	struct mn_volume *volume = container_of(to_delayed_work(work), struct mn_volume,
						boot_work);
	bool again;

	mutex_lock(&volume->lock);
	again = look(volume);
	mutex_unlock(&volume->lock);
	if (again)
		queue_delayed_work(volume->session_wq, &volume->boot_work, MN_BOOT_LOOK);
}

void mn_volume_boot_begins(struct mn_volume *volume)
{
	WRITE_ONCE(volume->boot, MN_BOOT_WAITS);
	queue_delayed_work(volume->session_wq, &volume->boot_work, MN_BOOT_LOOK);
}
