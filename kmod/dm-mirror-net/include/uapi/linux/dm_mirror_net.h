/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * dm-mirror-net: the interface between the kernel module and its tools
 *
 * THEORY
 *
 * A *volume* is one mirrored block device on this node. It is found by the UUID
 * in the superblock of its metadata device and lives as long as a device-mapper
 * device with the target "mirror-net" exists for it. A *mirror* is the
 * replication of one volume between this node and one peer; it occupies one of
 * the MN_SLOTS slots of the metadata. A *link* is the connection of a mirror: a
 * stream socket which user space connected, authenticated and (with kTLS)
 * encrypted, and then handed over with MN_CMD_LINK_ATTACH.
 *
 * Everything below travels over the generic netlink family MN_GENL_NAME,
 * version MN_GENL_VERSION. Requests marked (admin) need CAP_NET_ADMIN in the
 * initial user namespace and CAP_SYS_ADMIN; the others need nothing. Every
 * refusal carries an extended ack with a sentence for people. Common errors:
 *
 *   -ENODEV    no active volume with this UUID on this node
 *   -ENOENT    the volume has no mirror with this peer
 *   -EEXIST    there is one already
 *   -EINVAL    an attribute is missing or malformed
 *   -ERANGE    a value is out of range
 *   -ENOMEM    not enough memory; nothing was changed
 *   -EBUSY     in use, or another operation of this volume is under way
 *   -EPERM     not allowed for the caller
 *   -ESTALE    refused by role, lock, generation or state of the data
 *   -EROFS     a loss could not be recorded: no new link in this activation
 *   -EIO       the metadata device failed (or what it said instead, kept until the
 *              volume is activated anew): role and generation stay as they are
 *
 * COMMANDS (request attributes -> reply attributes)
 *
 * MN_CMD_META_FORMAT (admin): META_PATH, DATA_PATH, VOLUME_UUID, NODE_UUID,
 *   VOLUME_NAME, [SECTORS], [REGION_BYTES], [INTENT_LIMIT], [FORCE]
 *   -> META_BYTES
 *   Write fresh metadata: role none, locked, data state unknown. SECTORS: size
 *   of the volume where the data device is larger (a target may be); without
 *   it, all of the data device. -ENOSPC when
 *   the device is too small (META_BYTES in the message), -EEXIST when it holds
 *   metadata already and FORCE is not given, -EBUSY when either device is in
 *   use, -EINVAL for sizes or sector sizes which do not fit. Blocks for I/O.
 *
 * MN_CMD_META_GET: META_PATH -> attributes of the superblock (as VOLUME_GET,
 *   without run-time ones). (admin) -ENODATA: no metadata here; -EUCLEAN:
 *   both copies are damaged; -EOPNOTSUPP: written by a newer version. Read only.
 *
 * MN_CMD_META_SIZE: SECTORS, [REGION_BYTES] -> META_BYTES
 *   How large a metadata device for a volume of SECTORS must be.
 *
 * MN_CMD_VOLUME_GET: VOLUME_UUID, or as a dump -> MN_A_VOLUME_* below.
 *
 * MN_CMD_VOLUME_SET_ROLE (admin): VOLUME_UUID, ROLE, [FORCE]
 *   none/target -> source: takes a new generation, stays locked until UNLOCK;
 *   -ESTALE for an inconsistent or outdated copy without FORCE. source -> none/target:
 *   -EBUSY while unlocked. target -> source keeps on record what the other node may lack.
 *   With FORCE, a node that is the source already *opens*
 *   the volume at once, although a peer was not heard or the data device was
 *   written behind our back ("up --as-source"). Durable when it returns.
 *
 * MN_CMD_VOLUME_LOCK (admin): VOLUME_UUID, [FORCE], [VOLUME_LOCKED]. From its return on every
 *   read and write fails, and the lock is durable. -EBUSY while open unless FORCE,
 *   and even then while the kernel is just opening or closing the device: try again.
 *   VOLUME_LOCKED says why a source is locked: MN_LOCK_USER (default), or MN_LOCK_HANDING_OVER
 *   (before HANDOVER_GIVE or DEMOTE; a lock by a person stays one). -EINVAL: anything else.
 * MN_CMD_VOLUME_UNLOCK (admin): VOLUME_UUID, [READ_ONLY], [FORCE]. -EBUSY while
 *   anybody holds the device; -ESTALE for a source which waits for its peer's answer, and
 *   for a target unless a person has to end the state of each of its mirrors (paused by a
 *   user or for a reason that does not end by itself, broken) and none has a link. A
 *   target that is opened for writing counts as written, durably, before the first
 *   write; with READ_ONLY every write fails. An inconsistent target: -ESTALE without
 *   FORCE.
 *
 * MN_CMD_HANDOVER_GIVE (admin): VOLUME_UUID, PEER_UUID -> VOLUME_HANDOVER, VOLUME_GENERATION
 *   At the source, locked by LOCK: "handed to this peer" is durable when it returns; the volume
 *   stays locked (MN_LOCK_HANDED_OVER) until HANDOVER_END, or until that peer is seen as the
 *   source. -EAGAIN: the target has not yet got everything, ask again; -ESTALE: it is not in sync.
 *   Repeated, the same answer.
 * MN_CMD_HANDOVER_TAKE (admin): VOLUME_UUID, PEER_UUID, VOLUME_HANDOVER, VOLUME_GENERATION
 *   At the target: source with a generation of its own, in one write; links end; the volume opens
 *   as soon as nobody holds the device. -ESTALE: that handover was refused, or this copy is not
 *   the one that was handed over. Repeated, nothing.
 * MN_CMD_HANDOVER_REFUSE (admin): VOLUME_UUID, PEER_UUID, VOLUME_HANDOVER, VOLUME_GENERATION
 *   At the target: this handover was not taken and never will be; durable when it returns.
 *   -EEXIST: it was, this node is the source. -ESTALE: this copy went another way.
 * MN_CMD_HANDOVER_END (admin): VOLUME_UUID, PEER_UUID, ROLE, [VOLUME_HANDOVER], [FORCE]
 *   At the old source. ROLE target: the peer has taken the role. ROLE source: it has refused
 *   that handover; this node is the source again, locked. With FORCE nobody was asked: what is
 *   written from then on is in a generation of its own.
 * MN_CMD_VOLUME_DEMOTE (admin): VOLUME_UUID. source -> none, locked; links end. -EBUSY while
 *   unlocked, -EAGAIN while a target in sync has not yet got everything.
 * MN_CMD_SPLIT_DISCARD (admin): VOLUME_UUID, PEER_UUID, [VOLUME_GENERATION]
 *   After a split brain, at the copy that is given up, locked: the link ends, this node becomes a
 *   target of the peer in one write, and the mirror goes on by itself. VOLUME_GENERATION: what both
 *   had in common last, one of MIRROR_BASE_GENERATION and MIRROR_OLD_BASE; then the resync is
 *   partial. Without it nobody knows, and the resync is full. -EBUSY while unlocked; -ESTALE: it is
 *   neither of the two, the mirror is broken, or the role was handed over. Repeated, nothing.
 *
 * MN_CMD_MIRROR_ADD (admin): VOLUME_UUID, PEER_UUID, [MIRROR_BLANK | MIRROR_IN_SYNC]
 *   Bind a free slot to the peer; durable when it returns. Default and BLANK:
 *   a full resync is needed (BLANK, on a target: its data may be overwritten
 *   by whatever generation the source has). IN_SYNC: both copies are trusted to
 *   be equal. -ENOSPC: all slots are taken.
 * MN_CMD_MIRROR_DEL (admin): VOLUME_UUID, PEER_UUID. Drops the link and
 *   forgets the slot, durably.
 * MN_CMD_MIRROR_GET: VOLUME_UUID, PEER_UUID, or as a dump (of one volume, when
 *   VOLUME_UUID is given) -> MN_A_MIRROR_*.
 * MN_CMD_MIRROR_SET (admin): VOLUME_UUID, PEER_UUID, any MN_A_OPT_*: live.
 *   They are not kept in the metadata; the tools set them at every activation.
 * MN_CMD_MIRROR_PAUSE (admin), MN_CMD_MIRROR_CONTINUE (admin): VOLUME_UUID,
 *   PEER_UUID. Durable when they return. PAUSE closes the link. CONTINUE on a target:
 *   -EBUSY while it is unlocked; what was written there meanwhile may be overwritten
 *   from now on. -ESTALE for a broken mirror, but on a target, which is then given
 *   everything.
 * MN_CMD_MIRROR_BREAK (admin): VOLUME_UUID, PEER_UUID. Durable when it returns: the
 *   link is closed, writes are no longer tracked for this mirror.
 * MN_CMD_MIRROR_RESYNC (admin): VOLUME_UUID, PEER_UUID, [RESYNC_FULL], [RESYNC_VERIFY].
 *   At the source only. RESYNC_FULL marks every block. RESYNC_VERIFY marks every block
 *   but the unsent ones, too, and sends their sums first, then only what differs.
 *
 * MN_CMD_LINK_ATTACH (admin): VOLUME_UUID, PEER_UUID, LINK_FD, [LINK_INITIATOR],
 *   [LINK_ENCRYPTED], [LINK_RENEW]. LINK_FD: a connected stream socket (TCP, TCP with kTLS or
 *   UNIX); the kernel takes a reference, the caller closes its own. -ENOTSOCK,
 *   -EPROTONOSUPPORT, -ENOTCONN; -EBUSY when the socket has another kernel user
 *   or the mirror has a live link; -ESTALE when the mirror wants no link (paused
 *   by a user, broken, waiting before it is tried again); -EROFS.
 *   LINK_RENEW: the socket takes the place of the live link's (docs/renew.md), when the peer
 *   holds its other end with the same number. -ENOTCONN: no link is up; -EOPNOTSUPP: the
 *   peer cannot; -EBUSY: it is being renewed already; -EPROTONOSUPPORT: of another kind.
 * MN_CMD_LINK_RENEW (admin): VOLUME_UUID, PEER_UUID. Asks whoever makes the link for a socket
 *   that renews it: MN_EVENT_LINK with OLD and NEW MN_LINK_UP, on this node or at the peer.
 *   -ENOTCONN, -EOPNOTSUPP as above.
 * MN_CMD_LINK_DETACH (admin): VOLUME_UUID, PEER_UUID. As if the link was lost.
 *
 * Creation by used blocks, at the source, before the first link:
 * MN_CMD_BITMAP_BEGIN (admin): VOLUME_UUID, PEER_UUID. The slot is durably
 *   full-needed, writes are tracked, and all older writes have ended when it
 *   returns; every block is clean (and unsent) but for what is written from now on.
 * MN_CMD_BITMAP_ADD (admin): VOLUME_UUID, PEER_UUID, nested RANGES: marks the
 *   blocks which the byte ranges touch.
 * MN_CMD_BITMAP_COMMIT (admin): VOLUME_UUID, PEER_UUID. Makes the bits durable,
 *   then the slot valid. A link attached between BEGIN and COMMIT is refused.
 *
 * MN_CMD_BITMAP_GET (admin): VOLUME_UUID, PEER_UUID, [BITMAP_FIRST] -> BITMAP_FIRST, BITMAP
 *   Which blocks the peer may lack: MN_BITMAP_GET_BLOCKS from BITMAP_FIRST on (0), or as many as
 *   the volume has left. -ERANGE: it has none there. Each answer is of its own moment; all of them
 *   together are of one only while nothing is written and no link is up. They prove nothing while
 *   the mirror says MIRROR_FULL_NEEDED.
 *
 * A mirror in sync and of mode sync is lost, and on-sync-loss is fence (docs/fence.md):
 * MN_CMD_MIRROR_FENCED (admin): VOLUME_UUID, PEER_UUID, VOLUME_GENERATION. At the source,
 *   to MN_EVENT_FENCE with MN_FENCE_WANTED: this copy will not be promoted, so writes need
 *   not wait for it any more. The generation is the one that the event (or MIRROR_GET) named.
 *   -ESTALE: it is of another loss, or nobody waits for it; nothing was confirmed.
 * MN_CMD_MIRROR_OUTDATE (admin): VOLUME_UUID, PEER_UUID, VOLUME_GENERATION. At the target:
 *   ends the link to that source, if there is one, and makes the data state outdated (an
 *   inconsistent one stays so), durable when it returns. -ESTALE: this node is no target, or
 *   its copy has had that generation, so that the mirror went on since.
 *
 * An old source has heard of a newer one, and keep-lost-writes is set (docs/takeover.md):
 * MN_CMD_LOST_WRITES_SAVED (admin): VOLUME_UUID, PEER_UUID, VOLUME_GENERATION. To
 *   MN_EVENT_LOST_WRITES with MN_LOST_WRITES_WANTED, or to MIRROR_LOST_WRITES: what BITMAP_GET of
 *   this mirror names is saved, and may be overwritten. The generation is the one that the volume
 *   has. -ESTALE: nobody waits for it, or it has another; nothing was changed.
 *
 * Of this node, whatever its volumes are:
 * MN_CMD_NODE_SET (admin): [OPT_PARALLEL_RESYNCS]. Live; not kept: the tools set it at every
 *   activation of a volume. A resync that runs goes on when the limit is lowered.
 * MN_CMD_NODE_GET -> OPT_PARALLEL_RESYNCS, NODE_RESYNCS, NODE_RESYNCS_WAITING.
 *
 * MN_CMD_EVENT: never requested; sent to the group MN_GENL_MCGRP_EVENTS with
 *   MN_A_EVENT_*.
 */
