// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/json.hpp"

#include "ops/create/used_blocks.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

constexpr std::uint64_t ns_per_second = 1'000'000'000;

std::string generation(std::uint64_t id)
{
    return fmt::format("{:016x}", id);
}

json resync_to_json(const MirrorStatus& mirror)
{
    const auto& resync = mirror.record.resync;
    return {{"phase", to_string(resync.phase)},
            {"begun_blocks", resync.begun},
            {"sent_blocks", resync.sent},
            {"zero_blocks", resync.zero},
            {"unreadable_blocks", resync.unreadable},
            {"sent_bytes", resync.bytes},
            {"current_block", resync.current_block},
            {"pass", resync.pass},
            {"new_writes", resync.new_writes},
            {"elapsed_ms", resync.elapsed_ms},
            {"last_progress_ns", resync.progress_at},
            {"compared_blocks", resync.compared},
            {"differed_blocks", resync.differed},
            {"waits_for", resync.waits_for},
            {"percent", mirror.percent()},
            {"bytes_per_second", mirror.bytes_per_second()},
            {"seconds_left", mirror.seconds_left()}};
}

json peer_to_json(const nl::MirrorRecord& record)
{
    json peer{{"id", record.peer}, {"role", record.peer_role}, {"data_state", record.peer_data}, {"reason", nullptr}};
    if (record.peer_reason != Reason::none)
        peer["reason"] = record.peer_reason;
    return peer;
}

json record_to_json(const nl::VolumeRecord& record)
{
    return {{"role", record.role},
            {"locked", record.locked()},
            {"lock_reason", record.lock},
            {"read_only", record.read_only},
            {"written", record.written},
            {"data_state", record.data},
            {"data_since_ns", record.data_since},
            {"generation", generation(record.generation)},
            {"clean", record.clean},
            {"minor", record.minor},
            {"data_dev", record.data_dev},
            {"meta_dev", record.meta_dev},
            {"sector_size", record.sector_size},
            {"openers", record.openers},
            {"meta_error", record.meta_error},
            {"meta_way", record.meta_way},
            {"boot", record.boot},
            {"intent_region_bytes", record.region_bytes},
            {"intent_limit", record.intent_limit},
            {"intent_regions", record.intent_regions},
            {"intent_writes", record.intent_writes},
            {"bitmap_writes", record.bitmap_writes},
            {"write_number", record.write_number}};
}

json maintenance_to_json(const std::optional<InMaintenance>& maintenance)
{
    if (!maintenance)
        return nullptr;
    return {{"of", maintenance->of},
            {"reason", maintenance->what.reason},
            {"since_ns", maintenance->what.since * ns_per_second},
            {"until_ns", maintenance->what.until * ns_per_second},
            {"end", maintenance->command_to_end()}};
}

} // namespace

json to_json(const MirrorStatus& mirror)
{
    const auto& record = mirror.record;
    return {{"node", mirror.node},
            {"peer", peer_to_json(record)},
            {"level", mirror.level},
            {"advice", mirror.advice},
            {"disconnected", mirror.disconnected},
            {"partial", mirror.partial},
            {"full_because", mirror.full_because},
            {"slot", record.slot},
            {"state", record.state},
            {"state_code", static_cast<int>(record.state)},
            {"reason", record.reason},
            {"ends_by_itself", record.ends_by_itself && !is_paused_there(record)},
            {"since_ns", record.since},
            {"link", record.link},
            {"encrypted", record.encrypted},
            {"mode", record.mode},
            {"async_flush", print_value(spec_of(Option::async_flush), record.async_flush)},
            {"fence", record.fence},
            {"lost_writes", record.lost_writes},
            {"heard", record.heard},
            {"dirty_blocks", record.dirty_blocks},
            {"unsent_blocks", record.unsent_blocks},
            {"total_blocks", record.total_blocks},
            {"full_needed", record.full_needed},
            {"base_generation", generation(record.base_generation)},
            {"old_base_generation", generation(record.old_base)},
            {"reconnects", record.reconnects},
            {"renewals", record.renewals},
            {"mirroring_seconds", record.elapsed_s},
            {"queue_writes", record.queue_length},
            {"queue_bytes", record.queue_bytes},
            {"queue_age_ms", record.queue_age_ms},
            {"lag_ms", record.lag_ms},
            {"lag_bytes", record.lag_bytes},
            {"stalls", record.stalls},
            {"stall_ms", record.stall_ms},
            {"sent_bytes", record.sent_bytes},
            {"received_bytes", record.received_bytes},
            {"uncompressed_bytes", record.uncompressed_bytes},
            {"compression", record.compressing},
            {"sequence", record.sequence},
            {"applied", record.applied},
            {"stable", record.stable},
            {"resync", resync_to_json(mirror)}};
}

json to_json(const VolumeStatus& volume)
{
    json result{{"name", volume.name},
                {"id", volume.id.is_nil() ? json() : json(volume.id)},
                {"configured", volume.configured},
                {"active", volume.record.has_value()},
                {"bytes", volume.bytes},
                {"block_bytes", block_bytes},
                {"data_device", volume.data_device},
                {"meta_path", volume.meta_path},
                {"allowed_roles", volume.allowed.to_string()},
                {"level", volume.level},
                {"advice", volume.advice},
                {"error", volume.error},
                {"maintenance", maintenance_to_json(volume.maintenance)},
                {"manager", volume.manager},
                {"mirrors", json::array()}};
    if (volume.record)
        result.update(record_to_json(*volume.record));
    for (const auto& mirror : volume.mirrors)
        result["mirrors"].push_back(to_json(mirror));
    return result;
}

json to_json(const StatusReport& report)
{
    json result{{"node", report.node},
                {"level", report.level()},
                {"errors", report.errors},
                {"maintenance", maintenance_to_json(report.maintenance)},
                {"daemon_runs", report.daemon},
                {"volumes", json::array()}};
    for (const auto& volume : report.volumes)
        result["volumes"].push_back(to_json(volume));
    return result;
}

} // namespace mirrornet::ops
