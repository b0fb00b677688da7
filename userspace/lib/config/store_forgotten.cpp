// SPDX-License-Identifier: GPL-2.0-or-later
//
// Nodes that this one trusted once. They are kept by identity: another machine may have the name now.
#include "config/files.hpp"
#include "config/store.hpp"
#include "config/store_files.hpp"

namespace mirrornet {

using namespace config_files;

fs::path ConfigStore::forgotten_path(const NodeId& id, const char* suffix) const
{
    return dir_ / "forgotten" / (id.to_string() + suffix);
}

// Both files or none: a key alone would lie there for ever.
void ConfigStore::save_forgotten(const PeerConfig& peer, const Key& key) const
try {
    save_text(forgotten_path(peer.id, ".key"), key.to_file_text(), 0600);
    save_text(forgotten_path(peer.id, ".toml"), print(peer));
} catch (const Error&) {
    remove_forgotten(peer.id);
    throw;
}

bool ConfigStore::forget_peer(const std::string& name) const
{
    const auto peer = find_peer(name);
    if (const auto key = peer ? find_key(name) : std::nullopt)
        save_forgotten(*peer, *key);
    return remove_peer(name);
}

std::optional<PeerConfig> ConfigStore::find_forgotten(const NodeId& id) const
{
    return load(forgotten_path(id, ".toml"), parse_peer);
}

std::optional<Key> ConfigStore::find_forgotten_key(const NodeId& id) const
{
    return load_key_file(forgotten_path(id, ".key"));
}

void ConfigStore::remove_forgotten(const NodeId& id) const
{
    remove_file(forgotten_path(id, ".key"));
    remove_file(forgotten_path(id, ".toml"));
}

} // namespace mirrornet