#ifndef _UAPI_LINUX_DM_MIRROR_NET_H
#define _UAPI_LINUX_DM_MIRROR_NET_H

#include <linux/types.h>

#define MN_GENL_NAME		"mirror_net"
#define MN_GENL_VERSION		1
#define MN_GENL_MCGRP_EVENTS	"events"

#define MN_UUID_LEN		16	/* bytes, binary, in the order in which they are printed */
#define MN_NAME_MAX		64	/* longest name of a volume, without the final zero */
#define MN_SLOTS		8	/* peers per volume */
#define MN_BLOCK_SHIFT		16	/* a block of the bitmap: 64 KiB */
#define MN_QUEUE_LOW_WATER	150	/* a number of other products, kept for comparison */
#define MN_RANGES_MAX		2048	/* ranges in one BITMAP_ADD */
#define MN_BITMAP_GET_BLOCKS	16384	/* in one answer of BITMAP_GET: 1 GiB of the volume */
#define MN_LATENCY_BUCKETS	26	/* of a histogram: 2^0..2^24 us, and more */

enum mn_cmd {
	MN_CMD_UNSPEC,
	MN_CMD_META_FORMAT,
	MN_CMD_META_GET,
	MN_CMD_META_SIZE,
	MN_CMD_VOLUME_GET,
	MN_CMD_VOLUME_SET_ROLE,
	MN_CMD_VOLUME_LOCK,
	MN_CMD_VOLUME_UNLOCK,
	MN_CMD_MIRROR_ADD,
	MN_CMD_MIRROR_DEL,
	MN_CMD_MIRROR_GET,
	MN_CMD_MIRROR_SET,
	MN_CMD_MIRROR_PAUSE,
	MN_CMD_MIRROR_CONTINUE,
	MN_CMD_MIRROR_RESYNC,
	MN_CMD_LINK_ATTACH,
	MN_CMD_LINK_DETACH,
	MN_CMD_BITMAP_BEGIN,
	MN_CMD_BITMAP_ADD,
	MN_CMD_BITMAP_COMMIT,
	MN_CMD_EVENT,
	MN_CMD_MIRROR_BREAK,
	MN_CMD_MIRROR_FENCED,
	MN_CMD_MIRROR_OUTDATE,
	MN_CMD_NODE_SET,
	MN_CMD_NODE_GET,
	MN_CMD_LINK_RENEW,
	MN_CMD_HANDOVER_GIVE,
	MN_CMD_HANDOVER_TAKE,
	MN_CMD_HANDOVER_REFUSE,
	MN_CMD_HANDOVER_END,
	MN_CMD_VOLUME_DEMOTE,
	MN_CMD_SPLIT_DISCARD,
	MN_CMD_BITMAP_GET,
	MN_CMD_LOST_WRITES_SAVED,
	__MN_CMD_MAX,
};

