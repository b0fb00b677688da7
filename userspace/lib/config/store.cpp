// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store.hpp"

#include "config/files.hpp"
#include "config/store_files.hpp"

#include <cstdlib>

namespace mirrornet {

using namespace config_files;

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
    return require(find_peer(name),
                   "node " + name + " is not known here; trust it: mirrorctl node trust",
                   peer_path(name));
}

std::optional<PeerConfig> ConfigStore::find_peer(const NodeId& id) const
{
    return first_that_fits(
        peer_names(), [&](const std::string& name) { return find_peer(name); },
        [&](const PeerConfig& peer) { return peer.id == id; });
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
    return load_key_file(key_path(peer));
}

Key ConfigStore::load_key(const std::string& peer) const
{
    return require(find_key(peer), "there is no key shared with node " + peer, key_path(peer));
}

void ConfigStore::save_key(const std::string& peer, const Key& key) const
{
    save_text(key_path(peer), key.to_file_text(), 0600);
}

} // namespace mirrornet
