// SPDX-License-Identifier: GPL-2.0-or-later
//
// Where the facts come from: `status`, of this node and of the other.
#include "ops/advise/advise.hpp"
#include "ops/peer.hpp"
#include "ops/status/json.hpp"
#include "ops/volume/seen.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

// Sets what it finds out: of a node that answers its copy, of another one how far it is reached.
void ask_other(const ConfigStore& store, const VolumeConfig& config, const MirrorName& mirror, PairFacts& facts)
{
    try {
        const auto said = Peer(store, mirror.node).call("status", {{"volumes", {mirror.volume}}});
        const auto self = store.load_node().name;
        facts.there = copy_view(said.at("volumes").at(0), mirror.node, self);
        facts.reach = Reach::answers;
        return;
    } catch (const Error& error) {
        facts.failure = error.what();
        if (error.status() == ExitStatus::not_found) {
            facts.reach = Reach::without;
            return;
        }
    } catch (const std::exception&) { // of the JSON library
        facts.failure = "it answers what this version does not understand";
    }
    const auto seen = look_at(store, config, {mirror}).front();
    facts.reach = seen.linked || seen.answers || seen.copy ? Reach::alive : Reach::silent;
}

AdviceOfPair advise_pair(const ConfigStore& store, const VolumeConfig& config, const json& here,
                         const MirrorName& mirror, bool more_copies)
{
    AdviceOfPair pair;
    auto& facts = pair.facts;
    facts.volume = config.name;
    facts.other = mirror.node;
    facts.more_copies = more_copies;
    facts.here = copy_view(here, store.load_node().name, mirror.node);
    ask_other(store, config, mirror, facts);
    if (facts.there)
        facts.relation = relation_of(facts.here, *facts.there);
    pair.advice = under_manager(advise(facts), config.manager);
    return pair;
}

// Where a source is heard, what two others are to each other is not the question.
void drop_others(std::vector<AdviceOfPair>& pairs)
{
    const auto has_source = [](const AdviceOfPair& pair) {
        return pair.facts.here.is(Role::source) || (pair.facts.there && pair.facts.there->is(Role::source));
    };
    if (std::ranges::any_of(pairs, has_source))
        std::erase_if(pairs, [&](const AdviceOfPair& pair) { return !has_source(pair); });
}

bool is_named(const std::vector<std::string>& names, const MirrorName& mirror)
{
    return names.empty() || std::ranges::any_of(names, [&](const auto& name) {
               return name == mirror.volume || name == mirror.volume + "@" + mirror.node;
           });
}

AdviceOfVolume advise_volume(const ConfigStore& store, const VolumeStatus& volume,
                             const std::vector<std::string>& names)
{
    AdviceOfVolume result{volume.name, {}, {}, volume.manager};
    if (!volume.configured || !volume.error.empty()) {
        result.trouble = volume.configured ? volume.advice : "active, but no file of this node's configuration names it";
        return result;
    }
    const auto config = store.load_volume(volume.name);
    if (config.mirrors.empty()) {
        result.trouble = volume.advice.empty() ? "has no mirror: this is the only copy" : volume.advice;
        return result;
    }
    const json here = to_json(volume);
    const auto mirrors = mirrors_of(store, {Subject::Kind::volume, volume.name, {}});
    for (const auto& mirror : mirrors)
        if (is_named(names, mirror))
            result.pairs.push_back(advise_pair(store, config, here, mirror, mirrors.size() > 1));
    drop_others(result.pairs);
    return result;
}

} // namespace

AdviceReport advise(const ConfigStore& store, const std::vector<std::string>& names)
{
    const auto report = status(store, names);
    AdviceReport result{report.node, {}, report.daemon};
    for (const auto& volume : report.volumes)
        result.volumes.push_back(advise_volume(store, volume, names));
    return result;
}

} // namespace mirrornet::ops
