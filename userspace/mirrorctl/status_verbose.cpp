// SPDX-License-Identifier: GPL-2.0-or-later
//
// Everything that is known of volumes and mirrors: a paragraph each, below the table.
#include "mirrorctl/fields.hpp"
#include "mirrorctl/output.hpp"
#include "mirrorctl/status_text.hpp"
#include "ops/clock.hpp"

#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

std::string size_text(const json& from, const char* key)
{
    return fmt::format("{} ({} bytes)", ops::amount(number(from, key)), number(from, key));
}

std::string blocks_text(const json& mirror, const char* key, std::uint64_t block_bytes)
{
    return fmt::format("{} ({})", number(mirror, key),
                       ops::amount(number(mirror, key) * block_bytes));
}

std::string yes_or_no(const json& from, const char* key)
{
    return flag(from, key) ? "yes" : "no";
}

// With the number of the device where it is active.
std::string device_text(const json& volume, const char* path, const char* device)
{
    const auto dev = word(volume, device, "");
    return word(volume, path, "?") + (dev.empty() ? "" : " (" + dev + ")");
}

void add_active(Table& table, const json& volume)
{
    table.add({"  data state", word(volume, "data_state") + " since " +
                                   ops::local_time(number(volume, "data_since_ns"))});
    table.add({"  generation", word(volume, "generation")});
    table.add({"  stopped in order before", yes_or_no(volume, "clean")});
    table.add({"  sector size", fmt::format("{} bytes", number(volume, "sector_size"))});
    table.add({"  open", fmt::format("{} times", number(volume, "openers"))});
    table.add({"  intent log", fmt::format("{} of {} regions of {} are set",
                                           number(volume, "intent_regions"),
                                           number(volume, "intent_limit"),
                                           ops::amount(number(volume, "intent_region_bytes")))});
    table.add({"  metadata error", number(volume, "meta_error")
                                       ? fmt::format("errno {}, writes without an intent: {}",
                                                     number(volume, "meta_error"),
                                                     word(volume, "meta_way"))
                                       : "none"});
}

std::string volume_details(const json& volume)
{
    Table table({word(volume, "name"), ""});
    table.add({"  UUID", word(volume, "id", "unknown")});
    table.add({"  level", word(volume, "level")});
    table.add({"  configured", yes_or_no(volume, "configured")});
    table.add({"  size", size_text(volume, "bytes")});
    table.add({"  data device", device_text(volume, "data_device", "data_dev")});
    table.add({"  metadata", device_text(volume, "meta_path", "meta_dev")});
    if (flag(volume, "active"))
        add_active(table, volume);
    return table.print();
}

std::string peer_text(const json& mirror)
{
    const auto& peer = mirror.at("peer");
    return fmt::format("{}, role {}, data {}", word(peer, "id"), word(peer, "role", "unknown"),
                       word(peer, "data_state", "unknown"));
}

std::string partial_text(const json& mirror)
{
    const auto partial = word(mirror, "partial", "unknown");
    if (partial == "no")
        return "full, because " + word(mirror, "full_because");
    return partial == "yes" ? "partial, as far as this node knows" : "not known on this node";
}

std::string link_text(const json& mirror)
{
    return fmt::format("{}, {}, {} so far", word(mirror, "link"),
                       flag(mirror, "encrypted") ? "encrypted" : "not encrypted",
                       number(mirror, "reconnects"));
}

std::string queue_text(const json& mirror)
{
    return fmt::format("{} writes, {}, the oldest waits for {} ms", number(mirror, "queue_writes"),
                       ops::amount(number(mirror, "queue_bytes")), number(mirror, "queue_age_ms"));
}

std::string milliseconds(std::uint64_t ms)
{
    return ms < 10'000 ? fmt::format("{} ms", ms) : ops::duration(ms / 1000);
}

std::string lag_text(const json& mirror)
{
    if (number(mirror, "lag_ms") == 0 && number(mirror, "lag_bytes") == 0)
        return "none";
    return fmt::format("{}, the oldest for {}", ops::amount(number(mirror, "lag_bytes")),
                       milliseconds(number(mirror, "lag_ms")));
}

