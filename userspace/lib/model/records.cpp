// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/records.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace mirrornet {

namespace {

constexpr std::uint64_t sector_size = 512;
constexpr std::size_t longest_path = 1023;
constexpr std::size_t most_addresses = 32;

void require(bool condition, const std::string& message)
{
    if (!condition)
        throw Error(ExitStatus::usage, message);
}

// No control character may reach a log line, a udev rule or a dm table.
bool is_clean(std::string_view text)
{
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    });
}

void check_path(std::string_view key, std::string_view path)
{
    require(path.starts_with('/') && path.size() <= longest_path && is_clean(path),
            std::string(key) + " is \"" + printable(path) +
                "\"; allowed: an absolute path of up to 1023 characters");
}

void check_identity(std::string_view key, std::string_view id)
{
    require(id.size() <= longest_path && is_clean(id),
            std::string(key) + " is \"" + printable(id) + "\"; allowed: printable text");
}

// TOML knows signed numbers only.
void check_version(std::uint64_t version)
{
    require(version >= 1 && version <= std::numeric_limits<std::int64_t>::max(),
            "version must be 1 or more");
}

void check_maintenance(const std::optional<Maintenance>& maintenance)
{
    if (maintenance)
        maintenance->check();
}

} // namespace

std::uint16_t default_port()
{
    return static_cast<std::uint16_t>(spec_of(Option::port).fallback);
}

std::uint16_t NodeConfig::port() const
{
    return static_cast<std::uint16_t>(options.get(Option::port));
}

void NodeConfig::check() const
{
    check_name("node", name);
    require(!id.is_nil(), "uuid of the node must not be all zeroes");
    require(listen.size() <= most_addresses, "listen has more than 32 addresses");
    check_version(version);
    check_maintenance(maintenance);
}

void PeerConfig::check() const
{
    check_name("node", name);
    require(!id.is_nil(), "uuid of the node must not be all zeroes");
    require(addresses.size() <= most_addresses, "addresses has more than 32 entries");
}

bool MirrorConfig::joins(std::string_view a, std::string_view b) const
{
    return (first == a && second == b) || (first == b && second == a);
}

bool JobConfig::has(const std::string& volume) const
{
    return std::find(volumes.begin(), volumes.end(), volume) != volumes.end();
}

void JobConfig::check() const
{
    check_name("job", name);
    require(!id.is_nil(), "uuid of the job must not be all zeroes");
    check_version(version);
    check_maintenance(maintenance);
    const auto is_control = [](unsigned char letter) { return letter < ' ' || letter == 127; };
    require(description.size() <= 255 && std::none_of(description.begin(), description.end(), is_control),
            "the description is one line of at most 255 bytes");
    std::set<std::string> seen;
    for (const auto& volume : volumes)
        require(seen.insert(check_name("volume", volume)).second, "volume " + volume + " is listed twice");
}

const VolumeNode* VolumeConfig::find_node(std::string_view node) const
{
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const auto& each) { return each.name == node; });
    return found == nodes.end() ? nullptr : &*found;
}

const VolumeNode* VolumeConfig::find_node(const NodeId& node) const
{
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [&](const auto& each) { return each.id == node; });
    return found == nodes.end() ? nullptr : &*found;
}

const MirrorConfig* VolumeConfig::find_mirror(std::string_view a, std::string_view b) const
{
    const auto found = std::find_if(mirrors.begin(), mirrors.end(),
                                    [&](const auto& each) { return each.joins(a, b); });
    return found == mirrors.end() ? nullptr : &*found;
}

void VolumeConfig::check() const
{
    check_name("volume", name);
    require(!id.is_nil(), "uuid of the volume must not be all zeroes");
    check_version(version);
    check_maintenance(maintenance);
    if (!manager.empty())
        check_name("manager", manager);
    require(size > 0 && size <= std::numeric_limits<std::int64_t>::max() &&
                size % sector_size == 0,
            "size is " + std::to_string(size) + "; allowed: a multiple of 512 above 0");
    require(!nodes.empty() && nodes.size() <= most_targets + 1,
            "a volume has 1 to 9 nodes (a source and up to 8 targets)");
    std::set<std::string> names;
    std::set<NodeId> ids;
    for (const auto& node : nodes) {
        check_name("node", node.name);
        require(!node.id.is_nil(), "uuid of node " + node.name + " must not be all zeroes");
        require(names.insert(node.name).second && ids.insert(node.id).second,
                "node " + node.name + " (or its uuid) is listed twice");
    }
    std::set<std::set<std::string>> pairs;
    for (const auto& mirror : mirrors) {
        require(find_node(mirror.first) && find_node(mirror.second) &&
                    mirror.first != mirror.second,
                "mirror " + mirror.first + "/" + mirror.second +
                    " must name two different nodes of the volume");
        require(pairs.insert({mirror.first, mirror.second}).second,
                "mirror " + mirror.first + "/" + mirror.second + " is listed twice");
    }
}

void VolumeLocal::check() const
{
    check_path("data.device", data_device);
    check_identity("data.id", data_id);
    check_path("meta.path", meta_path);
    check_identity("meta.id", meta_id);
}

} // namespace mirrornet
