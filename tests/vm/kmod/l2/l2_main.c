// SPDX-License-Identifier: GPL-2.0-only
/*
 * mn-l2-test: the transport of the module (payload, conn, send, recv, wire),
 * alone, between two ends which user space connects as it likes. What the
 * frames hold is a function of their sequence, so that the receiver knows what
 * must arrive without being told.
 */
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "conn_private.h"
#include "mn-l2-test.h"

#define MN_L2_VOLUME_SECTORS	BIT_ULL(24)
#define MN_L2_SECTOR_SIZE	512

struct end {
	struct mutex lock;		/* conn and pools come and go; not held while pumping */
	struct rw_semaphore users;	/* read: in a call with conn; write: it is destroyed */
	struct mn_payload_pool *receive_pool;
	struct mn_payload_pool *send_pool;
	struct mn_conn *conn;
	unsigned int mode;
	bool patient;			/* of the last pump */

	u64 sequence;			/* of the pump */
	wait_queue_head_t wait;
	spinlock_t held_lock;		/* guards held, unapplied */
	struct list_head held;
	struct list_head unapplied;	/* of pumped: kept as a writer keeps them */
	/* of the receiver thread, read by others */
	u64 received, bad, applied, pongs, small;
	atomic64_t sent, dropped;
	atomic_t downs;
	u8 reason;
	char why[128];
};

struct held {
	struct list_head list;
	struct mn_payload *payload;
};

struct pumped {
	struct mn_out out;
	struct list_head list;		/* in end->unapplied */
	struct end *end;
	refcount_t refs;		/* the sender; the list */
};

/* --- what a frame holds --- */

static u64 mix(u64 x)
{
	x ^= x >> 31;
	x *= 0x9e3779b97f4a7c15ULL;
	x ^= x >> 29;
	return x * 0xbf58476d1ce4e5b9ULL;
}

/* Mostly small, as writes are; some of every size up to the largest. */
static u32 frame_bytes(u64 sequence, u32 fixed)
{
	u64 r = mix(sequence + 77);
	u32 limit = 4096;

	if (fixed)
		return fixed;
	if (r % 1000 < 4)
		limit = MN_FRAME_PAYLOAD_MAX;
	else if (r % 1000 < 200)
		limit = 32768;
	return (1 + (r >> 20) % (limit / MN_L2_SECTOR_SIZE)) * MN_L2_SECTOR_SIZE;
}

static void fill(struct mn_payload *payload, u64 sequence)
{
	u64 seed = mix(sequence), n = 0;
	u32 i, j;

	for (i = 0; i < payload->pages; i++) {
		u64 *word = page_address(payload->vec[i].bv_page);

		for (j = 0; j < payload->vec[i].bv_len / 8; j++)
			word[j] = seed + n++;
	}
}

static bool is_filled(const struct mn_payload *payload, u64 sequence)
{
	u64 seed = mix(sequence), n = 0;
	u32 i, j;

	for (i = 0; i < payload->pages; i++) {
		const u64 *word = page_address(payload->vec[i].bv_page);

		for (j = 0; j < payload->vec[i].bv_len / 8; j++)
			if (word[j] != seed + n++)
				return false;
	}
	return true;
}

/* --- receiving --- */

static void hold(struct end *end, struct mn_payload *payload)
{
	struct held *held = kmalloc(sizeof(*held), GFP_KERNEL);

	if (!held) {
		mn_payload_put(payload);
		return;
	}
	held->payload = payload;
	spin_lock(&end->held_lock);
	list_add_tail(&held->list, &end->held);
	spin_unlock(&end->held_lock);
}

static void let_go(struct end *end)
{
	struct held *held, *next;
	LIST_HEAD(all);

	spin_lock(&end->held_lock);
	list_splice_init(&end->held, &all);
	spin_unlock(&end->held_lock);
	list_for_each_entry_safe(held, next, &all, list) {
		mn_payload_put(held->payload);
		kfree(held);
	}
}

static int got_write(struct end *end, const struct mn_frame *frame, struct mn_payload *payload)
{
	bool good = frame->sequence == end->received + 1 &&
		    payload->bytes == frame_bytes(frame->sequence, frame->write_number) &&
		    is_filled(payload, frame->sequence);

	end->bad += !good;
	end->received++;
	if (READ_ONCE(end->mode) & MN_L2_HOLD)
		hold(end, payload);
	else
		mn_payload_put(payload);
	mn_send_ack(end->conn, end->received, end->received, READ_ONCE(end->patient));
	return 0;
}

