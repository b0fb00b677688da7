// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/options.hpp"

#include "ops/operation_lock.hpp"
#include "ops/undo.hpp"
#include "ops/volume/copy_options.hpp"
#include "ops/volume/everywhere.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/mirror_verbs.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

bool belongs(const OptionSpec& spec, unsigned scope)
{
    return (spec.scopes & scope) != 0;
}

bool is_wanted(const OptionSpec& spec, const std::vector<std::string>& names)
{
    return names.empty() || std::ranges::find(names, spec.name) != names.end();
}

void require_known(const std::vector<std::string>& names)
{
    for (const auto& name : names)
        if (!belongs(find_option(name), scope_volume | scope_mirror | scope_copy))
            throw Error(ExitStatus::usage, name + ": not an option of a volume or mirror: " + right_place(find_option(name)));
}

void add_values(std::vector<OptionValue>& out, const OptionSet& set, const std::string& node,
                const std::vector<std::string>& names)
{
    for (const auto& spec : all_options())
        if (belongs(spec, set.scopes()) && is_wanted(spec, names))
            out.push_back({spec.id, node, set.get(spec.id), !set.is_set(spec.id)});
}

// What nobody set may have another default than the usual one.
void add_mirror_values(std::vector<OptionValue>& out, const OptionSet& set, const OptionSet& in_force,
                       const std::string& node, const std::vector<std::string>& names)
{
    for (const auto& spec : all_options())
        if (belongs(spec, set.scopes()) && is_wanted(spec, names))
            out.push_back({spec.id, node, in_force.get(spec.id), !set.is_set(spec.id)});
}

// The mirrors that the subject means, as places in the configuration.
std::vector<MirrorConfig*> meant(VolumeConfig& config, const Subject& subject,
                                 const std::string& self)
{
    std::vector<MirrorConfig*> found;
    for (auto& mirror : config.mirrors)
        if (subject.kind == Subject::Kind::volume || mirror.joins(self, subject.node))
            found.push_back(&mirror);
    if (found.empty())
        throw Error(ExitStatus::not_found,
                    "volume " + subject.name + " has no mirror" +
                        (subject.node.empty() ? "" : " on node " + subject.node) +
                        "; see: mirrorctl status " + subject.name);
    return found;
}

void change(OptionSet& set, const OptionChange& wanted)
{
    if (wanted.value)
        set.set(wanted.option, *wanted.value);
    else
        set.reset(wanted.option);
}

void change_volume(VolumeConfig& config, const Subject& subject, const OptionChange& wanted)
{
    const auto& spec = spec_of(wanted.option);
    if (subject.kind == Subject::Kind::mirror)
        throw Error(ExitStatus::usage, std::string(spec.name) +
                                           ": belongs to the volume, not to one mirror; use: "
                                           "mirrorctl set " + subject.name + " " +
                                           std::string(spec.name) + "=VALUE");
    const auto before = config.options;
    change(config.options, wanted);
    require_live_changes(before, config.options);
}

void change_one(VolumeConfig& config, const Subject& subject, const std::string& self,
                const OptionChange& wanted)
{
    const auto& spec = spec_of(wanted.option);
    require_known({std::string(spec.name)});
    if (!belongs(spec, scope_mirror))
        return change_volume(config, subject, wanted);
    for (auto* mirror : meant(config, subject, self))
        change(mirror->options, wanted);
}

void save_local(Undo& undo, const ConfigStore& store, const std::string& volume, const VolumeLocal& local)
{
    undo.add("put the options of the copy here back", [&store, volume, was = store.load_local(volume)] { store.save(volume, was); });
    store.save(volume, local);
}

} // namespace

std::string right_place(const OptionSpec& spec)
{
    const std::string setting = " " + std::string(spec.name) + "=VALUE";
    if (spec.scopes & scope_node)
        return "it belongs to a node: mirrorctl set --node" + setting;
    if (spec.scopes & scope_pair)
        return "it belongs to a pair of nodes: mirrorctl set --pair NODE" + setting;
    return "it belongs to volumes and mirrors: mirrorctl set VOLUME" + setting +
           ", and as the default for new ones: mirrorctl set --defaults" + setting;
}

