// SPDX-License-Identifier: GPL-2.0-or-later
//
// States that only the kernel's interface has, with the words that users see.
#pragma once

#include "base/error.hpp"
#include "model/states.hpp"

#include <linux/dm_mirror_net.h>

namespace mirrornet {

// Why a volume is locked; `none` when it is not.
enum class LockReason : int {
    none = MN_LOCK_NONE,
    target = MN_LOCK_TARGET,
    user = MN_LOCK_USER,
    wait_peer = MN_LOCK_WAIT_PEER,
    foreign_write = MN_LOCK_FOREIGN_WRITE,
    metadata = MN_LOCK_METADATA,
    fenced = MN_LOCK_FENCED,
    handed_over = MN_LOCK_HANDED_OVER,
    handing_over = MN_LOCK_HANDING_OVER,
};

enum class LinkState : int {
    none = MN_LINK_NONE,
    negotiating = MN_LINK_NEGOTIATING,
    up = MN_LINK_UP,
    unwanted = MN_LINK_UNWANTED,
};

enum class Compressing : int {
    off = MN_COMPRESSION_OFF,
    on = MN_COMPRESSION_ON,
    peer_cannot = MN_COMPRESSION_PEER_CANNOT,
    no_memory = MN_COMPRESSION_NO_MEMORY,
};

enum class ResyncWait : int {
    nothing = MN_RESYNC_WAIT_NONE,
    disk = MN_RESYNC_WAIT_DISK,
    writes = MN_RESYNC_WAIT_WRITES,
    memory = MN_RESYNC_WAIT_MEMORY,
    limit = MN_RESYNC_WAIT_LIMIT,
    target = MN_RESYNC_WAIT_TARGET,
    turn = MN_RESYNC_WAIT_TURN,
};

// What becomes of writes while the metadata cannot be written.
enum class MetaWay : int {
    fine = MN_META_FINE,
    wait = MN_META_WAIT,
    stop = MN_META_STOP,
    go_on = MN_META_CONTINUE,
};

// Where a source that came up, and waits for its nodes, stands.
enum class Boot : int {
    none = MN_BOOT_NONE,
    waits = MN_BOOT_WAITS,
    opens = MN_BOOT_OPENS,
    alone = MN_BOOT_ALONE,
    stays = MN_BOOT_STAYS,
    refused = MN_BOOT_REFUSED,
};

// What a node has said of that.
enum class Heard : int {
    nothing = MN_HEARD_NOTHING,
    agreed = MN_HEARD_AGREED,
    refused = MN_HEARD_REFUSED,
};

// What becomes of it when a node is not heard.
enum class BootAlone : int {
    safe = MN_BOOT_ALONE_SAFE,
    locked = MN_BOOT_ALONE_LOCKED,
    source = MN_BOOT_ALONE_SOURCE,
};

enum class Mode : int {
    sync = MN_MODE_SYNC,
    async = MN_MODE_ASYNC,
};

enum class ResyncPhase : int {
    none = MN_RESYNC_NONE,
    starting = MN_RESYNC_STARTING,
    full = MN_RESYNC_FULL,
    partial = MN_RESYNC_PARTIAL,
};

// What an old source has, and the newer one has not, as to the mirror with that one.
enum class LostWritesState : int {
    none = MN_LOST_WRITES_NONE,
    wanted = MN_LOST_WRITES_WANTED, // to be saved; until then it stays a locked source
    saved = MN_LOST_WRITES_SAVED,
};

// How far the fencing of a lost copy is.
enum class Fence : int {
    none = MN_FENCE_NONE,
    due = MN_FENCE_DUE,
    wanted = MN_FENCE_WANTED,
    confirmed = MN_FENCE_CONFIRMED,
    expired = MN_FENCE_EXPIRED,
    outdated = MN_FENCE_OUTDATED,
};

template <> struct Words<LockReason> {
    static constexpr std::string_view kind = "reason of a lock";
    static constexpr Word<LockReason> table[] = {
        {LockReason::none, "none"},           {LockReason::target, "target"},
        {LockReason::user, "user"},           {LockReason::wait_peer, "wait-peer"},
        {LockReason::foreign_write, "foreign-write"},
        {LockReason::metadata, "metadata"},   {LockReason::fenced, "fenced"},
        {LockReason::handed_over, "handed-over"},
        {LockReason::handing_over, "handing-over"}};
};

template <> struct Words<LinkState> {
    static constexpr std::string_view kind = "state of a link";
    static constexpr Word<LinkState> table[] = {{LinkState::none, "none"},
                                                {LinkState::negotiating, "negotiating"},
                                                {LinkState::up, "up"},
                                                {LinkState::unwanted, "unwanted"}};
};

template <> struct Words<Compressing> {
    static constexpr std::string_view kind = "state of a compression";
    static constexpr Word<Compressing> table[] = {{Compressing::off, "off"},
                                                  {Compressing::on, "on"},
                                                  {Compressing::peer_cannot, "peer-cannot"},
                                                  {Compressing::no_memory, "no-memory"}};
};

template <> struct Words<ResyncWait> {
    static constexpr std::string_view kind = "what a resync waits for";
    static constexpr Word<ResyncWait> table[] = {
        {ResyncWait::nothing, "nothing"}, {ResyncWait::disk, "disk"},
        {ResyncWait::writes, "writes"},   {ResyncWait::memory, "memory"},
        {ResyncWait::limit, "limit"},     {ResyncWait::target, "target"},
        {ResyncWait::turn, "turn"}};
};

template <> struct Words<MetaWay> {
    static constexpr std::string_view kind = "way without metadata";
    static constexpr Word<MetaWay> table[] = {{MetaWay::fine, "fine"},
                                              {MetaWay::wait, "wait"},
                                              {MetaWay::stop, "stop"},
                                              {MetaWay::go_on, "continue"}};
};

template <> struct Words<Boot> {
    static constexpr std::string_view kind = "state of a boot";
    static constexpr Word<Boot> table[] = {{Boot::none, "none"},   {Boot::waits, "waits"},
                                           {Boot::opens, "opens"}, {Boot::alone, "alone"},
                                           {Boot::stays, "stays"}, {Boot::refused, "refused"}};
};

template <> struct Words<Heard> {
    static constexpr std::string_view kind = "answer of a node";
    static constexpr Word<Heard> table[] = {{Heard::nothing, "nothing"},
                                            {Heard::agreed, "agreed"},
                                            {Heard::refused, "refused"}};
};

template <> struct Words<BootAlone> {
    static constexpr std::string_view kind = "value of boot-alone";
    static constexpr Word<BootAlone> table[] = {{BootAlone::safe, "safe"},
                                                {BootAlone::locked, "locked"},
                                                {BootAlone::source, "source"}};
};

template <> struct Words<Mode> {
    static constexpr std::string_view kind = "mode";
    static constexpr Word<Mode> table[] = {{Mode::sync, "sync"}, {Mode::async, "async"}};
};

template <> struct Words<ResyncPhase> {
    static constexpr std::string_view kind = "phase of a resync";
    static constexpr Word<ResyncPhase> table[] = {{ResyncPhase::none, "none"},
                                                  {ResyncPhase::starting, "starting"},
                                                  {ResyncPhase::full, "full"},
                                                  {ResyncPhase::partial, "partial"}};
};

template <> struct Words<LostWritesState> {
    static constexpr std::string_view kind = "state of lost writes";
    static constexpr Word<LostWritesState> table[] = {{LostWritesState::none, "none"},
                                                 {LostWritesState::wanted, "wanted"},
                                                 {LostWritesState::saved, "saved"}};
};

template <> struct Words<Fence> {
    static constexpr std::string_view kind = "state of a fence";
    static constexpr Word<Fence> table[] = {
        {Fence::none, "none"},           {Fence::due, "due"},
        {Fence::wanted, "wanted"},       {Fence::confirmed, "confirmed"},
        {Fence::expired, "expired"},     {Fence::outdated, "outdated"}};
};

namespace nl {

// A code that the kernel sent. One that this tool has no word for is an error:
// a wrong word would be worse than none.
template <Worded E> E from_code(long long code)
{
    for (const auto& word : Words<E>::table)
        if (static_cast<long long>(word.value) == code)
            return word.value;
    throw Error(ExitStatus::internal,
                "the kernel module sent an unknown " + std::string(Words<E>::kind) + " (" +
                    std::to_string(code) +
                    "); it is newer than this tool: install the same version of both");
}

} // namespace nl
} // namespace mirrornet