#define MN_CMD_MAX (__MN_CMD_MAX - 1)

/* Roles of this node for a volume; the codes are part of the interface. */
enum mn_role {
	MN_ROLE_NONE = 0,
	MN_ROLE_SOURCE = 1,
	MN_ROLE_TARGET = 2,
};

/* What the local copy is worth; durable. */
enum mn_data_state {
	MN_DATA_UNKNOWN = 0,
	MN_DATA_CURRENT = 1,
	MN_DATA_OUTDATED = 2,	/* written here, or the source went on without it */
	MN_DATA_INCONSISTENT = 3,
};

/* States of a mirror; the codes are part of the interface. */
enum mn_mirror_state {
	MN_STATE_INVALID = -1,
	MN_STATE_NONE = 0,
	MN_STATE_MIRRORING = 1,
	MN_STATE_RESYNC = 2,
	MN_STATE_BROKEN = 3,
	MN_STATE_PAUSED = 4,
	MN_STATE_RESYNC_PENDING = 5,
};

/*
 * Why a mirror is not mirroring, or a volume locked. A closed list. Not produced by
 * this version: PEER_BUSY (but taken from a peer), FENCED, NOT_TRUSTED,
 * CONFIG_MISSING, DEVICE_REMOVED, MAINTENANCE.
 */
