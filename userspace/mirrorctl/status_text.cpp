// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/status_text.hpp"

#include "mirrorctl/fields.hpp"
#include "mirrorctl/output.hpp"
#include "mirrorctl/status_remarks.hpp"
#include "ops/clock.hpp"

#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

using ops::amount;
using ops::duration;
using ops::local_time;

std::string lock_word(const json& volume)
{
    if (!flag(volume, "active"))
        return "-";
    if (!flag(volume, "locked"))
        return flag(volume, "read_only") ? "unlocked (read-only)" : "unlocked";
    return "locked (" + word(volume, "lock_reason") + ")";
}

std::string volume_state(const json& volume)
{
    return flag(volume, "active") ? word(volume, "data_state") : "not active";
}

std::string link_word(const json& mirror)
{
    const auto link = word(mirror, "link");
    return link == "up" && !flag(mirror, "encrypted") ? "up (plain)" : link;
}

std::string reason_word(const json& mirror)
{
    const auto reason = word(mirror, "reason");
    return reason == "none" ? "-" : reason;
}

// A broken mirror does not track what is written.
std::string dirty_word(const json& mirror)
{
    return word(mirror, "state") == "broken" ? "-" : std::to_string(number(mirror, "dirty_blocks"));
}

// "since T" of a target that lost its source is when it was last in touch.
std::string advice_text(const json& mirror)
{
    auto advice = word(mirror, "advice", "");
    if (!flag(mirror, "disconnected"))
        return advice;
    return "disconnected since " + local_time(number(mirror, "since_ns")) + ": " + advice;
}

// What the target does not have yet, where that is not the usual state of things.
std::string queue_remark(const json& mirror)
{
    const bool usual = word(mirror, "state") == "mirroring" && word(mirror, "mode") == "sync";
    if (usual || !number(mirror, "queue_writes"))
        return {};
    const auto bytes = number(mirror, "queue_bytes"); // flushes and zeroes have none
    return fmt::format("{} writes{} are queued for the target, the oldest for {} s", number(mirror, "queue_writes"),
                       bytes ? " (" + amount(bytes) + ")" : "", number(mirror, "queue_age_ms") / 1000);
}

// What writes wait for, or do not wait for any more though they should.
std::string fence_remark(const json& mirror)
{
    const auto fence = word(mirror, "fence", "none");
    if (fence == "wanted")
        return "writes wait until node " + word(mirror, "node") +
               " has marked its copy outdated, or a hook in fence.d says that this copy will not "
               "be promoted";
    if (fence == "expired")
        return "nobody confirmed that this copy will not be promoted: do not use it on node " +
               word(mirror, "node");
    return {};
}

std::string next_resync_text(const json& mirror)
{
    const auto because = word(mirror, "full_because", "");
    return because.empty() ? "" : "the next resync will be full because " + because;
}

void add_volume(Table& table, const json& volume)
{
    const std::vector<std::string> about{word(volume, "name"), word(volume, "role"),
                                         lock_word(volume), volume_state(volume)};
    if (volume.at("mirrors").empty()) {
        auto row = about;
        row.insert(row.end(), {"-", "-", "-", "-", "-", "-"});
        table.add(row);
    }
    for (const auto& mirror : volume.at("mirrors")) {
        auto row = about;
        row.insert(row.end(), {word(mirror, "node"), word(mirror, "state"),
                               reason_word(mirror), link_word(mirror), dirty_word(mirror),
                               local_time(number(mirror, "since_ns"))});
        table.add(row);
    }
}

void add_remark(std::string& text, const std::string& about, const std::string& remark)
{
    if (!remark.empty())
        text += "\n" + about + ": " + remark;
}

std::string remarks(const json& volume)
{
    std::string text;
    const auto name = word(volume, "name");
    add_remark(text, name, maintenance_remark(volume));
    add_remark(text, name, manager_remark(volume));
    add_remark(text, name, word(volume, "advice", ""));
    if (flag(volume, "written"))
        add_remark(text, name, "this target was opened for writing: continue, or a resync, overwrites "
                               "what was written here");
    for (const auto& mirror : volume.at("mirrors")) {
        const auto pair = name + "@" + word(mirror, "node");
        add_remark(text, pair, progress_text(mirror, number(volume, "block_bytes")));
        add_remark(text, pair, queue_remark(mirror));
        add_remark(text, pair, fence_remark(mirror));
        add_remark(text, pair, advice_text(mirror));
        add_remark(text, pair, next_resync_text(mirror));
    }
    return text;
}

