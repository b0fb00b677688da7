// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the configuration says about this node, its peers and its volumes. Plain
// values; check() says whether one makes sense by itself.
#pragma once

#include "model/address.hpp"
#include "model/maintenance.hpp"
#include "model/names.hpp"
#include "model/options.hpp"
#include "model/states.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mirrornet {

// Of mirror-netd on a node that does not say otherwise.
std::uint16_t default_port();

// This machine.
struct NodeConfig {
    std::string name;
    NodeId id;
    std::vector<Address> listen; // empty: every IPv4 and IPv6 address
    OptionSet options{scope_node};
    std::uint64_t version = 1; // grows with every change of what follows
    // What volumes and mirrors that are created here begin with.
    OptionSet defaults{scope_volume | scope_mirror};
    std::optional<Maintenance> maintenance = std::nullopt; // may be over; the same below

    std::uint16_t port() const;
    void check() const; // Error(usage)
    bool operator==(const NodeConfig&) const = default;
};

// Another machine as this one knows it.
struct PeerConfig {
    std::string name;
    NodeId id;
    std::vector<Address> addresses; // in order of preference
    Permissions may;                // what it may ask of this node
    OptionSet options{scope_pair};

    Encryption encryption() const { return options.get_as<Encryption>(Option::encryption); }
    void check() const;
    bool operator==(const PeerConfig&) const = default;
};

struct VolumeNode {
    std::string name;
    NodeId id;
    bool operator==(const VolumeNode&) const = default;
};

// The options between two nodes of a volume. They belong to the pair: the order
// of the two names means nothing.
struct MirrorConfig {
    std::string first, second; // node names
    OptionSet options{scope_mirror};

    bool joins(std::string_view a, std::string_view b) const;
    bool operator==(const MirrorConfig&) const = default;
};

constexpr std::size_t most_targets = 8;

// The part of a volume's configuration that is the same on all of its nodes.
struct VolumeConfig {
    std::string name;
    VolumeId id;
    std::uint64_t version = 1; // grows with every change
    std::uint64_t size = 0;    // bytes
    std::vector<VolumeNode> nodes;
    std::vector<MirrorConfig> mirrors;
    OptionSet options{scope_volume};
    std::string manager; // who decides about its roles, "pacemaker" for one; empty: people
    std::optional<Maintenance> maintenance = std::nullopt;

    const VolumeNode* find_node(std::string_view node) const; // nullptr if it has no copy
    const VolumeNode* find_node(const NodeId& node) const;
    const MirrorConfig* find_mirror(std::string_view a, std::string_view b) const;
    void check() const;
    bool operator==(const VolumeConfig&) const = default;
};

// Volumes that belong together; the same on all nodes that have copies of them.
struct JobConfig {
    std::string name;
    Uuid id;
    std::uint64_t version = 1; // grows with every change
    std::string description;   // one line of text; may be empty
    std::vector<std::string> volumes; // in the order of opening
    std::optional<Maintenance> maintenance = std::nullopt;

    bool has(const std::string& volume) const;
    void check() const;
    bool operator==(const JobConfig&) const = default;
};

enum class MetaKind : int { device, file };

template <> struct Words<MetaKind> {
    static constexpr std::string_view kind = "kind of metadata store";
    static constexpr Word<MetaKind> table[] = {{MetaKind::device, "device"},
                                               {MetaKind::file, "file"}};
};

// The part that is this node's own: where its copy and its metadata lie.
struct VolumeLocal {
    std::string data_device; // absolute path as the administrator named it
    std::string data_id;     // stable identity, independent of probing order
    MetaKind meta_kind = MetaKind::device;
    std::string meta_path;   // absolute path of device or file
    std::string meta_id;     // stable identity of a device; empty for a file
    OptionSet options{scope_copy};

    void check() const;
    bool operator==(const VolumeLocal&) const = default;
};

} // namespace mirrornet
