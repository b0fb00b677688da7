// SPDX-License-Identifier: GPL-2.0-only
/*
 * recover: the start of a volume after whatever happened, and its orderly stop (L3)
 *
 * Start: mirrors with their bitmaps; after an unclean stop the intents into
 * every bitmap (I1); the data device compared with its fingerprint; then one
 * superblock write: not clean any more. Only then a lock can open; that is where a
 * generation that a target has ends (role.c, I6).
 *
 * Stop: links end; flush, bitmaps, intents; fingerprint; clean.
 */
#include <linux/delay.h>
#include <linux/random.h>
#include "event.h"
#include "fingerprint.h"
#include "handover.h"
#include "keep.h"
#include "meta_loss.h"
#include "region_log.h"
#include "rest.h"
#include "session.h"
#include "volume_private.h"
#include "write.h"

#define MN_STABLE_PATIENCE (3 * HZ)	/* a stop waits so long for the targets' flush */

/* ---- start ---- */

static int load_mirror(struct mn_volume *volume, u8 slot, const struct mn_super *super,
		       struct mn_why *why)
{
	struct mn_mirror *mirror = mn_mirror_new(volume, slot, super->slot[slot].peer_uuid);
	int err;

	if (!mirror) {
		why->text = "not enough memory for the bitmaps: activate it again";
		return -ENOMEM;
	}
	mn_mirror_install(volume, mirror);
	err = mn_bitmap_load(&mirror->bitmap, super->slot[slot].flags & MN_SLOT_F_UNSENT);
	if (err == -EUCLEAN) {
		pr_warn("dm-mirror-net: %s: a page of the bitmap for %pUb is damaged: all its blocks will be resynced\n",
			volume->name, mirror->peer_uuid);
		err = 0;
	}
	if (err)
		why->text = "a bitmap cannot be read: mend the metadata device";
	return err;
}

static int load_mirrors(struct mn_volume *volume, const struct mn_super *super,
			struct mn_why *why)
{
	int i, err = 0;

	for (i = 0; i < MN_SLOTS && !err; i++)
		if (super->slot[i].used)
			err = load_mirror(volume, i, super, why);
	return err;
}

static int recover_intents(struct mn_volume *volume, const struct mn_super *super,
			   struct mn_why *why)
{
	int err = mn_intent_load(&volume->intent);

	if (err == -EUCLEAN) {
		pr_warn("dm-mirror-net: %s: a page of the intent log is damaged: all its regions will be resynced\n",
			volume->name);
		err = 0;
	}
	if (!err && !(super->flags & MN_SUPER_F_CLEAN))
		err = mn_region_recover(volume);
	if (err)
		why->text = "the intent log cannot be carried over: mend the metadata device";
	return err;
}

/* 1: somebody wrote to the data device while the volume was not active. */
static int written_behind_our_back(struct mn_volume *volume, const struct mn_super *super)
{
	u8 digest[MN_FINGERPRINT_BYTES];
	int err;

	if (!(super->flags & MN_SUPER_F_CLEAN) || !(super->flags & MN_SUPER_F_FINGERPRINT))
		return 0;
	err = mn_fingerprint_take(volume, digest);
	if (err)
		return err;
	return memcmp(digest, super->fingerprint, MN_FINGERPRINT_BYTES) ? 1 : 0;
}

static const char *unreadable_text(int err)
{
	if (err == -ENOMEM)
		return "no memory to see whether the data device was written meanwhile: try again";
	return "the data device cannot be read";
}