static void pumped_put(struct pumped *pumped)
{
	if (!refcount_dec_and_test(&pumped->refs))
		return;
	mn_payload_put(pumped->out.payload);
	kfree(pumped);
}

/* Drop what is applied; ~0: everything. */
static void forget(struct end *end, u64 applied)
{
	struct pumped *pumped, *next;
	LIST_HEAD(done);

	spin_lock(&end->held_lock);
	list_for_each_entry_safe(pumped, next, &end->unapplied, list) {
		if (pumped->out.frame.sequence > applied)
			break;
		list_move_tail(&pumped->list, &done);
	}
	spin_unlock(&end->held_lock);
	list_for_each_entry_safe(pumped, next, &done, list)
		pumped_put(pumped);
}

static int got_ack(struct end *end, struct mn_payload *payload)
{
	const struct mn_wire_ack *ack = mn_payload_map(payload);
	u64 applied = le64_to_cpu(ack->applied);

	mn_payload_put(payload);
	if (applied < end->applied || applied > end->sequence)
		end->bad++;
	WRITE_ONCE(end->applied, applied);
	forget(end, applied);
	wake_up_all(&end->wait);
	return 0;
}

static int got_other(struct end *end, const struct mn_frame *frame, struct mn_payload *payload)
{
	switch (frame->type) {
	case MN_FRAME_PING:
		mn_send_pong(end->conn);
		break;
	case MN_FRAME_PONG:
		end->pongs++;
		break;
	default:
		end->small++;
	}
	mn_payload_put(payload);
	return 0;
}

static int end_receive(void *context, const struct mn_frame *frame, struct mn_payload *payload,
		       const char **why)
{
	struct end *end = context;

	if (READ_ONCE(end->mode) & MN_L2_KILL)
		mn_conn_kill(end->conn, MN_REASON_PEER_SILENT, "killed from receive()");
	wait_event(end->wait, !(READ_ONCE(end->mode) & MN_L2_STALL) || mn_conn_dead(end->conn));
	if (frame->type == MN_FRAME_WRITE)
		return got_write(end, frame, payload);
	if (frame->type == MN_FRAME_ACK)
		return got_ack(end, payload);
	return got_other(end, frame, payload);
}

static void end_down(void *context, u8 reason, const char *why)
{
	struct end *end = context;

	end->reason = reason;
	strscpy(end->why, why, sizeof(end->why));
	atomic_inc(&end->downs);
	wake_up_all(&end->wait);
}

static void end_renewed(void *context)
{
}

static const struct mn_conn_ops end_ops = {
	.receive = end_receive,
	.down = end_down,
	.renewed = end_renewed,
};

/* --- sending --- */

static void pumped_release(struct mn_out *out, bool sent)
{
	struct pumped *pumped = container_of(out, struct pumped, out);

	atomic64_inc(sent ? &pumped->end->sent : &pumped->end->dropped);
	pumped_put(pumped);
}

static struct pumped *pump_one(struct end *end, struct mn_conn *conn, u64 sequence, u32 fixed)
{
	struct pumped *pumped = kzalloc(sizeof(*pumped), GFP_KERNEL);
	u32 bytes = frame_bytes(sequence, fixed);
	struct mn_frame *frame;

	if (!pumped)
		return NULL;
	while (!pumped->out.payload && !mn_conn_dead(conn) && !fatal_signal_pending(current))
		pumped->out.payload = mn_payload_get(end->send_pool, bytes, HZ, NULL);
	if (!pumped->out.payload) {
		kfree(pumped);
		return NULL;
	}
	fill(pumped->out.payload, sequence);
	frame = &pumped->out.frame;
	frame->type = MN_FRAME_WRITE;
	frame->sector = mix(sequence) % (MN_L2_VOLUME_SECTORS - MN_FRAME_PAYLOAD_MAX / 512);
	frame->sectors = bytes / 512;
	frame->payload_bytes = bytes;
	frame->write_number = fixed;
	frame->sequence = sequence;
	pumped->end = end;
	pumped->out.release = pumped_release;
	refcount_set(&pumped->refs, 2);
	return pumped;
}

