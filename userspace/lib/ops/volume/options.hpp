// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `get` and `set`: options of a volume and of its mirrors, kept in the
// configuration of every node of the volume and in force at once.
#pragma once

#include "config/store.hpp"
#include "model/names.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet::ops {

// One value that is in force: of a volume (no node) or of its mirror to a node.
struct OptionValue {
    Option option;
    std::string node;
    std::int64_t value = 0;
    bool is_default = false; // nobody set it
};

// All options of VOLUME and of its mirrors, or those of VOLUME@NODE, from the
// configuration of this node. With `names` only these; Error(usage) for one that
// belongs to neither.
std::vector<OptionValue> get_options(const ConfigStore& store, const Subject& subject,
                                     const std::vector<std::string>& names);

struct OptionChange {
    Option option;
    std::optional<std::int64_t> value; // none: the default again

    // "NAME=VALUE", or "NAME=default". Error(usage): unknown, or out of range.
    static OptionChange parse(std::string_view text);
};

// Several of them; Error(usage), too, for an option that is named twice.
std::vector<OptionChange> parse_changes(const std::vector<std::string>& texts);

// Where an option belongs that was given at a place where it does not; completes "it cannot be set here: ".
std::string right_place(const OptionSpec& spec);

// What was in force, and what is now.
struct ValueChange {
    Option option;
    std::string node; // of a mirror, else empty
    std::int64_t from = 0, to = 0;
};

// Pure. Of the same options, as get_options() has them.
std::vector<ValueChange> differences(const std::vector<OptionValue>& before, const std::vector<OptionValue>& after);

// Pure. The configuration with the changes, one version further; the same one when
// they change nothing. Options of a mirror go to all mirrors of a VOLUME. Error(usage)
// for an option of neither, or of the volume where a mirror was named; Error(refused)
// for one that cannot change any more.
VolumeConfig with_changes(const VolumeConfig& config, const Subject& subject,
                          const std::string& self, const std::vector<OptionChange>& changes);

struct SetResult {
    bool changed = false;
    std::uint64_t version = 0; // of the configuration, on every node
    bool of_copy = false;      // something was changed of the copy on this node alone
    std::vector<ValueChange> changes; // of what the subject names
};

// Whole or not at all, on all nodes of the volume: all have to be there, and to have
// the same configuration before. What belongs to the copy of this node is changed here alone;
// Error(refused) where it has a role that it could not take any more.
SetResult set_options(const ConfigStore& store, const Subject& subject,
                      const std::vector<OptionChange>& changes);

} // namespace mirrornet::ops