enum mn_reason {
	MN_REASON_NONE = 0,
	MN_REASON_USER,
	MN_REASON_SHUTDOWN,
	MN_REASON_LINK_LOST,
	MN_REASON_PEER_SILENT,
	MN_REASON_PEER_BUSY,
	MN_REASON_TARGET_ERROR,
	MN_REASON_SOURCE_ERROR,
	MN_REASON_METADATA_ERROR,
	MN_REASON_QUEUE_LIMIT,
	MN_REASON_RESYNC_PASSES,
	MN_REASON_NO_MEMORY,
	MN_REASON_SIZE_MISMATCH,
	MN_REASON_SECTOR_MISMATCH,
	MN_REASON_TARGET_UNLOCKED,
	MN_REASON_ROLLED_BACK,
	MN_REASON_OTHER_SOURCE,
	MN_REASON_SPLIT_BRAIN,
	MN_REASON_NOT_TRUSTED,
	MN_REASON_VERSION,
	MN_REASON_CONFIG_MISSING,
	MN_REASON_DEVICE_REMOVED,
	MN_REASON_FENCED,
	MN_REASON_OPERATION,
	MN_REASON_MAINTENANCE,
	__MN_REASON_MAX,
};

/* Why a volume is locked. */
enum mn_lock_reason {
	MN_LOCK_NONE = 0,	/* it is not */
	MN_LOCK_TARGET,		/* a target is */
	MN_LOCK_USER,		/* somebody locked it, or it has no role yet */
	MN_LOCK_WAIT_PEER,	/* was source; waits for its peer's answer */
	MN_LOCK_FOREIGN_WRITE,	/* the data device was written while not active */
	MN_LOCK_METADATA,	/* the metadata cannot be written; not produced by this version */
	MN_LOCK_FENCED,		/* fence-timeout passed, and on-fence-timeout is stop */
	MN_LOCK_HANDED_OVER,	/* gave its role away; whether it was taken is not known */
	MN_LOCK_HANDING_OVER,	/* a change of its role began; nothing was given away yet */
};

enum mn_link_state {
	MN_LINK_NONE = 0,	/* wants one: nothing is attached */
	MN_LINK_NEGOTIATING = 1,
	MN_LINK_UP = 2,
	MN_LINK_UNWANTED = 3,	/* paused by a user, broken, being built */
};

/* When a write returns (SPEC 3); also the type of a mirror, where 0 is none. */
enum mn_mode {
	MN_MODE_SYNC = 1,	/* in sync: when the target has applied it, too */
	MN_MODE_ASYNC = 2,	/* when it is on the source's disk */
};

/* What a full queue of a mirror in sync does. */
enum mn_on_queue_limit {
	MN_ON_QUEUE_LIMIT_PAUSE = 0,	/* what does not fit is tracked; a resync follows */
	MN_ON_QUEUE_LIMIT_BLOCK = 1,	/* writers wait for room */
};