std::vector<OptionValue> get_options(const ConfigStore& store, const Subject& subject,
                                     const std::vector<std::string>& names)
{
    require_known(names);
    const auto config = store.load_volume(subject.name);
    const auto self = own_name(store, config);
    std::vector<OptionValue> values;
    if (subject.kind == Subject::Kind::volume)
        add_mirror_values(values, config.options, with_manager_defaults(config, config.options), "", names);
    if (const auto local = store.find_local(subject.name); local && subject.kind == Subject::Kind::volume)
        add_values(values, local->options, "", names);
    if (subject.kind == Subject::Kind::volume && config.nodes.size() < 2)
        return values; // it has no mirrors
    for (const auto& mirror : mirrors_of(store, subject))
        if (const auto* pair = config.find_mirror(self, mirror.node))
            add_mirror_values(values, pair->options, options_in_force(store, config, mirror.node), mirror.node, names);
    return values;
}

OptionChange OptionChange::parse(std::string_view text)
{
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        throw Error(ExitStatus::usage, "\"" + std::string(text) +
                                           "\": expected NAME=VALUE, or NAME=default");
    const auto& spec = find_option(text.substr(0, equals));
    const auto value = text.substr(equals + 1);
    if (value == "default")
        return {spec.id, std::nullopt};
    return {spec.id, parse_value(spec, value)};
}

std::vector<OptionChange> parse_changes(const std::vector<std::string>& texts)
{
    std::vector<OptionChange> changes;
    for (const auto& text : texts) {
        const auto change = OptionChange::parse(text);
        if (std::ranges::find(changes, change.option, &OptionChange::option) != changes.end())
            throw Error(ExitStatus::usage, std::string(spec_of(change.option).name) + " is named twice in one command; nothing "
                                                                                      "was changed");
        changes.push_back(change);
    }
    return changes;
}

std::vector<ValueChange> differences(const std::vector<OptionValue>& before, const std::vector<OptionValue>& after)
{
    std::vector<ValueChange> changes;
    for (const auto& now : after)
        for (const auto& then : before)
            if (then.option == now.option && then.node == now.node && then.value != now.value)
                changes.push_back({now.option, now.node, then.value, now.value});
    return changes;
}

VolumeConfig with_changes(const VolumeConfig& config, const Subject& subject,
                          const std::string& self, const std::vector<OptionChange>& changes)
{
    VolumeConfig changed = config;
    for (const auto& wanted : changes)
        change_one(changed, subject, self, wanted);
    if (changed == config)
        return config;
    changed.version++;
    changed.check();
    return changed;
}

SetResult set_options(const ConfigStore& store, const Subject& subject,
                      const std::vector<OptionChange>& changes)
{
    if (subject.kind == Subject::Kind::job)
        throw Error(ExitStatus::usage, "options belong to volumes and mirrors; name the volumes of the job");
    const OperationLock lock(subject.name, "set");
    const auto before = store.load_volume(subject.name);
    const auto self = store.load_node().name;
    std::vector<std::string> names;
    for (const auto& change : changes)
        names.emplace_back(spec_of(change.option).name);
    const auto values = get_options(store, subject, names);
    auto shared = changes;
    const auto local = with_copy_changes(store, before, copy_changes(subject, shared));
    const auto after = with_changes(before, subject, self, shared);
    whole_or_not_at_all([&](Undo& undo) {
        if (local)
            save_local(undo, store, subject.name, *local);
        if (after.version != before.version)
            change_everywhere(store, before, after);
    });
    return {after.version != before.version || local, after.version, local.has_value(),
            differences(values, get_options(store, subject, names))};
}

} // namespace mirrornet::ops