std::string stalls_text(const json& mirror)
{
    return fmt::format("{}, {} in all", number(mirror, "stalls"),
                       milliseconds(number(mirror, "stall_ms")));
}

// Whether it is asked for is not known without a link; what it did is.
std::string compression_text(const json& mirror)
{
    const auto now = word(mirror, "link") == "up" ? word(mirror, "compression", "off") : "no link";
    const auto without = number(mirror, "uncompressed_bytes");
    if (without == number(mirror, "sent_bytes"))
        return now + "; nothing was compressed so far";
    return fmt::format("{}; without it {} would have been sent so far", now, ops::amount(without));
}

std::string last_resync_text(const json& resync)
{
    if (number(resync, "elapsed_ms") == 0)
        return "none since the volume is active";
    const auto compared = number(resync, "compared_blocks");
    const auto verified = compared == 0 ? "" : fmt::format("compared {} blocks, {} differed; ", compared,
                                                           number(resync, "differed_blocks"));
    return fmt::format("{}sent {} of {} blocks ({} of them zero, {} unreadable) in {}, last at {}", verified,
                       number(resync, "sent_blocks"), number(resync, "begun_blocks"),
                       number(resync, "zero_blocks"), number(resync, "unreadable_blocks"),
                       ops::duration(number(resync, "elapsed_ms") / 1000),
                       ops::local_time(number(resync, "last_progress_ns")));
}

std::string state_text(const json& mirror)
{
    const auto reason = word(mirror, "reason");
    return fmt::format("{}{} since {}", word(mirror, "state"), reason == "none" ? "" : " (" + reason + ")",
                       ops::local_time(number(mirror, "since_ns")));
}

std::string mirror_details(const json& volume, const json& mirror)
{
    const auto block = number(volume, "block_bytes");
    Table table({word(volume, "name") + "@" + word(mirror, "node"), ""});
    table.add({"  other node", peer_text(mirror)});
    table.add({"  level", word(mirror, "level")});
    table.add({"  mode", word(mirror, "mode")});
    table.add({"  state", state_text(mirror)});
    if (word(mirror, "state") != "mirroring")
        table.add({"  ends by itself", yes_or_no(mirror, "ends_by_itself")});
    table.add({"  next resync", partial_text(mirror)});
    table.add({"  link", link_text(mirror)});
    table.add({"  blocks", fmt::format("{}", number(mirror, "total_blocks"))});
    table.add({"  dirty blocks", word(mirror, "state") == "broken" ? "not tracked" : blocks_text(mirror, "dirty_blocks", block)});
    table.add({"  never sent", blocks_text(mirror, "unsent_blocks", block)});
    if (const auto fence = word(mirror, "fence", "none"); fence != "none")
        table.add({"  fence", fence});
    table.add({"  queue", queue_text(mirror)});
    if (word(volume, "role") == "source") {
        table.add({"  lag", lag_text(mirror)});
        table.add({"  stalls of writers", stalls_text(mirror)});
    }
    table.add({"  sent, received", ops::amount(number(mirror, "sent_bytes")) + ", " +
                                       ops::amount(number(mirror, "received_bytes"))});
    table.add({"  compression", compression_text(mirror)});
    table.add({"  last write", fmt::format("{}, applied {}, stable {}", number(mirror, "sequence"),
                                           number(mirror, "applied"), number(mirror, "stable"))});
    table.add({"  resync", last_resync_text(mirror.at("resync"))});
    if (word(mirror.at("resync"), "phase") != "none")
        table.add({"  resync waits for", word(mirror.at("resync"), "waits_for")});
    return table.print();
}

} // namespace

std::string status_verbose(const json& report)
{
    std::string text = status_text(report);
    for (const auto& volume : report.at("volumes")) {
        text += "\n\n" + volume_details(volume);
        for (const auto& mirror : volume.at("mirrors"))
            text += "\n" + mirror_details(volume, mirror);
    }
    return text;
}

} // namespace mirrornet::ctl
