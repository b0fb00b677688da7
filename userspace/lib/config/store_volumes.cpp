// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store.hpp"

#include "config/files.hpp"
#include "config/store_files.hpp"

namespace mirrornet {

using namespace config_files;

fs::path ConfigStore::volume_path(const std::string& name) const
{
    return dir_ / "volumes" / (check_name("volume", name) + ".toml");
}

fs::path ConfigStore::local_path(const std::string& name) const
{
    return dir_ / "volumes" / (check_name("volume", name) + ".local.toml");
}

std::vector<std::string> ConfigStore::volume_names() const
{
    return names_in(dir_ / "volumes");
}

std::optional<VolumeConfig> ConfigStore::find_volume(const std::string& name) const
{
    return named(load(volume_path(name), parse_volume), name, volume_path(name));
}

VolumeConfig ConfigStore::load_volume(const std::string& name) const
{
    return require(find_volume(name), "there is no volume " + name + " on this node",
                   volume_path(name));
}

std::optional<VolumeConfig> ConfigStore::find_volume(const VolumeId& id) const
{
    return first_that_fits(
        volume_names(), [&](const std::string& name) { return find_volume(name); },
        [&](const VolumeConfig& volume) { return volume.id == id; });
}

std::string ConfigStore::display_name(const VolumeId& id) const
try {
    const auto volume = find_volume(id);
    return volume ? volume->name : id.to_string();
} catch (const Error&) {
    return id.to_string();
}

void ConfigStore::save(const VolumeConfig& volume) const
{
    volume.check();
    refuse_local_suffix(volume.name);
    save_text(volume_path(volume.name), print(volume));
}

std::optional<VolumeLocal> ConfigStore::find_local(const std::string& volume) const
{
    return load(local_path(volume), parse_volume_local);
}

VolumeLocal ConfigStore::load_local(const std::string& volume) const
{
    return require(find_local(volume), "volume " + volume + " has no copy on this node",
                   local_path(volume));
}

void ConfigStore::save(const std::string& volume, const VolumeLocal& local) const
{
    local.check();
    save_text(local_path(volume), print(local));
}

bool ConfigStore::remove_volume(const std::string& name) const
{
    const bool had_local = remove_file(local_path(name));
    return remove_file(volume_path(name)) || had_local;
}

} // namespace mirrornet
