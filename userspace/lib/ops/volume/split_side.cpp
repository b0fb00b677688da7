// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/clock.hpp"
#include "ops/create/used_blocks.hpp"
#include "ops/volume/split_brain.hpp"

namespace mirrornet::ops {

using nlohmann::json;

std::uint64_t SplitSide::bytes() const
{
    return blocks * block_bytes;
}

void to_json(json& document, const SplitSide& side)
{
    document = {{"node", side.node},
                {"role", to_string(side.role)},
                {"locked", side.locked},
                {"openers", side.openers},
                {"data_state", to_string(side.data)},
                {"data_since_ns", side.data_since},
                {"state", to_string(side.state)},
                {"reason", to_string(side.reason)},
                {"waits_for_person", side.waits_for_person},
                {"since_ns", side.since},
                {"clock_ns", side.clock},
                {"written_blocks", side.blocks},
                {"written_bytes", side.bytes()},
                {"written_known", side.blocks_known},
                {"generation", side.generation},
                {"base_generation", side.base},
                {"old_base", side.old_base}};
}

void from_json(const json& document, SplitSide& side)
{
    side.node = document.at("node").get<std::string>();
    side.role = parse_word<Role>(document.at("role").get<std::string>());
    side.locked = document.at("locked").get<bool>();
    side.openers = document.at("openers").get<std::uint32_t>();
    side.data = parse_word<DataState>(document.at("data_state").get<std::string>());
    side.data_since = document.at("data_since_ns").get<std::uint64_t>();
    side.state = parse_word<MirrorState>(document.at("state").get<std::string>());
    side.reason = parse_word<Reason>(document.at("reason").get<std::string>());
    side.waits_for_person = document.at("waits_for_person").get<bool>();
    side.since = document.at("since_ns").get<std::uint64_t>();
    side.clock = document.at("clock_ns").get<std::uint64_t>();
    side.blocks = document.at("written_blocks").get<std::uint64_t>();
    side.blocks_known = document.at("written_known").get<bool>();
    side.generation = document.at("generation").get<std::uint64_t>();
    side.base = document.at("base_generation").get<std::uint64_t>();
    side.old_base = document.at("old_base").get<std::uint64_t>();
}

std::uint64_t common_generation(const SplitSide& loser, const SplitSide& winner)
{
    for (const auto generation : {loser.base, loser.old_base})
        if (generation && (generation == winner.generation || generation == winner.base ||
                           generation == winner.old_base))
            return generation;
    return 0;
}

bool has_to_be_full(const SplitSide& loser, const SplitSide& winner)
{
    return common_generation(loser, winner) == 0 || !loser.blocks_known || !winner.blocks_known;
}

std::string SplitResult::saved_text() const
{
    std::string text;
    for (const auto& [node, writes] : saved)
        if (!writes.directory.empty())
            text += (text.empty() ? " (" : "; ") + ("what node " + node + " had alone is there in " + writes.directory);
    return text.empty() ? text : text + ")";
}

bool SplitReport::split() const
{
    return here.reason == Reason::split_brain || (there && there->reason == Reason::split_brain);
}

bool has_nothing_else(const SplitSide& side, const SplitSide& kept)
{
    if (side.role != Role::target || side.waits_for_person || side.state == MirrorState::broken)
        return false;
    for (const auto known : {kept.generation, kept.base, kept.old_base, side.base, side.old_base})
        if (side.generation == known)
            return true;
    return false;
}

// A name that is misspelt must not become a question.
static void require_copy(const std::vector<SplitReport>& pairs, const std::string& keep)
{
    std::string nodes = pairs.front().here.node;
    bool found = keep == nodes;
    for (const auto& pair : pairs) {
        nodes += ", " + pair.other;
        found |= pair.other == keep;
    }
    if (!found)
        throw Error(ExitStatus::not_found, "node " + keep + " has no copy of volume " + pairs.front().volume +
                                               "; its nodes are " + nodes + "; nothing was changed");
}

std::string split_brain_question(const std::vector<SplitReport>& pairs, const std::string& keep)
{
    const auto& volume = pairs.front().volume;
    require_copy(pairs, keep);
    if (pairs.size() > 1)
        return "Everything that was written to volume " + volume + " without node " + keep +
               " since they parted is overwritten with what node " + keep + " has.";
    const auto& pair = pairs.front();
    const bool here = keep == pair.here.node;
    const SplitSide* lost = here ? (pair.there ? &*pair.there : nullptr) : &pair.here;
    const auto loser = here ? pair.other : pair.here.node;
    const auto much = !lost || !lost->blocks_known ? std::string("of unknown amount")
                                                   : "at most " + amount(lost->bytes());
    return "Everything that was written to volume " + volume + " on node " + loser +
           " since the two parted (" + much + ") is overwritten with what node " + keep + " has.";
}

} // namespace mirrornet::ops