/* When a FLUSH or FUA write of an async mirror in sync returns. */
enum mn_async_flush {
	MN_ASYNC_FLUSH_BARRIER = 0,	/* as other writes: the stream keeps the order */
	MN_ASYNC_FLUSH_DRAIN = 1,	/* when the target has applied it and all before it */
};

/* What the first write does that a lost mirror, in sync and of mode sync, lacks. */
enum mn_on_sync_loss {
	MN_ON_SYNC_LOSS_CONTINUE = 0,	/* it returns when the loss is on record */
	MN_ON_SYNC_LOSS_FENCE = 1,	/* it waits until that copy is known not to be promoted */
};

/* ... and after fence-timeout. */
enum mn_on_fence_timeout {
	MN_ON_FENCE_TIMEOUT_STOP = 0,	/* writes that wait fail, the volume is locked (fenced) */
	MN_ON_FENCE_TIMEOUT_CONTINUE = 1, /* they return */
};

/* How far the fencing of a mirror's other copy is (docs/fence.md). */
enum mn_fence {
	MN_FENCE_NONE = 0,	/* nothing to fence */
	MN_FENCE_DUE = 1,	/* lost: the first write will have to wait */
	MN_FENCE_WANTED = 2,	/* writes wait for MIRROR_FENCED */
	MN_FENCE_CONFIRMED = 3,	/* that copy will not be promoted */
	MN_FENCE_EXPIRED = 4,	/* not confirmed within fence-timeout */
	MN_FENCE_OUTDATED = 5,	/* in events of the target alone: MIRROR_OUTDATE was done */
};

/* Whether what is sent on the link is compressed. */
enum mn_compression {
	MN_COMPRESSION_OFF = 0,		/* the option is 0, or there is no link */
	MN_COMPRESSION_ON = 1,		/* where it pays */
	MN_COMPRESSION_PEER_CANNOT = 2,	/* an older version, or out of memory */
	MN_COMPRESSION_NO_MEMORY = 3,	/* here: set the option again, or make a new link */
};

enum mn_resync_phase {
	MN_RESYNC_NONE = 0,
	MN_RESYNC_STARTING = 1,
	MN_RESYNC_FULL = 2,
	MN_RESYNC_PARTIAL = 3,
};

/* Which resync may start by itself when a link comes back. */
enum mn_auto_resync {
	MN_AUTO_RESYNC_PARTIAL = 0,
	MN_AUTO_RESYNC_FULL = 1,	/* everything, if anything is missing */
	MN_AUTO_RESYNC_NO = 2,		/* none: a person has to ask for it */
};

/*
 * The metadata cannot be written. What becomes of writes to regions without a durable intent? The
 * others go on (docs/metadata.md).
 */
enum mn_on_metadata_error {
	MN_ON_METADATA_ERROR_STOP = 0,		/* they fail */
	MN_ON_METADATA_ERROR_CONTINUE = 1,	/* they go on once every copy is given up */
};

/*
 * A source that came up has waited for boot-wait, and a node that may have taken over was not
 * heard (docs/boot.md). Who was heard, and refuses, is never overruled.
 */
enum mn_boot_alone {
	MN_BOOT_ALONE_SAFE = 0,		/* opened if their copies are on record as outdated */
	MN_BOOT_ALONE_LOCKED = 1,	/* it waits on, without limit */
	MN_BOOT_ALONE_SOURCE = 2,	/* opened */
};

/* Where a source that came up, and is locked as MN_LOCK_WAIT_PEER, stands. */
enum mn_boot {
	MN_BOOT_NONE = 0,	/* the volume is not one */
	MN_BOOT_WAITS = 1,	/* for the nodes that were not heard; boot-wait is not over */
	MN_BOOT_OPENS = 2,	/* all agree: it is opened as soon as nobody holds the device */
	MN_BOOT_ALONE = 3,	/* the same, without those that were not heard: boot-alone */
	MN_BOOT_STAYS = 4,	/* it waits on: boot-wait is over, boot-alone does not open it */
	MN_BOOT_REFUSED = 5,	/* a node was heard that is no target of this source */
};

/* What a peer has said of that since the volume was activated. */
enum mn_heard {
	MN_HEARD_NOTHING = 0,
	MN_HEARD_AGREED = 1,	/* it is a target of this source */
	MN_HEARD_REFUSED = 2,	/* it is not: it has taken over, or has another history */
};

/* What becomes of them now. */
enum mn_meta_way {
	MN_META_FINE = 0,	/* the metadata can be written */
	MN_META_WAIT = 1,	/* the other copies are being asked: they wait, for 10 s at most */
	MN_META_STOP = 2,	/* they fail */
	MN_META_CONTINUE = 3,	/* they go on, and nothing is tracked durably */
};

/* What an old source has, and the newer one has not, is overwritten: after it was saved? */
enum mn_keep_lost_writes {
	MN_KEEP_LOST_WRITES_NO = 0,
	MN_KEEP_LOST_WRITES_YES = 1,
};