static bool acknowledged(struct end *end, struct mn_conn *conn, u64 sequence)
{
	wait_event_killable_timeout(end->wait,
				    READ_ONCE(end->applied) >= sequence || mn_conn_dead(conn),
				    60 * HZ);
	return READ_ONCE(end->applied) >= sequence;
}

static int pump(struct end *end, struct mn_conn *conn, const struct mn_l2_pump *what)
{
	struct pumped *pumped;
	u32 i;

	WRITE_ONCE(end->patient, what->patient);
	for (i = 0; i < what->count; i++) {
		pumped = pump_one(end, conn, end->sequence + 1, what->fixed_bytes);
		if (!pumped)
			return -ENOTCONN;
		pumped->out.patient = what->patient;
		WRITE_ONCE(end->sequence, end->sequence + 1);
		spin_lock(&end->held_lock);
		list_add_tail(&pumped->list, &end->unapplied);
		spin_unlock(&end->held_lock);
		mn_send_queue(conn, &pumped->out);
		if (what->wait_each && !acknowledged(end, conn, end->sequence))
			return -ETIMEDOUT;
		cond_resched();
	}
	if (acknowledged(end, conn, end->sequence))
		return 0;
	return mn_conn_dead(conn) ? -ENOTCONN : -ETIMEDOUT;
}

static long end_pump(struct end *end, struct mn_l2_pump __user *arg)
{
	struct mn_l2_pump what;
	u64 start = ktime_get_ns();
	long err;

	if (copy_from_user(&what, arg, sizeof(what)))
		return -EFAULT;
	err = pump(end, end->conn, &what);
	what.nanoseconds = ktime_get_ns() - start;
	if (copy_to_user(arg, &what, sizeof(what)))
		return -EFAULT;
	return err;
}

static long end_small(struct end *end, u32 bytes)
{
	struct mn_frame frame = { .type = MN_FRAME_BITMAP, .payload_bytes = bytes };
	void *data = kzalloc(bytes, GFP_KERNEL);
	long err;

	if (!data)
		return -ENOMEM;
	frame.sectors = min_t(u64, bytes * 8, MN_L2_VOLUME_SECTORS >> (MN_BLOCK_SHIFT - 9));
	err = mn_send_small(end->conn, &frame, data);
	kfree(data);
	return err;
}

/* --- life --- */

static int make_pools(struct end *end, u64 bytes)
{
	end->receive_pool = mn_payload_pool_create(bytes);
	end->send_pool = mn_payload_pool_create(bytes);
	return IS_ERR(end->receive_pool) || IS_ERR(end->send_pool) ? -ENOMEM : 0;
}

static void free_pools(struct end *end)
{
	mn_payload_pool_destroy(end->send_pool);
	mn_payload_pool_destroy(end->receive_pool);
	end->send_pool = NULL;
	end->receive_pool = NULL;
}

static int adopt(struct end *end, const struct mn_l2_adopt *what)
{
	const struct mn_wire_limits limits = {
		.volume_sectors = MN_L2_VOLUME_SECTORS,
		.sector_size = MN_L2_SECTOR_SIZE,
		.from_source = what->from_source,
		.hello_seen = true,
		.features = MN_FEATURE_PACKED | MN_FEATURE_RENEW,
	};
	const char *why = "";
	struct mn_conn *conn;

	conn = mn_conn_create(what->fd, &limits, end->receive_pool, &end_ops, end, &why);
	strscpy(end->why, why, sizeof(end->why));
	if (IS_ERR(conn))
		return PTR_ERR(conn);
	end->conn = conn;
	return mn_conn_start(conn, "test");
}

static void destroy(struct end *end)
{
	down_write(&end->users);
	mn_conn_destroy(end->conn);
	end->conn = NULL;
	forget(end, ~0ULL);
	let_go(end);
	up_write(&end->users);
}

static long end_adopt(struct end *end, const struct mn_l2_adopt __user *arg)
{
	struct mn_l2_adopt what;
	long err;

	if (copy_from_user(&what, arg, sizeof(what)))
		return -EFAULT;
	mutex_lock(&end->lock);
	err = end->conn ? -EEXIST : 0;
	if (!err && !end->send_pool)
		err = make_pools(end, what.pool_bytes);
	if (!err)
		err = adopt(end, &what);
	if (err && err != -EEXIST)
		destroy(end);
	mutex_unlock(&end->lock);
	return err;
}

