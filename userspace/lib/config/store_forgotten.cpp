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

bool ConfigStore::forget_peer(const std::string& name) const
{
    const auto peer = find_peer(name);
    const auto key = peer ? find_key(name) : std::nullopt;
    if (key) {
        save_text(forgotten_path(peer->id, ".key"), key->to_file_text(), 0600);
        save_text(forgotten_path(peer->id, ".toml"), print(*peer));
    }
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
