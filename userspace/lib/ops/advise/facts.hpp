// SPDX-License-Identifier: GPL-2.0-or-later
//
// What two nodes know of the two copies of a volume, side by side: all that advise() looks at.
#pragma once

#include "nl/states.hpp"
#include "ops/json.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace mirrornet::ops {

// Which of two copies has what the other lacks, by their generations (docs/roles.md).
enum class Relation { unknown, same, here_newer, there_newer, parted };

// Of the other node. alive: it has a link, or one of its addresses answers, but it does not say
// what it knows of the volume. without: it says that it has no such volume.
enum class Reach { answers, without, alive, silent };

// What one node knows of its copy, and of the mirror with the other.
struct CopyView {
    std::string node;
    bool active = true; // false: what follows is not known
    Role role = Role::none;
    LockReason lock = LockReason::none;
    Boot boot = Boot::none; // of a source that came up
    DataState data = DataState::unknown;
    std::uint64_t generation = 0; // 0: none
    std::uint64_t write_number = 0;
    bool written = false; // a target that was opened for writing
    bool meta_failed = false;

    MirrorState state = MirrorState::invalid;
    Reason reason = Reason::none;
    LinkState link = LinkState::none;
    LostWritesState lost_writes = LostWritesState::none;
    bool async = false;
    std::uint64_t lag_bytes = 0, lag_ms = 0; // what the target lacks and since when; known at the source
    std::uint64_t base = 0, old_base = 0; // generations that this node's slot says the other has

    bool is(Role which) const { return active && role == which; }
};

struct PairFacts {
    std::string volume;
    CopyView here;
    std::string other;              // the other node
    std::optional<CopyView> there; // nothing: `reach` is not `answers`
    Reach reach = Reach::silent;
    Relation relation = Relation::unknown;
    bool more_copies = false; // of the volume, on further nodes
    std::string failure;      // why the other node could not be asked
};

Relation relation_of(const CopyView& here, const CopyView& there);

// From what `status` says of a volume in JSON: of this node, or of another. peer: the other node of
// the mirror. Throws what the JSON library throws where that makes no sense.
CopyView copy_view(const json& volume, const std::string& node, const std::string& peer);

} // namespace mirrornet::ops

namespace mirrornet {

template <> struct Words<ops::Relation> {
    static constexpr std::string_view kind = "relation of two copies";
    static constexpr Word<ops::Relation> table[] = {{ops::Relation::unknown, "unknown"},
                                                    {ops::Relation::same, "same"},
                                                    {ops::Relation::here_newer, "here-newer"},
                                                    {ops::Relation::there_newer, "there-newer"},
                                                    {ops::Relation::parted, "parted"}};
};

template <> struct Words<ops::Reach> {
    static constexpr std::string_view kind = "reach of a node";
    static constexpr Word<ops::Reach> table[] = {{ops::Reach::answers, "answers"},
                                                 {ops::Reach::without, "without"},
                                                 {ops::Reach::alive, "alive"},
                                                 {ops::Reach::silent, "silent"}};
};

} // namespace mirrornet