/* Nothing is known of the data any more: full resync, and a person opens a source. */
static void distrust_data(struct mn_volume *volume, struct mn_super *draft)
{
	struct mn_event event = {
		.class = MN_EVENT_DISK, .severity = MN_SEVERITY_CRITICAL, .volume = volume,
		.text =
			"the data device was written while the volume was not active: it stays locked, every mirror needs a full resync",
	};
	int i;

	mn_event_emit(&event);
	for (i = 0; i < MN_SLOTS; i++)
		if (draft->slot[i].used)
			draft->slot[i].flags |= MN_SLOT_F_FULL_NEEDED;
	if (draft->role != MN_ROLE_SOURCE)	/* nor is it promoted without force */
		draft->data_state = MN_DATA_INCONSISTENT;
	else if (!mn_handover_is_open(draft))	/* who has the role comes first */
		draft->locked = MN_LOCK_FOREIGN_WRITE;
	draft->data_since = ktime_get_real_ns();
}

/* What an interrupted creation left half done in the slots. */
static void settle_slots(struct mn_super *draft)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_slot *slot = &draft->slot[i];

		if (slot->flags & MN_SLOT_F_BUILDING) {
			slot->flags &= ~MN_SLOT_F_BUILDING;
			slot->flags |= MN_SLOT_F_FULL_NEEDED;
		}
	}
}

static int commit_start(struct mn_volume *volume, bool distrust, struct mn_why *why)
{
	struct mn_super *draft = mn_volume_begin(volume);
	int err;

	draft->flags &= ~(MN_SUPER_F_CLEAN | MN_SUPER_F_FINGERPRINT);
	settle_slots(draft);
	if (distrust)
		distrust_data(volume, draft);
	err = mn_meta_commit(&volume->meta);
	if (err)
		why->text = "the superblock cannot be written: mend the metadata device";
	return err;
}

static void forget_mirrors(struct mn_volume *volume)
{
	int i;

	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (!mirror)
			continue;
		mn_mirror_uninstall(volume, mirror);
		mn_mirror_free(mirror);
	}
}

static int load(struct mn_volume *volume, struct mn_why *why)
{
	struct mn_super super;
	int err, foreign;

	mn_meta_read(&volume->meta, &super);
	err = load_mirrors(volume, &super, why);
	if (!err)
		err = recover_intents(volume, &super, why);
	if (err)
		return err;
	foreign = written_behind_our_back(volume, &super);
	if (foreign < 0) {
		why->text = unreadable_text(foreign);
		return foreign;
	}
	return commit_start(volume, foreign, why);
}

static void announce(struct mn_volume *volume)
{
	int i;

	mn_view_volume_added(volume);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_view_mirror_added(volume->mirror[i]);
}

static const char metadata_failed_text[] =
	"the metadata device failed: writes to new regions fail; mend it, then mirrorctl down, up";

/* mn_meta.failed: nothing is written to the metadata device any more. */
static void metadata_failed(struct mn_meta *meta, int error)
{
	struct mn_volume *volume = container_of(meta, struct mn_volume, meta);
	struct mn_event event = {
		.class = MN_EVENT_METADATA, .severity = MN_SEVERITY_CRITICAL,
		.volume = volume,
		.new = -error, .reason = MN_REASON_METADATA_ERROR,
		.text = metadata_failed_text,
	};

	mn_event_emit(&event);
	mn_meta_loss_begins(volume);
}

int mn_volume_start(struct mn_volume *volume, struct mn_why *why)
{
	struct mn_super super;
	int err;

	volume->meta.failed = metadata_failed;
	err = load(volume, why);
	if (err) {
		forget_mirrors(volume);
		return err;
	}
	mn_meta_read(&volume->meta, &super);
	volume->role = super.role;
	volume->active_since = get_jiffies_64();
	WRITE_ONCE(volume->lock_reason, mn_volume_initial_lock(volume, &super));
	/* pairs with is_running(): who finds it running sees all of the above */
	smp_store_release(&volume->started, true);
	queue_delayed_work(volume->wq, &volume->reclaim_work, HZ);
	announce(volume);
	if (volume->lock_reason == MN_LOCK_WAIT_PEER)
		mn_volume_boot_begins(volume);
	if (super.role == MN_ROLE_SOURCE && volume->lock_reason == MN_LOCK_NONE) {
		/* a source without mirrors has nobody to ask */
		WRITE_ONCE(volume->lock_reason, MN_LOCK_WAIT_PEER);
		volume->may_open = true;
		queue_delayed_work(volume->session_wq, &volume->open_work, 0);
	}
	return 0;
}

