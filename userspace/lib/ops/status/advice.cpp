// SPDX-License-Identifier: GPL-2.0-or-later
//
// What to do about a state: what it means for the data, and the next command.
#include "ops/status/report.hpp"

#include <fmt/format.h>

namespace mirrornet::ops {

namespace {

struct Advice {
    Reason reason;
    const char* text; // with {node} for the other node, {volume}, {mirror} for VOLUME@NODE
};

constexpr Advice no_link =
    {Reason::link_lost,
     "no link to node {node}; writes here are queued for it, and tracked when the queue is full; "
     "they are sent by themselves when it is back, unless that node was made a source, too. If it is there, mirrorctl advise {volume} and the log of mirror-netd on "
     "both nodes (journalctl -u mirror-netd) say why not"};

// The same where the target lacks blocks, and not just what is queued.
constexpr const char* no_link_and_behind =
    "no link to node {node}; what its copy lacks is tracked, and a resync sends it by itself when the link is back, unless that node was made a source, too. "
    "Until that has ended it is not up to date, and inconsistent where a resync had begun: do not count on it. If node "
    "{node} is there, mirrorctl advise {volume} and the log of mirror-netd on both nodes (journalctl -u mirror-netd) say "
    "why not";

// The same at a target, where nobody writes.
constexpr const char* no_link_at_target =
    "no link to node {node}, which may have been written since: this copy is, at best, as of the time "
    "that is shown. The missing blocks follow by themselves when the link is back, unless a person has paused the mirror "
    "over there. If node {node} is there, mirrorctl advise {volume} and the log of mirror-netd on both nodes (journalctl -u "
    "mirror-netd) say why not";

// A stream that goes on after a lost link.
constexpr const char* catching_up =
    "what was queued while there was no link is being sent; this is no resync: the target is consistent, and in sync "
    "when it has got that";

// There is a network, and a person over there who wants no link.
constexpr const char* paused_there =
    "paused on node {node} until a person continues it, as that node said when it ended the link; writes here are queued for it, "
    "and tracked when the queue is full. On either node, which ends the pause on both: mirrorctl continue {mirror}";

constexpr const char* paused_at_source =
    "paused on node {node}, the source, until a person continues it, as that node said when it ended the link: this copy is as of "
    "the time that is shown. On either node, which ends the pause on both: mirrorctl continue {mirror}";

// The same at a source that nobody can write to.
constexpr const char* no_link_while_locked =
    "no link to node {node}. Nothing can be written here while the volume is locked; what that node lacks, if anything, is "
    "sent by itself when both are back";

// Every reason but `none`.
constexpr Advice of_reasons[] = {
    {Reason::user, "paused by a person; writes are tracked; go on with: mirrorctl continue "
                   "{mirror}"},
    {Reason::shutdown, "volume {volume} was stopped in order on node {node} (or that machine was); writes "
                       "here are queued for it, and tracked when the queue is full, and sent by themselves when it is active "
                       "there again: mirrorctl -H {node} up {volume}"},
    no_link,
    {Reason::peer_silent, no_link.text},
    {Reason::peer_busy, "node {node} is busy with another link of this mirror; it is tried again "
                        "by itself"},
    {Reason::target_error, "the target's disk failed; writes are tracked, and it is tried again "
                           "by itself: check that disk (dmesg on the target's node)"},
    {Reason::source_error, "blocks of the source's disk cannot be read; check the disk (dmesg), "
                           "then: mirrorctl continue {mirror}"},
    {Reason::metadata_error, "the metadata on this node cannot be written, so nothing of this "
                             "mirror can be recorded, and it stops; mend the metadata device, "
                             "then: mirrorctl down {volume}, mirrorctl up {volume}"},
    {Reason::queue_limit, "the target could not keep up, so writes are only tracked; a partial "
                          "resync follows by itself. If this comes often, look for a slow disk or "
                          "network on node {node}"},
    {Reason::resync_passes, "the resync did not catch up with new writes; it is tried again by "
                            "itself"},
    {Reason::no_memory, "there was no memory for this mirror; it is tried again by itself"},
    {Reason::size_mismatch, "the target's device is smaller than the volume; make it as large, "
                            "then the mirror goes on by itself"},
    {Reason::sector_mismatch, "the two devices have different sector sizes, which cannot be "
                              "mirrored: mirrorctl delete {mirror}, then create with another "
                              "target"},
    {Reason::target_unlocked, "the target was opened and may have been written there; to "
                              "overwrite that: mirrorctl continue {mirror}"},
    {Reason::rolled_back, "one copy is older than it had said itself (a restored image of the "
                          "machine?); make sure that the source is the right one, then overwrite "
                          "the other with: mirrorctl continue {mirror} --yes"},
    {Reason::other_source, "node {node} is a source of this volume, too, so nothing is sent; look "
                           "at both copies; on the node whose copy is not needed: mirrorctl delete "
                           "{volume} --local-only, mirrorctl release {volume}; then on the other: "
                           "mirrorctl delete {volume} --local-only, and create the mirror again"},
    {Reason::split_brain, "both sides were written independently; nothing is overwritten until a "
                          "person decides which one to keep. What each wrote: mirrorctl split-brain show "
                          "{volume}; look at both copies, then: mirrorctl split-brain resolve {volume} "
                          "--keep NODE"},
    {Reason::not_trusted, "node {node} does not accept our key; compare what each knows of the "
                          "other (mirrorctl node show), then give both the same key: mirrorctl node "
                          "trust"},
    {Reason::version, "the two nodes speak different versions of the protocol; upgrade the older "
                      "one, then: mirrorctl continue {mirror}"},
    {Reason::config_missing, "node {node} has no configuration of this volume; if its copy is "
                             "gone: mirrorctl delete {mirror}, then create it again"},
    {Reason::device_removed, "the device of a copy is gone; bring it back, then on its node: "
                             "mirrorctl up {volume}"},
    {Reason::fenced, "this copy was fenced off, so that the other one could go on; find out which "
                     "is the newer one before anything else"},
    {Reason::operation, "waits for the end of another operation, or for the volume to be active "
                        "on node {node}; over there: mirrorctl up {volume}"},
    {Reason::maintenance, "stopped for maintenance; go on with: mirrorctl continue {mirror}"},
};

std::string meta_device(const VolumeStatus& volume)
{
    return volume.meta_path.empty() ? volume.record->meta_dev : volume.meta_path;
}

// What it means for the data, and what ends it.
std::string of_metadata(const VolumeStatus& volume)
{
    const auto& record = *volume.record;
    const auto failed = "the metadata of volume " + volume.name + " cannot be written (device " +
                        meta_device(volume) + ", errno " + std::to_string(record.meta_error) + "): ";
    const auto mend = "; mend that device (dmesg), then: mirrorctl down " + volume.name +
                      ", mirrorctl up " + volume.name;
    if (record.role != Role::source)
        return failed + "this copy takes nothing more, and stays as of the time it has; its role "
                        "cannot change" + mend + "; the missing blocks follow by themselves";
    switch (record.meta_way) {
    case MetaWay::wait:
        return failed + "the other copies are being asked to store that they need a full resync, "
                        "and writes wait for that, for 10 s at most";
    case MetaWay::go_on:
        return failed + "on-metadata-error is continue, so writes go on, and nothing is tracked: "
                        "this is the only copy that gets them. The others have stored that they "
                        "need a full resync" + mend + "; then they get everything, by themselves";
    default:
        return failed + "writes to regions without a durable intent fail, the others go on; roles "
                        "cannot change, and if a mirror is lost now every write fails; what was "
                        "written is safe" + mend;
    }
}

std::string of_lock(LockReason lock, const std::string& volume)
{
    switch (lock) {
    case LockReason::foreign_write:
        return "the data device was written while the volume was not active, so the copies differ "
               "in an unknown way, and the volume stays locked; look at the data; to use it: "
               "mirrorctl up --as-source " + volume + " (the target then gets a full resync)";
    case LockReason::metadata:
        return "locked because the metadata cannot be written: check the metadata device (dmesg)";
    case LockReason::fenced:
        return "writes failed and the volume was locked, because nobody confirmed within "
               "fence-timeout that the lost copy will not be promoted; make sure that the other "
               "node does not use its copy (switch it off), close what holds the volume open "
               "here, then: mirrorctl unlock " + volume + " (after a restart, without the other "
               "node: mirrorctl up --as-source " + volume + ")";
    case LockReason::handed_over:
        return "its role was handed to another node, and whether that one took it is not known here, so "
               "the volume stays locked; when that node answers, repeat: mirrorctl switchover " + volume +
               "@NODE (NODE: who shall be the source), or it becomes a target by itself when the link is "
               "back";
    case LockReason::handing_over:
        return "a change of its role was begun and did not go through (or is under way); nothing was given "
               "away, and this node is the source as before, but locked; to open it: mirrorctl unlock " + volume +
               "; or repeat what was begun: mirrorctl switchover " + volume + "@NODE, or mirrorctl demote " + volume;
    case LockReason::none:
    case LockReason::target: // as it should be
    case LockReason::user:
    case LockReason::wait_peer: // boot.cpp
        break;
    }
    return {};
}

} // namespace

std::string advice_for(const nl::MirrorRecord& mirror, Role role, const std::string& volume,
                       const std::string& node, bool locked)
{
    const std::string name = volume + "@" + node;
    const bool waits_for_link = mirror.link == LinkState::none &&
                                mirror.state == MirrorState::resync_pending &&
                                mirror.reason == Reason::none;
    if (mirror.state == MirrorState::broken)
        return "writes are not tracked, and what was in sync is not known any more; bring it back, which overwrites the "
               "target's copy as a whole, with: mirrorctl resync " + name + " --yes";
    if (mirror.state == MirrorState::mirroring || mirror.state == MirrorState::resync)
        return {};
    const bool sends_queue = mirror.link == LinkState::up && mirror.state == MirrorState::resync_pending &&
                             role == Role::source && mirror.queue_length > 0;
    const char* text = waits_for_link ? no_link.text : sends_queue ? catching_up : nullptr;
    if (mirror.resync.waits_for == ResyncWait::turn)
        return "other resyncs of this node come first (parallel-resyncs); it follows by itself, "
               "in the order in which they asked; all at once: mirrorctl set --node "
               "parallel-resyncs=0";
    for (const auto& advice : of_reasons)
        if (advice.reason == mirror.reason)
            text = advice.text;
    if (is_paused_there(mirror))
        text = role == Role::target ? paused_at_source : paused_there;
    else if (role == Role::target && (text == no_link.text || mirror.reason == Reason::shutdown))
        text = no_link_at_target;
    else if (role == Role::source && locked && text == no_link.text)
        text = no_link_while_locked;
    else if (text == no_link.text && mirror.dirty_blocks > 0)
        text = no_link_and_behind;
    return text ? fmt::format(fmt::runtime(text), fmt::arg("node", node), fmt::arg("mirror", name),
                              fmt::arg("volume", volume))
                : std::string();
}

std::string advice_for(const VolumeStatus& volume)
{
    if (!volume.error.empty())
        return "its configuration cannot be read: " + volume.error + ". " +
               (volume.record ? "It is active, and what is shown of it comes from the kernel alone"
                              : "Until it can, the volume cannot be activated; no data was touched");
    if (!volume.record)
        return "not active on this node; activate it with: mirrorctl up " + volume.name;
    if (volume.record->meta_error)
        return of_metadata(volume);
    if (volume.record->role == Role::none && volume.record->data == DataState::current)
        return "has no role on this node: it was laid down; to make this node the source: mirrorctl promote " +
               volume.name;
    if (volume.record->role == Role::none)
        return "has no role on this node: its creation did not end, or is under way; if nothing is, "
               "remove what is there: mirrorctl delete " + volume.name + " --yes, mirrorctl release " +
               volume.name + " --yes";
    if (volume.record->role == Role::source && volume.record->locked() && !volume.allowed.allow(Role::source))
        return "is the source on this node, which may not be one (allowed-roles): it stays locked, and mirrors; make another "
               "node the source: mirrorctl switchover " + volume.name + "@NODE, or allow it: mirrorctl set " + volume.name +
               " allowed-roles=both, mirrorctl set --node allowed-roles=both, mirrorctl unlock " + volume.name;
    if (volume.record->role == Role::target && volume.record->data == DataState::inconsistent)
        return "is inconsistent on this node: a resync has begun and not ended; this copy is of no use until it has, which it "
               "does by itself when it can";
    if (const auto saving = advice_for_saving(volume); !saving.empty())
        return saving;
    if (volume.record->lock == LockReason::wait_peer)
        return advice_for_boot(volume);
    return of_lock(volume.record->lock, volume.name);
}

} // namespace mirrornet::ops