static long end_destroy(struct end *end)
{
	mutex_lock(&end->lock);
	mn_conn_kill(end->conn, MN_REASON_USER, "destroyed by the test");
	destroy(end);
	mutex_unlock(&end->lock);
	return 0;
}

static long end_state(struct end *end, struct mn_l2_state __user *arg)
{
	struct mn_l2_state state = {
		.received = READ_ONCE(end->received), .bad = READ_ONCE(end->bad),
		.applied = READ_ONCE(end->applied), .pongs = READ_ONCE(end->pongs),
		.small = READ_ONCE(end->small), .sent = atomic64_read(&end->sent),
		.dropped = atomic64_read(&end->dropped), .downs = atomic_read(&end->downs),
		.reason = end->reason, .dead = !end->conn || mn_conn_dead(end->conn),
	};

	if (end->conn) {
		state.queued_bytes = mn_send_queued_bytes(end->conn);
		state.idle_ms = mn_conn_silent_for(end->conn);
	}
	if (end->send_pool) {
		state.receive_pool_bytes = mn_payload_pool_bytes(end->receive_pool);
		state.send_pool_bytes = mn_payload_pool_bytes(end->send_pool);
	}
	strscpy(state.why, end->why, sizeof(state.why));
	return copy_to_user(arg, &state, sizeof(state)) ? -EFAULT : 0;
}

static long end_mode(struct end *end, unsigned int mode)
{
	WRITE_ONCE(end->mode, mode);
	if (!(mode & MN_L2_HOLD))
		let_go(end);
	wake_up_all(&end->wait);
	return 0;
}

/* Calls which need the link to be there; it stays while `users` is held. */
static long link_call(struct end *end, unsigned int command, unsigned long arg)
{
	switch (command) {
	case MN_L2_PUMP:
		return end_pump(end, (void __user *)arg);
	case MN_L2_KILL_LINK:
		mn_conn_kill(end->conn, MN_REASON_USER, "killed by the test");
		return 0;
	case MN_L2_PING:
		mn_send_ping(end->conn, 0);
		return 0;
	case MN_L2_SMALL:
		return arg <= MN_SEND_INLINED_MAX ? end_small(end, arg) : -EINVAL;
	case MN_L2_HEARD_LATER:
		WRITE_ONCE(end->conn->last_received, jiffies + HZ);
		return 0;
	default:
		return -ENOTTY;
	}
}

static long end_ioctl(struct file *file, unsigned int command, unsigned long arg)
{
	struct end *end = file->private_data;
	long err;

	switch (command) {
	case MN_L2_ADOPT:
		return end_adopt(end, (void __user *)arg);
	case MN_L2_STATE:
		return end_state(end, (void __user *)arg);
	case MN_L2_MODE:
		return end_mode(end, arg);
	case MN_L2_DESTROY:
		return end->conn ? end_destroy(end) : -ENOTCONN;
	}
	down_read(&end->users);
	err = end->conn ? link_call(end, command, arg) : -ENOTCONN;
	up_read(&end->users);
	return err;
}

static int end_open(struct inode *inode, struct file *file)
{
	struct end *end = kzalloc(sizeof(*end), GFP_KERNEL);

	if (!end)
		return -ENOMEM;
	mutex_init(&end->lock);
	init_rwsem(&end->users);
	init_waitqueue_head(&end->wait);
	spin_lock_init(&end->held_lock);
	INIT_LIST_HEAD(&end->held);
	INIT_LIST_HEAD(&end->unapplied);
	file->private_data = end;
	return 0;
}

static int end_release(struct inode *inode, struct file *file)
{
	struct end *end = file->private_data;

	destroy(end);
	free_pools(end);
	kfree(end);
	return 0;
}

static const struct file_operations end_fops = {
	.owner = THIS_MODULE,
	.open = end_open,
	.release = end_release,
	.unlocked_ioctl = end_ioctl,
};

static struct miscdevice end_device = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "mn-l2-test",
	.fops = &end_fops,
};

module_misc_device(end_device);
MODULE_DESCRIPTION("Test of dm-mirror-net's transport");
MODULE_LICENSE("GPL");
