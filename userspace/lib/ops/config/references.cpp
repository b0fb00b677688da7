// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.hpp"
#include "ops/config/whole.hpp"
#include "ops/job/job.hpp"

namespace mirrornet::ops {

namespace {

class References {
public:
    explicit References(const WholeConfig& config) : config_(config) {}

    std::vector<ConfigFinding> all()
    {
        for (const auto& [name, peer] : config_.peers)
            check_peer(name, peer);
        for (const auto& [name, volume] : config_.volumes)
            check_volume(name, volume);
        for (const auto& [name, local] : config_.locals)
            check_local(name, local);
        for (const auto& [name, job] : config_.jobs)
            check_job(name, job);
        return std::move(found_);
    }

private:
    void error(const std::string& file, const std::string& what, const std::string& step)
    {
        found_.push_back({(config_.directory / file).string(), 0, true, what, step});
    }

    void check_peer(const std::string& name, const PeerConfig& peer)
    {
        const auto file = "nodes/" + name + ".toml";
        if (config_.node && (peer.id == config_.node->id || name == config_.node->name))
            error(file, "name or uuid is that of this node", "on that node: mirrorctl node show; give its card: mirrorctl "
                        "node trust --card CARD");
        if (peer.addresses.empty())
            error(file, "addresses: has none, so the node is never reached", "mirrorctl endpoint set " + name + " ADDRESS");
        for (const auto& [other, known] : config_.peers)
            if (other < name && known.id == peer.id)
                error(file, "uuid: is also that of node " + other, "a machine has one name: mirrorctl node forget " + name);
        const auto key = config_.keys.find(name);
        if (key != config_.keys.end() && !key->second)
            error("keys/" + name + ".key", "there is no key shared with node " + name,
                  "exchange one: mirrorctl node trust " + name);
    }

    // The peer's name is in the configuration of all nodes, its identity is what counts.
    void check_node_of(const std::string& file, const VolumeNode& node)
    {
        if (config_.node && node.id == config_.node->id) {
            if (node.name != config_.node->name)
                error(file, "node: this node is called " + config_.node->name + ", not " + node.name,
                      "one name on all nodes: correct node.toml, or here and on all nodes of the volume");
            return;
        }
        const auto peer = config_.peers.find(node.name);
        if (peer == config_.peers.end())
            error(file, "node: node " + node.name + " is not known here", "mirrorctl node trust " + node.name);
        else if (peer->second.id != node.id)
            error(file, "node: uuid of " + node.name + " is " + node.id.to_string() + ", in nodes/" + node.name +
                            ".toml it is " + peer->second.id.to_string(),
                  "on node " + node.name + ": mirrorctl node show says which is right");
    }

    void check_volume(const std::string& name, const VolumeConfig& volume)
    {
        const auto file = "volumes/" + name + ".toml";
        if (config_.node && !volume.find_node(config_.node->id))
            error(file, "node: this node is not among them", "without a copy here: remove the file; with one: mirrorctl "
                        "target add, on the source");
        for (const auto& node : volume.nodes)
            check_node_of(file, node);
        for (const auto& [other, known] : config_.volumes)
            if (other < name && known.id == volume.id)
                error(file, "uuid: is also that of volume " + other, "a volume has one name: remove the file that is a copy");
        if (!config_.locals.contains(name) && !is_broken("volumes/" + name + ".local.toml"))
            error("volumes/" + name + ".local.toml", "is missing: where the copy and its metadata lie is not known",
                  "write it again (mirror-net.conf(5)), or bring it back from a backup");
    }

    bool is_broken(const std::string& file) const
    {
        const auto path = (config_.directory / file).string();
        for (const auto& finding : config_.findings)
            if (finding.error && finding.file == path)
                return true;
        return false;
    }

    void check_local(const std::string& name, const VolumeLocal& local)
    {
        const auto file = "volumes/" + name + ".local.toml";
        if (local.data_device == local.meta_path)
            error(file, "data.device and meta.path are the same, " + local.meta_path, "give the right paths");
        for (const auto& [other, known] : config_.locals) {
            if (other >= name)
                continue;
            for (const auto& [key, path] : {std::pair("data.device", local.data_device), std::pair("meta.path", local.meta_path)})
                if (path == known.data_device || path == known.meta_path)
                    error(file, std::string(key) + ": " + path + " belongs to volume " + other + ", too",
                          "a device holds one thing: give the right path");
        }
    }

    void check_job(const std::string& name, const JobConfig& job)
    {
        const auto file = "jobs/" + name + ".toml";
        std::vector<VolumeConfig> volumes;
        for (const auto& volume : job.volumes) {
            const auto config = config_.volumes.find(volume);
            if (config != config_.volumes.end())
                volumes.push_back(config->second);
            else if (!is_broken("volumes/" + volume + ".toml"))
                error(file, "volumes: there is no volume " + volume, "see: mirrorctl list");
            for (const auto& [other, known] : config_.jobs)
                if (other < name && known.has(volume))
                    error(file, "volumes: " + volume + " is in job " + other + ", too", "a volume is in one job at most");
        }
        for (const auto& [other, known] : config_.jobs)
            if (other < name && known.id == job.id)
                error(file, "uuid: is also that of job " + other, "remove the file that is a copy");
        try {
            require_same_nodes(volumes);
        } catch (const Error& refused) {
            error(file, std::string("volumes: ") + refused.what(), "put only such together that have the same nodes");
        }
    }

    const WholeConfig& config_;
    std::vector<ConfigFinding> found_;
};

} // namespace

std::vector<ConfigFinding> check_references(const WholeConfig& config)
{
    return References(config).all();
}

} // namespace mirrornet::ops
