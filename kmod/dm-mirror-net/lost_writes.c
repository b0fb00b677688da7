// SPDX-License-Identifier: GPL-2.0-only
/*
 * lost_writes: what an old source wrote last, and the newer one has not got (L3; docs/takeover.md)
 */
#include "event.h"
#include "lost_writes.h"
#include "volume_private.h"

#define MN_TOLD_WITHIN (15 * HZ)	/* after activation, of options */

/* How many blocks the newer source lacks, at most: those of whole regions after a crash. */
static u64 blocks_of(struct mn_mirror *mirror)
{
	struct mn_volume *volume = mirror->volume;
	u64 blocks;

	spin_lock_irq(&volume->track);
	blocks = mirror->bitmap.track.dirty_bits;
	spin_unlock_irq(&volume->track);
	return blocks;
}

/* Nobody knows which blocks it lacks: that cannot be saved, and a person has to say what to do. */
static bool is_unknown(const struct mn_mirror *mirror)
{
	struct mn_super now;

	mn_meta_read(&mirror->volume->meta, &now);
	return now.slot[mirror->slot].flags & MN_SLOT_F_FULL;
}

static void announce(const struct mn_mirror *mirror, u8 old, u8 new, const char *text)
{
	struct mn_event event = {
		.class = MN_EVENT_LOST_WRITES, .volume = mirror->volume, .mirror = mirror,
		.severity = new == MN_LOST_WRITES_SAVED ? MN_SEVERITY_INFO : MN_SEVERITY_WARNING,
		.old = old, .new = new, .text = text,
	};

	mn_event_emit(&event);
}

static void want(struct mn_mirror *mirror)
{
	WRITE_ONCE(mirror->lost_writes, MN_LOST_WRITES_WANTED);
	announce(mirror, MN_LOST_WRITES_NONE, MN_LOST_WRITES_WANTED,
		 "this node becomes a target of a newer source when what that one has not got is saved");
}

/*
 * The tools set the options when the volume is active, and its links may be quicker. Who activates
 * it without tools gets the defaults.
 */
static bool may_be_told(const struct mn_mirror *mirror)
{
	return !mirror->options_set &&
	       time_before64(get_jiffies_64(), mirror->volume->active_since + MN_TOLD_WITHIN);
}

static bool must_wait(struct mn_mirror *mirror)
{
	if (may_be_told(mirror))
		return true;
	if (!READ_ONCE(mirror->options.keep_lost_writes)) {
		WRITE_ONCE(mirror->lost_writes, MN_LOST_WRITES_NONE);
		return false;
	}
	if (mirror->lost_writes == MN_LOST_WRITES_NONE && (blocks_of(mirror) || is_unknown(mirror)))
		want(mirror);
	return mirror->lost_writes == MN_LOST_WRITES_WANTED;
}

bool mn_lost_writes_must_wait(struct mn_volume *volume, u32 slots)
{
	bool waits = false;
	int i;

	lockdep_assert_held(&volume->lock);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && slots & BIT(i))
			waits |= must_wait(volume->mirror[i]);
	return waits;
}

static void count(struct mn_mirror *mirror)
{
	u64 blocks = blocks_of(mirror);
	char text[MN_EVENT_TEXT_MAX];

	if (!blocks)
		return;
	snprintf(text, sizeof(text),
		 "the newer source has not got what was written here last, at most %llu blocks of 64 KiB: they are overwritten%s",
		 blocks, mirror->lost_writes == MN_LOST_WRITES_SAVED ? ", and are saved" : "");
	announce(mirror, mirror->lost_writes, MN_LOST_WRITES_NONE, text);
}

void mn_lost_writes_given_up(struct mn_volume *volume, u32 slots)
{
	int i;

	lockdep_assert_held(&volume->lock);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i] && slots & BIT(i))
			count(volume->mirror[i]);
}

void mn_lost_writes_forget(struct mn_volume *volume)
{
	int i;

	lockdep_assert_held(&volume->lock);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			WRITE_ONCE(volume->mirror[i]->lost_writes, MN_LOST_WRITES_NONE);
}

static int confirm(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
		   struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_find(volume, peer_uuid);

	if (!mirror) {
		why->text = "the volume has no mirror with this node";
		return -ENOENT;
	}
	if (mirror->lost_writes != MN_LOST_WRITES_WANTED ||
	    generation != READ_ONCE(volume->yield_from)) {
		why->text =
			"nothing of this copy waits to be saved now: nothing was changed";
		return -ESTALE;
	}
	WRITE_ONCE(mirror->lost_writes, MN_LOST_WRITES_SAVED);
	announce(mirror, MN_LOST_WRITES_WANTED, MN_LOST_WRITES_SAVED,
		 "what the newer source has not got is saved: this node becomes its target");
	mod_delayed_work(volume->session_wq, &volume->yield_work, 0);
	return 0;
}

int mn_lost_writes_saved(struct mn_volume *volume, const u8 *peer_uuid, u64 generation,
			 struct mn_why *why)
{
	int err = mn_volume_enter(volume, why);

	if (err)
		return err;
	err = confirm(volume, peer_uuid, generation, why);
	mutex_unlock(&volume->lock);
	return err;
}
