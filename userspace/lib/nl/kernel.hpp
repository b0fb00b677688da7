// SPDX-License-Identifier: GPL-2.0-or-later
//
// The commands of the kernel module as functions; what each means, and when it
// refuses, is documented in <linux/dm_mirror_net.h>. A refusal is an Error with
// the module's own sentence. Not for use by several threads at once.
#pragma once

#include "model/names.hpp"
#include "model/options.hpp"
#include "nl/records.hpp"
#include "nl/socket.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mirrornet::nl {

struct MetaFormat {
    std::string meta_path, data_path;
    VolumeId volume;
    NodeId node;
    std::string name;
    std::uint64_t sectors = 0; // of the volume, where the data device is larger; 0: all of it
    std::optional<std::uint32_t> region_bytes;
    std::optional<std::uint32_t> intent_limit; // regions
    bool force = false;
};

// What is known of both copies when a mirror is made.
enum class MirrorStart { full, blank, in_sync };

struct LinkAttach {
    int fd = -1; // the kernel takes its own reference
    bool initiator = false;
    bool encrypted = false;
    std::uint64_t renew = 0; // not 0: takes the place of the live link's socket (docs/renew.md)
};

// Of a target: for reading alone; though it is inconsistent.
struct Unlock {
    bool read_only = false;
    bool force = false;
};

class Kernel {
public:
    Kernel() = default; // Error(not_found) if the module is not loaded

    std::uint64_t meta_format(const MetaFormat& request); // bytes that the metadata takes
    VolumeRecord meta_get(const std::string& meta_path);
    std::uint64_t meta_size(std::uint64_t sectors,
                            std::optional<std::uint32_t> region_bytes = {}); // bytes

    std::vector<VolumeRecord> volumes();
    VolumeRecord volume(const VolumeId& id);
    std::optional<VolumeRecord> find_volume(const VolumeId& id);
    void set_role(const VolumeId& id, Role role, bool force = false);
    // handing_over: until the role is given away or laid down (MN_CMD_VOLUME_LOCK).
    void lock(const VolumeId& id, LockReason why = LockReason::user);
    void unlock(const VolumeId& id, const Unlock& how = {});

    // A planned change of roles (docs/takeover.md); which one it is about.
    struct Handover {
        std::uint64_t number = 0;
        std::uint64_t generation = 0;
    };
    Handover handover_give(const VolumeId& id, const NodeId& peer);
    void handover_take(const VolumeId& id, const NodeId& peer, const Handover& which);
    void handover_refuse(const VolumeId& id, const NodeId& peer, const Handover& which);
    // role: source, the peer has refused it; target, it has taken it.
    void handover_end(const VolumeId& id, const NodeId& peer, Role role, std::uint64_t number,
                      bool force = false);
    void demote(const VolumeId& id);
    // After a split brain: this copy is given up. common: the generation that both had; 0: unknown.
    void split_discard(const VolumeId& id, const NodeId& peer, std::uint64_t common);

    void mirror_add(const VolumeId& id, const NodeId& peer, MirrorStart start);
    void mirror_del(const VolumeId& id, const NodeId& peer);
    std::vector<MirrorRecord> mirrors(); // of all volumes
    std::vector<MirrorRecord> mirrors(const VolumeId& id);
    MirrorRecord mirror(const VolumeId& id, const NodeId& peer);
    std::optional<MirrorRecord> find_mirror(const VolumeId& id, const NodeId& peer);
    void mirror_set(const VolumeId& id, const NodeId& peer, const OptionSet& options);
    // One of them alone; the others stay as they are.
    void mirror_set(const VolumeId& id, const NodeId& peer, const OptionSet& options, Option only);
    // As they are in force; an option that this module does not know is not among them.
    std::map<Option, std::int64_t> mirror_options(const VolumeId& id, const NodeId& peer);
    std::int64_t parallel_resyncs(); // of this node, in force

    void pause(const VolumeId& id, const NodeId& peer);
    void continue_(const VolumeId& id, const NodeId& peer);
    void break_(const VolumeId& id, const NodeId& peer);
    void resync(const VolumeId& id, const NodeId& peer, bool full, bool verify);
    // generation: which loss, as the source's MirrorRecord names it.
    void mirror_fenced(const VolumeId& id, const NodeId& peer, std::uint64_t generation);
    void mirror_outdate(const VolumeId& id, const NodeId& peer, std::uint64_t generation);

    void node_set(const OptionSet& options); // of this node, for all its volumes

    void link_attach(const VolumeId& id, const NodeId& peer, const LinkAttach& link);
    void link_detach(const VolumeId& id, const NodeId& peer);
    void link_renew(const VolumeId& id, const NodeId& peer); // asks whoever makes the link

    void bitmap_begin(const VolumeId& id, const NodeId& peer);
    void bitmap_add(const VolumeId& id, const NodeId& peer,
                    std::span<const mn_range> ranges); // any number of them
    void bitmap_commit(const VolumeId& id, const NodeId& peer);
    // What the peer may lack, as far as the volume of so many bytes goes: adjoining blocks are one
    // range, in order. All of one moment only while nothing is written and no link is up.
    std::vector<mn_range> bitmap_get(const VolumeId& id, const NodeId& peer, std::uint64_t bytes);
    // All of that, of a source with MirrorRecord::lost_writes. generation: of the volume, then.
    void lost_writes_saved(const VolumeId& id, const NodeId& peer, std::uint64_t generation);

private:
    Message request(mn_cmd command, int flags = 0, std::size_t room = 4096) const;
    Message about(mn_cmd command, const VolumeId& id) const;
    Message about(mn_cmd command, const VolumeId& id, const NodeId& peer) const;
    VolumeRecord one_volume(const Message& message, const std::string& object = {});
    // Error as of Socket::transact(), with the name of what was asked about: `object`, else that
    // of the message's volume.
    void ask(const Message& message, const Socket::Sink& sink = {}, const std::string& object = {});
    std::string name_of(const std::optional<VolumeId>& id); // "volume home"; "": not active

    Socket socket_;
};

} // namespace mirrornet::nl