std::string or_dash(const std::string& text)
{
    return text.empty() ? "-" : text;
}

// What cannot be read, which is not about one volume.
std::string errors_text(const json& report)
{
    std::string text;
    for (const auto& error : report.value("errors", json::array()))
        add_remark(text, "cannot be read", error.get<std::string>());
    return text;
}

// Without volumes that would be seen nowhere else.
std::string node_text(const json& report)
{
    std::string text;
    add_remark(text, "this node", maintenance_remark(report));
    return text + errors_text(report);
}

std::string brief_line(const json& volume, const json& mirror)
{
    return fmt::format("{}@{} {} {} {} {}", word(volume, "name"), word(mirror, "node"),
                       word(volume, "role"), word(mirror, "state"), word(mirror, "reason"),
                       word(mirror, "level"));
}

// Of a volume that has no mirror, or of which nothing is known but that it is not active.
std::string brief_line(const json& volume)
{
    return fmt::format("{} {} {} none {}", word(volume, "name"), word(volume, "role"),
                       flag(volume, "active") ? "none" : "inactive",
                       word(volume, "level"));
}

} // namespace

std::string progress_text(const json& mirror, std::uint64_t block_bytes)
{
    const auto& resync = mirror.at("resync");
    if (!resync.at("percent").is_number())
        return {};
    const auto percent = resync.at("percent").get<double>();
    std::string text = fmt::format("{} {:5.1f} %  {} left", progress_bar(percent), percent,
                                   amount(number(mirror, "dirty_blocks") * block_bytes));
    if (number(resync, "compared_blocks"))
        text += fmt::format(" to compare  {} blocks compared, {} differed", number(resync, "compared_blocks"),
                            number(resync, "differed_blocks"));
    if (resync.at("bytes_per_second").is_number())
        text += "  " + amount(number(resync, "bytes_per_second")) + "/s";
    if (resync.at("seconds_left").is_number())
        text += "  " + duration(number(resync, "seconds_left")) + " left";
    return text;
}

std::string status_text(const json& report)
{
    if (report.at("volumes").empty())
        return "no volumes on this node" + node_text(report);
    Table table({"VOLUME", "ROLE", "LOCK", "DATA", "MIRROR", "STATE", "REASON", "LINK", "DIRTY",
                 "SINCE"});
    std::string below;
    for (const auto& volume : report.at("volumes")) {
        add_volume(table, volume);
        below += remarks(volume);
    }
    add_remark(below, "this node", daemon_remark(report));
    below += errors_text(report);
    return table.print() + (below.empty() ? "" : "\n" + below);
}

std::string status_brief(const json& report)
{
    std::vector<std::string> lines;
    for (const auto& volume : report.at("volumes")) {
        if (volume.at("mirrors").empty())
            lines.push_back(brief_line(volume));
        for (const auto& mirror : volume.at("mirrors"))
            lines.push_back(brief_line(volume, mirror));
    }
    return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string list_text(const json& report)
{
    if (report.at("volumes").empty())
        return "no volumes" + errors_text(report);
    Table table({"VOLUME", "ROLE", "SIZE", "LEVEL", "DATA DEVICE", "METADATA", "MIRRORS"});
    std::string below = errors_text(report);
    for (const auto& volume : report.at("volumes")) {
        std::string mirrors;
        for (const auto& mirror : volume.at("mirrors"))
            mirrors += (mirrors.empty() ? "" : ",") + word(mirror, "node");
        table.add({word(volume, "name"), word(volume, "role"), number(volume, "bytes") ? amount(number(volume, "bytes")) : "-",
                   word(volume, "level"), or_dash(word(volume, "data_device")),
                   or_dash(word(volume, "meta_path")), or_dash(mirrors)});
        add_remark(below, word(volume, "name"), manager_remark(volume));
        if (!word(volume, "error", "").empty())
            add_remark(below, word(volume, "name"), word(volume, "advice", ""));
    }
    return table.print() + (below.empty() ? "" : "\n" + below);
}

} // namespace mirrornet::ctl