/* That, of an old source which has heard of a newer one, as to the mirror with that one. */
enum mn_lost_writes {
	MN_LOST_WRITES_NONE = 0,	/* nothing is waited for */
	MN_LOST_WRITES_WANTED = 1,	/* MN_CMD_LOST_WRITES_SAVED is; it stays a locked source */
	MN_LOST_WRITES_SAVED = 2,	/* ... was; it becomes a target when all are so far */
};

/* What a running resync waits for. */
enum mn_resync_wait {
	MN_RESYNC_WAIT_NONE = 0,	/* nothing, or there is none */
	MN_RESYNC_WAIT_DISK = 1,	/* a read of the source's data device */
	MN_RESYNC_WAIT_WRITES = 2,	/* a write under way to the block that is next */
	MN_RESYNC_WAIT_MEMORY = 3,
	MN_RESYNC_WAIT_LIMIT = 4,	/* resync-bandwidth-limit */
	MN_RESYNC_WAIT_TARGET = 5,	/* acknowledgements */
	MN_RESYNC_WAIT_TURN = 6,	/* it has not begun: parallel-resyncs */
};

enum mn_event_class {
	MN_EVENT_STATE = 1,	/* OLD, NEW: enum mn_mirror_state */
	MN_EVENT_ROLE,		/* OLD, NEW: enum mn_role */
	MN_EVENT_LINK,		/* OLD, NEW: enum mn_link_state; both up: it is to be renewed */
	MN_EVENT_RESYNC,	/* OLD, NEW: enum mn_resync_phase */
	MN_EVENT_LOCK,		/* OLD, NEW: enum mn_lock_reason */
	MN_EVENT_DISK,		/* NEW: errno of the data device */
	/*
	 * NEW: errno of the metadata device; OLD: enum mn_meta_way that is in force from now on, 0:
	 * it has just failed. With PEER_UUID: at a target, the source's metadata device.
	 */
	MN_EVENT_METADATA,
	MN_EVENT_SPLIT_BRAIN,
	MN_EVENT_PEER,		/* the peer broke the protocol or refused us */
	MN_EVENT_CONFIG,	/* a volume or mirror came or went */
	MN_EVENT_FENCE,		/* OLD, NEW: enum mn_fence; with VOLUME_GENERATION */
	MN_EVENT_LOST_WRITES,	/* OLD, NEW: enum mn_lost_writes; to none: they are given up now */
};

enum mn_severity {
	MN_SEVERITY_INFO = 0,
	MN_SEVERITY_WARNING,
	MN_SEVERITY_ERROR,
	MN_SEVERITY_CRITICAL,
};

/*
 * Attributes. In brackets the type; times are nanoseconds since the epoch
 * (CLOCK_REALTIME), shown to people and never used for a decision.
 */
