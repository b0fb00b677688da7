// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/options.hpp"

namespace mirrornet::nl {

namespace {

// The units of both tables are the same: ms, blocks, writes, MiB, kbit/s; words are counted in one order.
constexpr KernelOption table[] = {
    {Option::ping_interval, MN_A_OPT_PING_INTERVAL},
    {Option::max_ping_misses, MN_A_OPT_MAX_PING_MISSES},
    {Option::stall_timeout, MN_A_OPT_STALL_TIMEOUT},
    {Option::resync_reads, MN_A_OPT_RESYNC_READS},
    {Option::write_queue_high_water, MN_A_OPT_QUEUE_HIGH_WATER},
    {Option::write_queue_byte_limit, MN_A_OPT_QUEUE_BYTE_LIMIT},
    {Option::mode, MN_A_OPT_MODE, MN_MODE_SYNC},
    {Option::on_queue_limit, MN_A_OPT_ON_QUEUE_LIMIT, MN_ON_QUEUE_LIMIT_PAUSE},
    {Option::async_flush, MN_A_OPT_ASYNC_FLUSH, MN_ASYNC_FLUSH_BARRIER},
    {Option::compression, MN_A_OPT_COMPRESSION},
    {Option::bandwidth_limit, MN_A_OPT_BANDWIDTH_LIMIT},
    {Option::resync_bandwidth_limit, MN_A_OPT_RESYNC_BANDWIDTH_LIMIT},
    {Option::auto_resync, MN_A_OPT_AUTO_RESYNC, MN_AUTO_RESYNC_PARTIAL},
    {Option::max_resync_passes, MN_A_OPT_MAX_RESYNC_PASSES},
    {Option::resync_low_water, MN_A_OPT_RESYNC_LOW_WATER},
    {Option::resync_block_writes_timeout, MN_A_OPT_RESYNC_BLOCK_WRITES_TIMEOUT},
    {Option::on_sync_loss, MN_A_OPT_ON_SYNC_LOSS, MN_ON_SYNC_LOSS_CONTINUE},
    {Option::fence_timeout, MN_A_OPT_FENCE_TIMEOUT},
    {Option::on_fence_timeout, MN_A_OPT_ON_FENCE_TIMEOUT, MN_ON_FENCE_TIMEOUT_STOP},
    {Option::on_metadata_error, MN_A_OPT_ON_METADATA_ERROR, MN_ON_METADATA_ERROR_STOP},
    {Option::boot_wait, MN_A_OPT_BOOT_WAIT},
    {Option::boot_alone, MN_A_OPT_BOOT_ALONE, MN_BOOT_ALONE_SAFE},
    {Option::keep_lost_writes, MN_A_OPT_KEEP_LOST_WRITES, MN_KEEP_LOST_WRITES_NO},
};

} // namespace

std::span<const KernelOption> kernel_options()
{
    return table;
}

} // namespace mirrornet::nl
