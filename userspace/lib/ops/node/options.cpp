// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/options.hpp"

#include "base/error.hpp"
#include "nl/kernel.hpp"
#include "ops/operation_lock.hpp"
#include "ops/volume/copy_options.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

using Kind = NodePlace::Kind;

unsigned scopes_of(Kind kind)
{
    switch (kind) {
    case Kind::node:
        return scope_node;
    case Kind::pair:
        return scope_pair;
    case Kind::defaults:
        break;
    }
    return scope_volume | scope_mirror;
}

void require_place(const OptionSpec& spec, const NodePlace& place)
{
    if ((spec.scopes & scopes_of(place.kind)) == 0)
        throw Error(ExitStatus::usage, std::string(spec.name) + " cannot be set with " +
                                           place.option() + ": " + right_place(spec));
}

void change(OptionSet& set, const NodePlace& place, const std::vector<OptionChange>& changes)
{
    for (const auto& wanted : changes) {
        require_place(spec_of(wanted.option), place);
        if (wanted.value)
            set.set(wanted.option, *wanted.value);
        else
            set.reset(wanted.option);
    }
}

// What has to follow a change of this option before it is in force.
std::string step_for(Option option, const NodePlace& place)
{
    if (option == Option::port)
        return "port: mirror-netd listens on it once it has read its configuration again: "
               "systemctl reload mirror-netd; the links that are there stay. Then tell the other "
               "nodes: mirrorctl endpoint set NODE --here ADDRESS:PORT";
    if (option == Option::encryption)
        return "encryption: holds from the next link with node " + place.peer +
               " on, and \"none\" only if that node says so, too. At once: mirrorctl endpoint set " +
               place.peer + " --reconnect";
    return {};
}

std::vector<std::string> steps_between(const OptionSet& before, const OptionSet& after,
                                       const NodePlace& place)
{
    std::vector<std::string> steps;
    for (const auto& spec : all_options())
        if ((spec.scopes & after.scopes()) != 0 && before.get(spec.id) != after.get(spec.id))
            if (auto step = step_for(spec.id, place); !step.empty())
                steps.push_back(std::move(step));
    return steps;
}

// Without the module no volume is active here: the first activation sees to it.
void put_in_force(const OptionSet& options)
try {
    nl::Kernel().node_set(options);
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
}

NodeSetResult set_of_pair(const ConfigStore& store, const NodePlace& place,
                          const std::vector<OptionChange>& changes)
{
    auto peer = store.load_peer(place.peer);
    const auto before = peer.options;
    change(peer.options, place, changes);
    if (peer.options == before)
        return {};
    store.save(peer);
    return {true, steps_between(before, peer.options, place), {}};
}

NodeSetResult set_of_node(const ConfigStore& store, const NodePlace& place,
                          const std::vector<OptionChange>& changes)
{
    auto node = store.load_node();
    auto& set = place.kind == Kind::node ? node.options : node.defaults;
    const auto before = set;
    change(set, place, changes);
    if (set == before)
        return {};
    if (place.kind == Kind::node && before.get(Option::allowed_roles) != set.get(Option::allowed_roles))
        require_roles_kept(store, node);
    node.version++;
    store.save(node);
    if (place.kind == Kind::node && before.get(Option::parallel_resyncs) != set.get(Option::parallel_resyncs))
        put_in_force(set);
    return {true, place.kind == Kind::node ? steps_between(before, set, place)
                                           : std::vector<std::string>{}, {}};
}

OptionSet options_at(const ConfigStore& store, const NodePlace& place)
{
    if (place.kind == Kind::pair)
        return store.load_peer(place.peer).options;
    const auto node = store.load_node();
    return place.kind == Kind::node ? node.options : node.defaults;
}

} // namespace

std::string NodePlace::option() const
{
    switch (kind) {
    case Kind::node:
        return "--node";
    case Kind::defaults:
        return "--defaults";
    case Kind::pair:
        break;
    }
    return "--pair " + peer;
}

std::vector<OptionValue> get_node_options(const ConfigStore& store, const NodePlace& place,
                                          const std::vector<std::string>& names)
{
    for (const auto& name : names)
        require_place(find_option(name), place);
    const auto set = options_at(store, place);
    std::vector<OptionValue> values;
    for (const auto& spec : all_options())
        if ((spec.scopes & set.scopes()) != 0 &&
            (names.empty() || std::ranges::find(names, spec.name) != names.end()))
            values.push_back({spec.id, "", set.get(spec.id), !set.is_set(spec.id)});
    return values;
}

NodeSetResult set_node_options(const ConfigStore& store, const NodePlace& place,
                               const std::vector<OptionChange>& changes)
{
    const auto lock = OperationLock::of_node("set");
    std::vector<std::string> names;
    for (const auto& change : changes)
        names.emplace_back(spec_of(change.option).name);
    const auto before = get_node_options(store, place, names);
    auto result = place.kind == Kind::pair ? set_of_pair(store, place, changes) : set_of_node(store, place, changes);
    result.changes = differences(before, get_node_options(store, place, names));
    return result;
}

} // namespace mirrornet::ops
