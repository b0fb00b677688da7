/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * region_log: sets intents in groups and clears them when cold (L3; I1, I2)
 */
#ifndef MN_REGION_LOG_H
#define MN_REGION_LOG_H

#include "volume.h"

/*
 * Under track, any context: mn_regions_enter() gave this answer, and somebody waits. A full table
 * asks for clearing once: the works must not chase each other.
 */
void mn_region_ask(struct mn_volume *volume, enum mn_region_answer answer);

/* Work functions of the volume, on volume->wq. */
void mn_region_set_work(struct work_struct *work);
void mn_region_reclaim_work(struct work_struct *work);

/*
 * May block, not on volume->wq, which it waits for: raise the regions of the range for a write of
 * the target. Returns when all are set, or -EIO when their intent cannot be made durable.
 */
int mn_region_enter_wait(struct mn_volume *volume, u64 sector, u32 sectors);

/*
 * May block: flush the data device and let the regions know. A failure is returned, and also goes
 * to mn_write_flush_failed().
 */
int mn_region_flush(struct mn_volume *volume);

/*
 * May block, under volume->lock. At start after an unclean stop: intents into every bitmap,
 * durably, then cleared. An errno of the metadata device.
 */
int mn_region_recover(struct mn_volume *volume);
/*
 * May block; no write, link or work is under way any more. At an orderly stop: flush, bitmaps, then
 * clear the log. An errno of the device that failed.
 */
int mn_region_settle(struct mn_volume *volume);

#endif
