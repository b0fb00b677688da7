/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * trace: tracepoints of the data path (group mirror_net)
 *
 * A leaf for the engines (L3): it includes nothing of this module.
 * Parameters are plain numbers: `volume` is the device number (dev_t) of the
 * volume's data device, `slot` the mirror.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM mirror_net

#if !defined(MN_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define MN_TRACE_H

#include <linux/types.h>
#include <linux/kdev_t.h>
#include <linux/tracepoint.h>

/* A range of sectors of one volume is dealt with. */
DECLARE_EVENT_CLASS(mirror_net_range,
		    TP_PROTO(dev_t volume, u64 sector, u32 sectors, u32 op),
		    TP_ARGS(volume, sector, sectors, op),
		    TP_STRUCT__entry(__field(dev_t, volume)
				     __field(u64, sector)
				     __field(u32, sectors)
				     __field(u32, op)),
		    TP_fast_assign(__entry->volume = volume;
				   __entry->sector = sector;
				   __entry->sectors = sectors;
				   __entry->op = op;),
		    TP_printk("%u:%u sector %llu + %u op %u",
			      MAJOR(__entry->volume), MINOR(__entry->volume), __entry->sector,
			      __entry->sectors, __entry->op)
);

/* A write of a user arrived; op: enum req_op. */
DEFINE_EVENT(mirror_net_range, write_map,
	     TP_PROTO(dev_t volume, u64 sector, u32 sectors, u32 op),
	     TP_ARGS(volume, sector, sectors, op)
);

/* It waits for regions, memory or an older write; op: enum req_op. */
DEFINE_EVENT(mirror_net_range, write_parked,
	     TP_PROTO(dev_t volume, u64 sector, u32 sectors, u32 op),
	     TP_ARGS(volume, sector, sectors, op)
);

/* It returns to its user; op: blk_status_t. */
DEFINE_EVENT(mirror_net_range, write_end,
	     TP_PROTO(dev_t volume, u64 sector, u32 sectors, u32 op),
	     TP_ARGS(volume, sector, sectors, op)
);

/* Something of a stream: its sequence is known. */
DECLARE_EVENT_CLASS(mirror_net_stream,
		    TP_PROTO(dev_t volume, u8 slot, u64 sequence, u64 sector, u32 sectors),
		    TP_ARGS(volume, slot, sequence, sector, sectors),
		    TP_STRUCT__entry(__field(dev_t, volume)
				     __field(u8, slot)
				     __field(u64, sequence)
				     __field(u64, sector)
				     __field(u32, sectors)),
		    TP_fast_assign(__entry->volume = volume;
				   __entry->slot = slot;
				   __entry->sequence = sequence;
				   __entry->sector = sector;
				   __entry->sectors = sectors;),
		    TP_printk("%u:%u slot %u sequence %llu sector %llu + %u",
			      MAJOR(__entry->volume), MINOR(__entry->volume), __entry->slot,
			      __entry->sequence, __entry->sector, __entry->sectors)
);

/* The source put a write into a stream. */
DEFINE_EVENT(mirror_net_stream, leg_sent,
	     TP_PROTO(dev_t volume, u8 slot, u64 sequence, u64 sector, u32 sectors),
	     TP_ARGS(volume, slot, sequence, sector, sectors)
);

/* The resync cursor sent a block. */
DEFINE_EVENT(mirror_net_stream, resync_block,
	     TP_PROTO(dev_t volume, u8 slot, u64 sequence, u64 sector, u32 sectors),
	     TP_ARGS(volume, slot, sequence, sector, sectors)
);

/* The target starts to apply a frame. */
DEFINE_EVENT(mirror_net_stream, apply,
	     TP_PROTO(dev_t volume, u8 slot, u64 sequence, u64 sector, u32 sectors),
	     TP_ARGS(volume, slot, sequence, sector, sectors)
);

/* The target has acknowledged so far. */
TRACE_EVENT(acked,
	    TP_PROTO(dev_t volume, u8 slot, u64 applied, u64 stable),
	    TP_ARGS(volume, slot, applied, stable),
	    TP_STRUCT__entry(__field(dev_t, volume)
			     __field(u8, slot)
			     __field(u64, applied)
			     __field(u64, stable)),
	    TP_fast_assign(__entry->volume = volume;
			   __entry->slot = slot;
			   __entry->applied = applied;
			   __entry->stable = stable;),
	    TP_printk("%u:%u slot %u applied %llu stable %llu",
		      MAJOR(__entry->volume), MINOR(__entry->volume), __entry->slot,
		      __entry->applied, __entry->stable)
);

/* A mirror's state changed; enum mn_mirror_state, enum mn_reason. */
TRACE_EVENT(state,
	    TP_PROTO(dev_t volume, u8 slot, int old, int new, u8 reason),
	    TP_ARGS(volume, slot, old, new, reason),
	    TP_STRUCT__entry(__field(dev_t, volume)
			     __field(u8, slot)
			     __field(int, old)
			     __field(int, new)
			     __field(u8, reason)),
	    TP_fast_assign(__entry->volume = volume;
			   __entry->slot = slot;
			   __entry->old = old;
			   __entry->new = new;
			   __entry->reason = reason;),
	    TP_printk("%u:%u slot %u state %d -> %d reason %u",
		      MAJOR(__entry->volume), MINOR(__entry->volume), __entry->slot, __entry->old,
		      __entry->new, __entry->reason)
);

/* A group of intents was written; error: negative errno. */
TRACE_EVENT(intent_commit,
	    TP_PROTO(dev_t volume, u32 set, u32 cleared, int error),
	    TP_ARGS(volume, set, cleared, error),
	    TP_STRUCT__entry(__field(dev_t, volume)
			     __field(u32, set)
			     __field(u32, cleared)
			     __field(int, error)),
	    TP_fast_assign(__entry->volume = volume;
			   __entry->set = set;
			   __entry->cleared = cleared;
			   __entry->error = error;),
	    TP_printk("%u:%u set %u cleared %u error %d",
		      MAJOR(__entry->volume), MINOR(__entry->volume), __entry->set,
		      __entry->cleared, __entry->error)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