/* ---- stop ---- */

static bool all_stable(struct mn_volume *volume)
{
	bool stable = true;
	int i;

	spin_lock_irq(&volume->track);
	for (i = 0; i < MN_SLOTS; i++) {
		struct mn_mirror *mirror = volume->mirror[i];

		if (mirror && mirror->streaming && mirror->stable < mirror->sequence)
			stable = false;
	}
	spin_unlock_irq(&volume->track);
	return stable;
}

static void stop_link(struct mn_volume *volume, int slot)
{
	struct mn_session *session;

	mutex_lock(&volume->lock);
	session = volume->mirror[slot] ? mn_session_get(volume->mirror[slot]) : NULL;
	mutex_unlock(&volume->lock);
	if (session)
		mn_session_stop(session, MN_REASON_SHUTDOWN);
	if (volume->mirror[slot])
		mn_keep_drop(volume->mirror[slot]);
}

static void stop_links(struct mn_volume *volume)
{
	unsigned long until = jiffies + MN_STABLE_PATIENCE;
	int i;

	/* nothing is written any more: what is stable at the target now needs no resync later */
	while (!all_stable(volume) && time_before(jiffies, until))
		msleep(20);
	for (i = 0; i < MN_SLOTS; i++)
		stop_link(volume, i);
	/* a link that ended by itself may still be on its way out */
	flush_workqueue(volume->session_wq);
}

static void stop_works(struct mn_volume *volume)
{
	cancel_delayed_work_sync(&volume->suspend_work);
	flush_work(&volume->loss_work);
	cancel_delayed_work_sync(&volume->fence_work);
	cancel_delayed_work_sync(&volume->meta_work);
	flush_work(&volume->copy_work);
	flush_work(&volume->intent_work);
	cancel_delayed_work_sync(&volume->reclaim_work);
}

static void commit_stop(struct mn_volume *volume)
{
	u8 digest[MN_FINGERPRINT_BYTES];
	int err = mn_fingerprint_take(volume, digest);
	struct mn_super *draft = mn_volume_begin(volume);

	draft->flags |= MN_SUPER_F_CLEAN;
	if (err) {
		pr_warn("dm-mirror-net: %s: no fingerprint of the data device (%d): what others write to it until the next start will not be noticed\n",
			volume->name, err);
	} else {
		draft->flags |= MN_SUPER_F_FINGERPRINT;
		memcpy(draft->fingerprint, digest, MN_FINGERPRINT_BYTES);
	}
	if (mn_meta_commit(&volume->meta))
		pr_err("dm-mirror-net: %s: the stop cannot be recorded: the next start treats it as a crash\n",
		       volume->name);
}

void mn_volume_stop(struct mn_volume *volume)
{
	int i;

	if (!volume->started)
		return;
	cancel_delayed_work_sync(&volume->boot_work);
	cancel_delayed_work_sync(&volume->yield_work);
	cancel_delayed_work_sync(&volume->open_work);
	cancel_delayed_work_sync(&volume->fence_lock_work);
	mutex_lock(&volume->lock);
	mn_volume_close_io(volume, MN_LOCK_USER, true);
	mutex_unlock(&volume->lock);
	stop_links(volume);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_rest_exit(volume->mirror[i]);
	/* a verdict may have queued it once more */
	cancel_delayed_work_sync(&volume->yield_work);
	cancel_delayed_work_sync(&volume->open_work);
	stop_works(volume);
	if (!READ_ONCE(volume->meta.error) && !mn_region_settle(volume))
		commit_stop(volume);
	for (i = 0; i < MN_SLOTS; i++)
		if (volume->mirror[i])
			mn_view_mirror_removed(volume->mirror[i]);
	mn_view_volume_removed(volume);
}
