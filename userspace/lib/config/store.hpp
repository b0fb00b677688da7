// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration directory: node.toml, nodes/PEER.toml, keys/PEER.key,
// forgotten/UUID.toml and .key, volumes/NAME.toml, volumes/NAME.local.toml and jobs/NAME.toml. Files are read when asked for
// and never cached; each is replaced whole.
#pragma once

#include "config/key.hpp"
#include "model/records.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace mirrornet {

class ConfigStore {
public:
    explicit ConfigStore(std::filesystem::path directory = default_directory());

    // MIRROR_NET_CONFIG_DIR, else /etc/mirror-net.
    static std::filesystem::path default_directory();
    const std::filesystem::path& directory() const { return dir_; }

    // load_...: Error(not_found) if there is none, Error(usage) if malformed.
    // find_...: nothing if there is none.
    std::optional<NodeConfig> find_node() const;
    NodeConfig load_node() const;
    void save(const NodeConfig& node) const;

    std::vector<std::string> peer_names() const; // sorted
    std::optional<PeerConfig> find_peer(const std::string& name) const;
    PeerConfig load_peer(const std::string& name) const;
    std::optional<PeerConfig> find_peer(const NodeId& id) const;
    void save(const PeerConfig& peer) const;
    bool remove_peer(const std::string& name) const; // with its key
    // The same, but what proves that it is this node stays, so that it can be told. False: it is not known.
    bool forget_peer(const std::string& name) const;
    void save_forgotten(const PeerConfig& peer, const Key& key) const; // both, or Error and nothing
    std::optional<PeerConfig> find_forgotten(const NodeId& id) const;
    std::optional<Key> find_forgotten_key(const NodeId& id) const;
    void remove_forgotten(const NodeId& id) const;

    std::optional<Key> find_key(const std::string& peer) const; // refuses an open mode
    Key load_key(const std::string& peer) const;
    void save_key(const std::string& peer, const Key& key) const;

    std::vector<std::string> volume_names() const; // sorted
    std::optional<VolumeConfig> find_volume(const std::string& name) const;
    VolumeConfig load_volume(const std::string& name) const;
    std::optional<VolumeConfig> find_volume(const VolumeId& id) const;
    std::string display_name(const VolumeId& id) const; // for messages; never an Error
    void save(const VolumeConfig& volume) const;
    std::optional<VolumeLocal> find_local(const std::string& volume) const;
    VolumeLocal load_local(const std::string& volume) const;
    void save(const std::string& volume, const VolumeLocal& local) const;
    bool remove_volume(const std::string& name) const; // both files

    std::vector<std::string> job_names() const; // sorted
    std::optional<JobConfig> find_job(const std::string& name) const;
    JobConfig load_job(const std::string& name) const;
    std::optional<JobConfig> find_job(const Uuid& id) const;
    std::optional<JobConfig> job_of(const std::string& volume) const;
    void save(const JobConfig& job) const;
    bool remove_job(const std::string& name) const;

private:
    std::filesystem::path node_path() const;
    std::filesystem::path peer_path(const std::string& name) const;
    std::filesystem::path key_path(const std::string& peer) const;
    std::filesystem::path forgotten_path(const NodeId& id, const char* suffix) const;
    std::filesystem::path volume_path(const std::string& name) const;
    std::filesystem::path local_path(const std::string& name) const;
    std::filesystem::path job_path(const std::string& name) const;
    std::filesystem::path dir_;
};

} // namespace mirrornet
