// SPDX-License-Identifier: GPL-2.0-or-later
//
// The group `split-brain`: both nodes wrote on their own, and a person chooses (docs/split-brain.md).
#pragma once

#include "config/store.hpp"
#include "model/names.hpp"
#include "nl/kernel.hpp"
#include "ops/volume/saved_writes.hpp"
#include "ops/volume/subjects.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace mirrornet::ops {

// What one node knows of its own copy.
struct SplitSide {
    std::string node;
    Role role = Role::none;
    bool locked = false;
    std::uint32_t openers = 0;
    DataState data = DataState::unknown;
    std::uint64_t data_since = 0; // ns since the epoch; of role and data state
    MirrorState state = MirrorState::invalid;
    Reason reason = Reason::none;
    bool waits_for_person = false;
    std::uint64_t since = 0;   // of the mirror's state
    std::uint64_t clock = 0;   // of the node, ns since the epoch; shown, never used
    std::uint64_t blocks = 0;  // at most so many of 64 KiB were written since the two parted
    bool blocks_known = true;  // false: the bitmap proves nothing
    std::uint64_t generation = 0, base = 0, old_base = 0;

    std::uint64_t bytes() const;
};

void to_json(nlohmann::json& document, const SplitSide& side);
void from_json(const nlohmann::json& document, SplitSide& side);

// The generation that both had last, of which the loser's bitmap is: 0, where the nodes cannot
// prove it.
std::uint64_t common_generation(const SplitSide& loser, const SplitSide& winner);

// Must the resync of the loser be full: nothing is known that both had, or one of the bitmaps proves nothing.
bool has_to_be_full(const SplitSide& loser, const SplitSide& winner);

// Has this copy nothing but what the one that is kept had, too: its target, or one that it left behind?
bool has_nothing_else(const SplitSide& side, const SplitSide& kept);

// Two nodes with a copy.
struct SplitReport {
    std::string volume;
    SplitSide here;
    std::string other;              // its node
    std::optional<SplitSide> there; // none: `failure` says why it could not be asked
    std::string failure;

    bool split() const; // either side says so
};

// This node with each of the others; never empty. Changes nothing. Error(not_found, refused).
std::vector<SplitReport> split_brain_show(const ConfigStore& store, const std::string& volume);
bool is_split(const std::vector<SplitReport>& pairs);

// What this node knows of its copy and the mirror with another.
SplitSide split_side_here(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror);
// For the other node.
SplitSide split_side(const ConfigStore& store, const std::string& volume, const std::string& other);

struct SplitResult {
    bool changed = false; // false: it was so already
    std::string kept;     // node
    bool full = false;    // the resync that follows, since what both had in common is not known
    bool told = true;     // the node that is kept
    std::vector<std::string> unasked; // nodes that did not answer: repeated, it looks after them
    struct Saved {
        std::string node;
        SavedWrites writes;
    };
    std::vector<Saved> saved; // on the nodes that gave up
    std::string saved_text() const; // " (what node b had alone is in /x)": for messages; empty if nothing was saved
};

// What becomes of what only a copy has that is given up: on its node, save_writes() keeps it.
enum class LostWrites { overwritten, saved };

// Without --yes: what would be overwritten. Error(not_found): node `keep` has no copy.
std::string split_brain_question(const std::vector<SplitReport>& pairs, const std::string& keep);

// Gives up the copies that are not on node `keep`, or do not follow that one. With more than two
// copies `keep` is this node. Error(unreachable): the other node has to be asked, nothing was changed; partly_done: repeat it.
SplitResult split_brain_resolve(const ConfigStore& store, const std::string& volume, const std::string& keep,
                                LostWrites lost);

// The same where this node is the one that is kept, and there are several others.
SplitResult resolve_copies(const ConfigStore& store, const std::vector<SplitReport>& pairs, const std::string& keep,
                           LostWrites lost);

// Gives up the copy on this node for the one on node `keep`; of two copies it is clear which.
SplitResult split_brain_discard_local(const ConfigStore& store, const std::string& volume, const std::string& keep,
                                      LostWrites lost);

// For the node `keep`, whose generations are known: gives up the copy on this one.
SplitResult split_brain_discard_for(const ConfigStore& store, const std::string& volume, const SplitSide& keep,
                                    LostWrites lost);

// The steps of these, which add to the result what came of them.
bool split_follows(const SplitSide& side); // a target that goes on by itself: nothing is left to give up
void split_give_up(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror, const SplitSide& here,
                   std::uint64_t common, LostWrites lost, SplitResult& result);
void split_ask_to_give_up(const ConfigStore& store, const SplitReport& pair, LostWrites lost, SplitResult& result);
void split_continue_there(const ConfigStore& store, const MirrorName& mirror, std::chrono::milliseconds time);

} // namespace mirrornet::ops
