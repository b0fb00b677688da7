// SPDX-License-Identifier: GPL-2.0-only
/*
 * netlink_event: events to the multicast group, uevents about locks (L4)
 *
 * Engines announce in any context, often under volume->track. There an event is
 * only numbered and put on a list; one work item sends in the order of the
 * numbers, outside every lock. Without memory for its record an event is lost,
 * and the missing number tells those who listen; the log has it all the same.
 *
 * When role or lock of a volume change, udev has to look at its disk again. That
 * uevent has a work item of its own: it waits for volume->lock, so that it
 * tells what is in force, and must not hold up the events.
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/ktime.h>
#include <linux/workqueue.h>
#include "event.h"
#include "netlink.h"

/* An event on its way; a copy of everything, since its volume may go first. */
struct record {
	struct list_head list;
	struct work_struct uevent_work;
	u64 number;
	u64 time;
	u64 uptime;
	u64 generation;
	s32 old, new;
	u8 class;
	u8 severity;
	u8 reason;
	bool of_mirror;
	u8 volume_uuid[MN_UUID_LEN];
	u8 peer_uuid[MN_UUID_LEN];
	char volume_name[MN_NAME_MAX + 1];
	char text[MN_EVENT_TEXT_MAX];
};

static struct workqueue_struct *event_wq;
static void send_work_function(struct work_struct *work);
static DECLARE_WORK(send_work, send_work_function);

static DEFINE_SPINLOCK(records_lock);	/* innermost of all; irq-safe */
static LIST_HEAD(records);		/* in the order of their numbers */
static u64 last_number;

/* ---- uevents ---- */

/* A reference on the device of the volume's disk, or NULL when no front is live. */
static struct device *disk_device_get(const struct mn_volume *volume)
{
	lockdep_assert_held(&volume->lock);
	return volume->disk ? get_device(disk_to_dev(volume->disk)) : NULL;
}

static void uevent_send(struct device *device, const struct mn_volume *volume, u8 role, u8 locked)
{
	char locked_env[16], role_env[24], reason_env[40], uuid_env[64];
	char *env[5] = { locked_env, role_env, reason_env, uuid_env, NULL };

	snprintf(locked_env, sizeof(locked_env), "MN_LOCKED=%u", locked != MN_LOCK_NONE);
	snprintf(role_env, sizeof(role_env), "MN_ROLE=%s", mn_role_text(role));
	snprintf(reason_env, sizeof(reason_env), "MN_LOCK_REASON=%s", mn_lock_reason_text(locked));
	snprintf(uuid_env, sizeof(uuid_env), "MN_VOLUME_UUID=%pU", volume->uuid);
	kobject_uevent_env(&device->kobj, KOBJ_CHANGE, env);
}

static void uevent_work_function(struct work_struct *work)
{
	struct record *record = container_of(work, struct record, uevent_work);
	struct mn_volume *volume = mn_volume_get(record->volume_uuid);
	struct device *device;
	u8 role, locked;

	kfree(record);
	if (!volume)
		return;
	mutex_lock(&volume->lock);
	device = disk_device_get(volume);
	role = volume->role;
	locked = volume->lock_reason;
	mutex_unlock(&volume->lock);
	if (device) {
		uevent_send(device, volume, role, locked);
		put_device(device);
	}
	mn_volume_put(volume);
}

/* ---- multicast ---- */

static int put_event(struct sk_buff *skb, const struct record *r)
{
	if (nla_put_u8(skb, MN_A_EVENT_CLASS, r->class) ||
	    nla_put_u8(skb, MN_A_EVENT_SEVERITY, r->severity) ||
	    nla_put_u64_64bit(skb, MN_A_EVENT_NUMBER, r->number, MN_A_PAD) ||
	    nla_put_s32(skb, MN_A_EVENT_OLD, r->old) ||
	    nla_put_s32(skb, MN_A_EVENT_NEW, r->new) ||
	    nla_put_u8(skb, MN_A_EVENT_REASON, r->reason) ||
	    nla_put_u64_64bit(skb, MN_A_EVENT_TIME, r->time, MN_A_PAD) ||
	    nla_put_u64_64bit(skb, MN_A_EVENT_UPTIME, r->uptime, MN_A_PAD) ||
	    nla_put_string(skb, MN_A_EVENT_TEXT, r->text) ||
	    nla_put(skb, MN_A_VOLUME_UUID, MN_UUID_LEN, r->volume_uuid) ||
	    nla_put_string(skb, MN_A_VOLUME_NAME, r->volume_name))
		return -EMSGSIZE;
	if (r->generation &&
	    nla_put_u64_64bit(skb, MN_A_VOLUME_GENERATION, r->generation, MN_A_PAD))
		return -EMSGSIZE;
	return r->of_mirror ? nla_put(skb, MN_A_PEER_UUID, MN_UUID_LEN, r->peer_uuid) : 0;
}