enum mn_attr {
	MN_A_UNSPEC,
	MN_A_PAD,
	/* what a request is about */
	MN_A_VOLUME_UUID,	/* binary, MN_UUID_LEN */
	MN_A_VOLUME_NAME,	/* string, 1..MN_NAME_MAX */
	MN_A_NODE_UUID,		/* binary: this node */
	MN_A_PEER_UUID,		/* binary: the other node of the mirror */
	MN_A_META_PATH,		/* string: metadata device */
	MN_A_DATA_PATH,		/* string: data device */
	MN_A_META_BYTES,	/* u64 */
	MN_A_SECTORS,		/* u64: size of the volume in 512-byte sectors */
	MN_A_SECTOR_SIZE,	/* u32: logical sector size in bytes */
	MN_A_REGION_BYTES,	/* u32: power of two, 64 KiB..64 MiB; default 1 MiB */
	MN_A_INTENT_LIMIT,	/* u32: regions, 16..65536; default 256 */
	MN_A_FORCE,		/* flag */
	MN_A_READ_ONLY,		/* flag */
	MN_A_ROLE,		/* u8, enum mn_role */
	MN_A_MIRROR_BLANK,	/* flag */
	MN_A_MIRROR_IN_SYNC,	/* flag */
	MN_A_RESYNC_FULL,	/* flag */
	MN_A_LINK_FD,		/* s32 */
	MN_A_LINK_INITIATOR,	/* flag: this side speaks first */
	MN_A_LINK_ENCRYPTED,	/* flag: kTLS is installed; shown in status */
	MN_A_RANGES,		/* nest of MN_A_RANGE */
	MN_A_RANGE,		/* binary, struct mn_range */
	/* of a volume */
	MN_A_VOLUME_DEV,	/* u32: minor of the dm device; 0xffffffff: none */
	MN_A_VOLUME_DATA_DEV,	/* string "major:minor" */
	MN_A_VOLUME_META_DEV,	/* string "major:minor" */
	MN_A_VOLUME_LOCKED,	/* u8, enum mn_lock_reason: 0 is unlocked */
	MN_A_VOLUME_READ_ONLY,	/* u8: 1 while it is unlocked for reading only */
	MN_A_VOLUME_WRITTEN,	/* u8: 1 for a target that was unlocked for writing */
	MN_A_VOLUME_DATA_STATE,	/* u8, enum mn_data_state */
	MN_A_VOLUME_DATA_SINCE,	/* u64, time */
	MN_A_VOLUME_GENERATION,	/* u64, as hexadecimal to people */
	MN_A_VOLUME_CLEAN,	/* u8: 1 when the last stop was an orderly one */
	MN_A_VOLUME_OPENERS,	/* u32 */
	MN_A_VOLUME_META_ERROR,	/* u32: errno of the metadata device, 0 = none */
	MN_A_VOLUME_INTENT_REGIONS, /* u32: regions with a durable intent now */
	MN_A_VOLUME_INTENT_WRITES, /* u64: sectors of the intent log written */
	MN_A_VOLUME_BITMAP_WRITES, /* u64: sectors of bitmaps written */
	MN_A_VOLUME_WRITE_NUMBER, /* u64: volume-wide number of the last write */
	/* of a mirror */
	MN_A_MIRROR_SLOT,	/* u8 */
	MN_A_MIRROR_STATE,	/* s32, enum mn_mirror_state */
	MN_A_MIRROR_REASON,	/* u8, enum mn_reason */
	MN_A_MIRROR_ENDS_BY_ITSELF, /* u8 */
	MN_A_MIRROR_SINCE,	/* u64, time */
	MN_A_MIRROR_LINK,	/* u8, enum mn_link_state */
	MN_A_MIRROR_ENCRYPTED,	/* u8 */
	MN_A_MIRROR_DIRTY_BLOCKS, /* u64 */
	MN_A_MIRROR_UNSENT_BLOCKS, /* u64 */
	MN_A_MIRROR_TOTAL_BLOCKS, /* u64 */
	MN_A_MIRROR_FULL_NEEDED, /* u8 */
	MN_A_MIRROR_BASE_GENERATION, /* u64 */
	MN_A_MIRROR_PEER_ROLE,	/* u8; of the peer, while the link is up */
	MN_A_MIRROR_PEER_DATA_STATE, /* u8 */
	MN_A_MIRROR_RECONNECTS,	/* u64 */
	MN_A_MIRROR_ELAPSED,	/* u64: seconds in mirroring */
	MN_A_MIRROR_QUEUE_LENGTH, /* u64: writes not yet applied */
	MN_A_MIRROR_QUEUE_BYTES, /* u64 */
	MN_A_MIRROR_QUEUE_AGE,	/* u64: ms of the oldest */
	MN_A_MIRROR_SENT_BYTES,	/* u64: payload and headers */
	MN_A_MIRROR_RECEIVED_BYTES, /* u64 */
	MN_A_MIRROR_UNCOMPRESSED_BYTES, /* u64: SENT_BYTES, had nothing been compressed */
	MN_A_MIRROR_COMPRESSION, /* u8, enum mn_compression */
	MN_A_MIRROR_SEQUENCE,	/* u64: last sequence of the stream */
	MN_A_MIRROR_APPLIED,	/* u64: watermark */
	MN_A_MIRROR_STABLE,	/* u64: watermark */
	/* of a resync: the running one, or the last one */
	MN_A_RESYNC_PHASE,	/* u8, enum mn_resync_phase */
	MN_A_RESYNC_BEGUN,	/* u64: blocks it began with */
	MN_A_RESYNC_SENT,	/* u64: blocks sent so far */
	MN_A_RESYNC_ZERO,	/* u64: of these as zeroes, without payload */
	MN_A_RESYNC_BYTES,	/* u64: payload bytes sent for it */
	MN_A_RESYNC_CURRENT,	/* u64: block the cursor stands at */
	MN_A_RESYNC_PASS,	/* u32 */
	MN_A_RESYNC_NEW_WRITES,	/* u64: writes mirrored live meanwhile */
	MN_A_RESYNC_ELAPSED,	/* u64: ms */
	MN_A_RESYNC_PROGRESS,	/* u64: time of the last block sent */
	MN_A_RESYNC_UNREADABLE,	/* u64: blocks which could not be read */
	/* options, SPEC 9 */
	MN_A_OPT_PING_INTERVAL,	/* u32: ms, 100..60000 */
	MN_A_OPT_MAX_PING_MISSES, /* u32: 2..100 */
	MN_A_OPT_STALL_TIMEOUT,	/* u32: ms, 1000..600000 */
	MN_A_OPT_RESYNC_READS,	/* u32: 1..1024 blocks */
	MN_A_OPT_QUEUE_HIGH_WATER, /* u32: writes, 0 or 100..10000000 */
	MN_A_OPT_QUEUE_BYTE_LIMIT, /* u32: MiB, 0..65536 */
	MN_A_OPT_MODE,		/* u32, enum mn_mode */
	MN_A_OPT_ON_QUEUE_LIMIT, /* u32, enum mn_on_queue_limit */
	MN_A_OPT_ASYNC_FLUSH,	/* u32, enum mn_async_flush */
	MN_A_OPT_COMPRESSION,	/* u32: 0..9 */
	MN_A_OPT_BANDWIDTH_LIMIT, /* u32: kbit/s, 0 or 64..1000000000 */
	MN_A_OPT_RESYNC_BANDWIDTH_LIMIT, /* u32: kbit/s, 0 or 64..1000000000 */
	/* of an event */
	MN_A_EVENT_CLASS,	/* u8, enum mn_event_class */
	MN_A_EVENT_SEVERITY,	/* u8, enum mn_severity */
	MN_A_EVENT_NUMBER,	/* u64: counts on this node since module load */
	MN_A_EVENT_OLD,		/* s32 */
	MN_A_EVENT_NEW,		/* s32 */
	MN_A_EVENT_REASON,	/* u8, enum mn_reason */
	MN_A_EVENT_TIME,	/* u64, time */
	MN_A_EVENT_UPTIME,	/* u64: ns since boot */
	MN_A_EVENT_TEXT,	/* string: one sentence */
	/* later additions: numbers never change */
	MN_A_OPT_AUTO_RESYNC,	/* u32, enum mn_auto_resync */
	MN_A_OPT_MAX_RESYNC_PASSES, /* u32: 1..1000000 */
	MN_A_OPT_RESYNC_LOW_WATER, /* u32: blocks, 0..1000000000; 0: never delay writers */
	MN_A_OPT_RESYNC_BLOCK_WRITES_TIMEOUT, /* u32: ms, 0..3600000; 0: never delay writers */
	MN_A_RESYNC_WAITS_FOR,	/* u8, enum mn_resync_wait */
	MN_A_RESYNC_VERIFY,	/* flag */
	MN_A_RESYNC_COMPARED,	/* u64: blocks of which the sum was sent */
	MN_A_RESYNC_DIFFERED,	/* u64: of these, blocks which had another one at the target */
	/* fencing: options, and what a mirror says of it */
	MN_A_OPT_ON_SYNC_LOSS,	/* u32, enum mn_on_sync_loss */
	MN_A_OPT_FENCE_TIMEOUT,	/* u32: ms, 100..3600000 */
	MN_A_OPT_ON_FENCE_TIMEOUT, /* u32, enum mn_on_fence_timeout */
	MN_A_MIRROR_FENCE,	/* u8, enum mn_fence */
	MN_A_MIRROR_FENCE_GENERATION, /* u64: taken with the loss; 0: there was none */
	/*
	 * How long writes took, since the volume or the mirror is there. A histogram is
	 * MN_LATENCY_BUCKETS numbers (u64, of this machine's byte order): bucket i counts the
	 * writes that took at most 2^i us and that no earlier one counts; the last one all others.
	 */
	MN_A_VOLUME_LOCAL_LATENCY, /* binary: from its start to its end on the data device */
	MN_A_VOLUME_LOCAL_LATENCY_SUM, /* u64: us, of all of these writes */
	MN_A_MIRROR_REMOTE_LATENCY, /* binary: from queued until the target had applied it */
	MN_A_MIRROR_REMOTE_LATENCY_SUM, /* u64: us */
	MN_A_MIRROR_LAG_TIME,	/* u64: ms since the target lacks something; 0 but at the source */
	MN_A_MIRROR_LAG_BYTES,	/* u64: QUEUE_BYTES and 64 KiB for each dirty block; as above */
	MN_A_MIRROR_STALLS,	/* u64: how often writers waited for room, or a target stood */
	MN_A_MIRROR_STALL_TIME,	/* u64: ms of these */
	MN_A_OPT_ON_METADATA_ERROR, /* u32, enum mn_on_metadata_error */
	MN_A_VOLUME_META_WAY,	/* u8, enum mn_meta_way */
	MN_A_OPT_PARALLEL_RESYNCS, /* u32: of the node, 0..4096; 0: no limit */
	MN_A_NODE_RESYNCS,	/* u32: resyncs that this node sends now, and that count */
	MN_A_NODE_RESYNCS_WAITING, /* u32: of mirrors that wait for their turn */
	MN_A_LINK_RENEW,	/* u64, not 0: drawn by the initiator, the same at both ends */
	MN_A_MIRROR_RENEWALS,	/* u64: how often a link went on over a new socket */
	MN_A_VOLUME_HANDOVER,	/* u64: number of the last handover that this node began; 0: none */
	MN_A_VOLUME_HANDED_TO,	/* binary: to whom, while LOCKED is MN_LOCK_HANDED_OVER only */
	MN_A_MIRROR_OLD_BASE,	/* u64: what the peer had before MIRROR_BASE_GENERATION */
	MN_A_OPT_BOOT_WAIT,	/* u32: s, 0..86400; of a source that comes up */
	MN_A_OPT_BOOT_ALONE,	/* u32, enum mn_boot_alone */
	MN_A_VOLUME_BOOT,	/* u8, enum mn_boot */
	MN_A_MIRROR_HEARD,	/* u8, enum mn_heard; for a source that waits */
	MN_A_BITMAP_FIRST,	/* u64: block at which BITMAP begins */
	MN_A_BITMAP,		/* binary: a bit per block, the lowest first */
	MN_A_OPT_KEEP_LOST_WRITES, /* u32, enum mn_keep_lost_writes */
	MN_A_MIRROR_LOST_WRITES,	/* u8, enum mn_lost_writes */
	/*
	 * u8, enum mn_reason: why the peer ended the last link, as it said; none: it did not
	 * say, or they have greeted each other since. `user`: paused there by a person
	 */
	MN_A_MIRROR_PEER_REASON,
	__MN_A_MAX,
};

#define MN_A_MAX (__MN_A_MAX - 1)

/* A range of bytes of the volume. */
struct mn_range {
	__u64 start;
	__u64 length;
};

#endif
