// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/status_text.hpp"

#include "mirrorctl/output.hpp"
#include "ops/clock.hpp"

#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

using ops::amount;
using ops::duration;
using ops::local_time;

std::string word(const json& from, const char* key, const std::string& otherwise = "-")
{
    const auto found = from.find(key);
    return found == from.end() || !found->is_string() ? otherwise : found->get<std::string>();
}

std::uint64_t number(const json& from, const char* key)
{
    const auto found = from.find(key);
    return found == from.end() || !found->is_number() ? 0 : found->get<std::uint64_t>();
}

std::string lock_word(const json& volume)
{
    if (!volume.value("active", false))
        return "-";
    if (!volume.value("locked", true))
        return "unlocked";
    return "locked (" + word(volume, "lock_reason") + ")";
}

std::string volume_state(const json& volume)
{
    return volume.value("active", false) ? word(volume, "data_state") : "not active";
}

std::string link_word(const json& mirror)
{
    const auto link = word(mirror, "link");
    return link == "up" && !mirror.value("encrypted", false) ? "up (plain)" : link;
}

std::string reason_word(const json& mirror)
{
    const auto reason = word(mirror, "reason");
    return reason == "none" ? "-" : reason;
}

// "since T" of a target that lost its source is when it was last in touch.
std::string state_word(const json& volume, const json& mirror)
{
    const auto reason = word(mirror, "reason");
    const bool cut_off = word(volume, "role") == "target" && word(mirror, "state") == "paused" &&
                         (reason == "link-lost" || reason == "peer-silent");
    return cut_off ? "disconnected" : word(mirror, "state");
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
        row.insert(row.end(), {word(mirror, "node"), state_word(volume, mirror),
                               reason_word(mirror), link_word(mirror),
                               std::to_string(number(mirror, "dirty_blocks")),
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
    add_remark(text, name, word(volume, "advice", ""));
    for (const auto& mirror : volume.at("mirrors")) {
        const auto pair = name + "@" + word(mirror, "node");
        add_remark(text, pair, progress_text(mirror, number(volume, "block_bytes")));
        add_remark(text, pair, word(mirror, "advice", ""));
    }
    return text;
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
    if (resync.at("bytes_per_second").is_number())
        text += "  " + amount(number(resync, "bytes_per_second")) + "/s";
    if (resync.at("seconds_left").is_number())
        text += "  " + duration(number(resync, "seconds_left")) + " left";
    return text;
}

std::string status_text(const json& report)
{
    if (report.at("volumes").empty())
        return "no volumes on this node";
    Table table({"VOLUME", "ROLE", "LOCK", "DATA", "MIRROR", "STATE", "REASON", "LINK", "DIRTY",
                 "SINCE"});
    std::string below;
    for (const auto& volume : report.at("volumes")) {
        add_volume(table, volume);
        below += remarks(volume);
    }
    return table.print() + (below.empty() ? "" : "\n" + below);
}

std::string status_brief(const json& report)
{
    std::string text;
    for (const auto& volume : report.at("volumes"))
        for (const auto& mirror : volume.at("mirrors"))
            text += fmt::format("{}{}@{} {} {} {} {}", text.empty() ? "" : "\n",
                                word(volume, "name"), word(mirror, "node"), word(volume, "role"),
                                word(mirror, "state"), word(mirror, "reason"),
                                word(mirror, "level"));
    return text;
}

std::string list_text(const json& report)
{
    Table table({"VOLUME", "ROLE", "SIZE", "LEVEL", "DATA DEVICE", "METADATA", "MIRRORS"});
    for (const auto& volume : report.at("volumes")) {
        std::string mirrors;
        for (const auto& mirror : volume.at("mirrors"))
            mirrors += (mirrors.empty() ? "" : ",") + word(mirror, "node");
        table.add({word(volume, "name"), word(volume, "role"), amount(number(volume, "bytes")),
                   word(volume, "level"), word(volume, "data_device"),
                   word(volume, "meta_path"), mirrors.empty() ? "-" : mirrors});
    }
    return table.print();
}

} // namespace mirrornet::ctl