static void multicast(const struct record *record)
{
	struct sk_buff *skb = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!skb)
		return;
	header = genlmsg_put(skb, 0, 0, &mn_nl_family, 0, MN_CMD_EVENT);
	if (!header || WARN_ON_ONCE(put_event(skb, record))) {
		nlmsg_free(skb);
		return;
	}
	genlmsg_end(skb, header);
	genlmsg_multicast(&mn_nl_family, skb, 0, 0, GFP_KERNEL);
}

/*
 * For those who look into the kernel's log only. Whoever announces an event does not log it, too.
 * Each level has a rate of its own: much that is harmless does not hide what is not.
 */
static void log_event(const struct record *r)
{
	char mirror[64] = "";

	if (r->of_mirror)
		snprintf(mirror, sizeof(mirror), "mirror with %pUb: ", r->peer_uuid);
	if (r->severity >= MN_SEVERITY_CRITICAL)
		pr_crit_ratelimited("dm-mirror-net: %s: %s%s\n", r->volume_name, mirror, r->text);
	else if (r->severity == MN_SEVERITY_ERROR)
		pr_err_ratelimited("dm-mirror-net: %s: %s%s\n", r->volume_name, mirror, r->text);
	else if (r->severity == MN_SEVERITY_WARNING)
		pr_warn_ratelimited("dm-mirror-net: %s: %s%s\n", r->volume_name, mirror, r->text);
	else
		pr_info_ratelimited("dm-mirror-net: %s: %s%s\n", r->volume_name, mirror, r->text);
}

static void deliver(struct record *record)
{
	multicast(record);
	log_event(record);
	if (record->class != MN_EVENT_LOCK && record->class != MN_EVENT_ROLE) {
		kfree(record);
		return;
	}
	INIT_WORK(&record->uevent_work, uevent_work_function);
	queue_work(event_wq, &record->uevent_work);
}

static void send_work_function(struct work_struct *work)
{
	struct record *record, *next;
	LIST_HEAD(batch);

	spin_lock_irq(&records_lock);
	list_splice_init(&records, &batch);
	spin_unlock_irq(&records_lock);
	list_for_each_entry_safe(record, next, &batch, list)
		deliver(record);
}

/* ---- the listener; any context ---- */

static void record_fill(struct record *r, const struct mn_event *event)
{
	r->time = ktime_get_real_ns();
	r->uptime = ktime_get_boottime_ns();
	r->old = event->old;
	r->new = event->new;
	r->class = event->class;
	r->severity = event->severity;
	r->reason = event->reason;
	r->generation = event->generation;
	memcpy(r->volume_uuid, event->volume->uuid, MN_UUID_LEN);
	strscpy(r->volume_name, event->volume->name, sizeof(r->volume_name));
	strscpy(r->text, event->text ? event->text : "", sizeof(r->text));
	r->of_mirror = event->mirror;
	if (event->mirror)
		memcpy(r->peer_uuid, event->mirror->peer_uuid, MN_UUID_LEN);
}

static void listen(const struct mn_event *event)
{
	struct record *record = kzalloc(sizeof(*record), GFP_ATOMIC);
	unsigned long flags;

	if (record)
		record_fill(record, event);
	spin_lock_irqsave(&records_lock, flags);
	last_number++;
	if (record) {
		record->number = last_number;
		list_add_tail(&record->list, &records);
	}
	spin_unlock_irqrestore(&records_lock, flags);
	if (record)
		queue_work(event_wq, &send_work);
	else
		pr_crit_ratelimited("dm-mirror-net: %s: %s\n", event->volume->name,
				    event->text ? event->text : "an event is lost: no memory");
}

int mn_nl_event_init(void)
{
	event_wq = alloc_workqueue("mirror_net_events", WQ_UNBOUND, 0);
	if (!event_wq)
		return -ENOMEM;
	mn_event_listen(listen);
	return 0;
}

/* What is queued is sent first. */
void mn_nl_event_exit(void)
{
	mn_event_listen(NULL);
	destroy_workqueue(event_wq);
}
