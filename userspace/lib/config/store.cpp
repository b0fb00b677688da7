// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "config/files.hpp"

#include <algorithm>
#include <cstdlib>

namespace mirrornet {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view toml_suffix = ".toml";
constexpr std::string_view local_suffix = ".local";

// Names of the files NAME.toml in a directory. A name that ends in ".local" is
// a volume's node-local part, which is why no volume or node is called so.
std::vector<std::string> names_in(const fs::path& dir)
{
    std::vector<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(dir, error)) {
        const auto file = entry.path().filename().string();
        const auto stem = entry.path().stem().string();
        if (file.ends_with(toml_suffix) && is_name(stem) && !stem.ends_with(local_suffix))
            names.push_back(stem);
    }
    if (error && error != std::errc::no_such_file_or_directory)
        throw_errno("cannot read directory " + dir.string(), error.value());
    std::sort(names.begin(), names.end());
    return names;
}

template <typename T>
std::optional<T> load(const fs::path& path, T (*parse)(std::string_view, const std::string&))
{
    if (const auto text = find_file(path))
        return parse(*text, path.string());
    return std::nullopt;
}

template <typename T> T require(std::optional<T> value, const std::string& what,
                                const fs::path& path)
{
    if (value)
        return std::move(*value);
    throw Error(ExitStatus::not_found, what + " (" + path.string() + " does not exist)");
}

void save_text(const fs::path& path, std::string_view text, mode_t mode = 0644)
{
    make_directory(path.parent_path(), mode == 0600 ? 0700 : 0755);
    write_file_atomic(path, text, mode);
}

// A file renamed by hand would give one object two names.
template <typename T> std::optional<T> named(std::optional<T> value, const std::string& name,
                                             const fs::path& path)
{
    if (value && value->name != name)
        throw Error(ExitStatus::usage, path.string() + ": name: is \"" + value->name +
                                           "\"; allowed: the name of the file, \"" + name +
                                           "\"");
    return value;
}

void refuse_local_suffix(const std::string& name)
{
    if (name.ends_with(local_suffix))
        throw Error(ExitStatus::usage,
                    "\"" + name + "\" cannot be a name here: it ends in \".local\"");
}

} // namespace

ConfigStore::ConfigStore(fs::path directory) : dir_(std::move(directory)) {}

fs::path ConfigStore::default_directory()
{
    const char* dir = ::secure_getenv("MIRROR_NET_CONFIG_DIR");
    return dir && *dir ? dir : "/etc/mirror-net";
}

fs::path ConfigStore::node_path() const
{
    return dir_ / "node.toml";
}

fs::path ConfigStore::peer_path(const std::string& name) const
{
    return dir_ / "nodes" / (check_name("node", name) + ".toml");
}

fs::path ConfigStore::key_path(const std::string& peer) const
{
    return dir_ / "keys" / (check_name("node", peer) + ".key");
}

fs::path ConfigStore::volume_path(const std::string& name) const
{
    return dir_ / "volumes" / (check_name("volume", name) + ".toml");
}

fs::path ConfigStore::local_path(const std::string& name) const
{
    return dir_ / "volumes" / (check_name("volume", name) + ".local.toml");
}

std::optional<NodeConfig> ConfigStore::find_node() const
{
    return load(node_path(), parse_node);
}

NodeConfig ConfigStore::load_node() const
{
    return require(find_node(), "this node has no name yet; give it one: mirrorctl node init",
                   node_path());
}

void ConfigStore::save(const NodeConfig& node) const
{
    node.check();
    save_text(node_path(), print(node));
}

std::vector<std::string> ConfigStore::peer_names() const
{
    return names_in(dir_ / "nodes");
}

std::optional<PeerConfig> ConfigStore::find_peer(const std::string& name) const
{
    return named(load(peer_path(name), parse_peer), name, peer_path(name));
}

PeerConfig ConfigStore::load_peer(const std::string& name) const
{
    return require(find_peer(name), "node " + name + " is not known here; trust it: mirrorctl node trust",
                   peer_path(name));
}

std::optional<PeerConfig> ConfigStore::find_peer(const NodeId& id) const
{
    for (const auto& name : peer_names())
        if (auto peer = find_peer(name); peer && peer->id == id)
            return peer;
    return std::nullopt;
}

void ConfigStore::save(const PeerConfig& peer) const
{
    peer.check();
    refuse_local_suffix(peer.name);
    save_text(peer_path(peer.name), print(peer));
}

bool ConfigStore::remove_peer(const std::string& name) const
{
    const bool had_key = remove_file(key_path(name));
    return remove_file(peer_path(name)) || had_key;
}

std::optional<Key> ConfigStore::find_key(const std::string& peer) const
{
    const auto path = key_path(peer);
    const auto text = find_file(path, 1024);
    if (!text)
        return std::nullopt;
    if (file_mode(path) & 0077)
        throw Error(ExitStatus::not_permitted,
                    path.string() + " can be read by others than its owner, so the key "
                                    "counts as known; exchange new keys, then chmod 0600");
    try {
        return Key::parse(*text);
    } catch (const Error& error) {
        throw Error(ExitStatus::usage, path.string() + ": " + error.what());
    }
}

Key ConfigStore::load_key(const std::string& peer) const
{
    return require(find_key(peer), "there is no key shared with node " + peer, key_path(peer));
}

void ConfigStore::save_key(const std::string& peer, const Key& key) const
{
    save_text(key_path(peer), key.to_file_text(), 0600);
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
    for (const auto& name : volume_names())
        if (auto volume = find_volume(name); volume && volume->id == id)
            return volume;
    return std::nullopt;
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
