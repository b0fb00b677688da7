// SPDX-License-Identifier: GPL-2.0-or-later
#include "dm/front.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <array>
#include <system_error>

namespace mirrornet::dm {

namespace {

namespace fs = std::filesystem;

const fs::path mirror_directory = "/dev/mirror";
const fs::path mapper_directory = "/dev/mapper";

void make_link(const std::string& name)
{
    make_directory(mirror_directory);
    std::error_code ignored; // what is left of an earlier front
    fs::remove(mirror_directory / name, ignored);
    std::error_code failed;
    fs::create_symlink(front_node(name), mirror_directory / name, failed);
    if (failed)
        throw Error(ExitStatus::internal, "cannot make " + (mirror_directory / name).string() +
                                              ": " + failed.message());
}

} // namespace

std::string front_uuid_prefix(const VolumeId& volume)
{
    return "MIRRORNET-" + volume.to_string() + "-";
}

std::string new_front_uuid(const VolumeId& volume)
{
    std::array<std::uint8_t, 8> random{};
    fill_random(random);
    return front_uuid_prefix(volume) + to_hex(random);
}

fs::path front_node(const std::string& volume_name)
{
    return mapper_directory / volume_name;
}

Table front_table(std::uint64_t sectors, const std::string& data_device,
                  const std::string& meta_device)
{
    return {{0, sectors, "mirror-net", data_device + " " + meta_device}};
}

std::optional<Device> find_front(const VolumeId& volume)
{
    const auto fronts = all(front_uuid_prefix(volume));
    for (const auto& front : fronts) // one that waits for its last user has no such table
        if (auto lines = table(front.name); !lines.empty() && lines[0].target == "mirror-net")
            return front;
    return std::nullopt;
}

void create_front(const std::string& name, const VolumeId& volume, const Table& table)
{
    create(name, new_front_uuid(volume), table);
    if (fs::exists(mirror_directory / name)) // a rule of udev was quicker
        return;
    try {
        make_link(name);
    } catch (...) {
        remove(name);
        throw;
    }
}

void remove_front(const std::string& name)
{
    remove(name);
    std::error_code ignored; // udev may have been quicker
    if (!fs::exists(mirror_directory / name, ignored))
        fs::remove(mirror_directory / name, ignored); // the link without its device
}

} // namespace mirrornet::dm
