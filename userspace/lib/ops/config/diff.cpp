// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/config/diff.hpp"

#include "base/error.hpp"
#include "base/time.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mirrornet::ops {

namespace {

using Differences = std::vector<ConfigDifference>;

std::string value_text(const OptionSet& set, const OptionSpec& spec)
{
    return describe_value(spec, set.get(spec.id)) + (set.is_set(spec.id) ? "" : " (default)");
}

// The same value counts as the same, set or not.
void compare_options(const OptionSet& here, const OptionSet& there, const std::string& node, const std::string& object,
                     Differences& out)
{
    for (const auto& spec : all_options())
        if ((spec.scopes & here.scopes()) && here.get(spec.id) != there.get(spec.id))
            out.push_back({node, object, std::string(spec.name), value_text(here, spec), value_text(there, spec)});
}

std::string nodes_text(const VolumeConfig& volume)
{
    std::vector<std::string> nodes;
    for (const auto& node : volume.nodes)
        nodes.push_back(node.name + " (" + node.id.to_string() + ")");
    return fmt::format("{}", fmt::join(nodes, ", "));
}

void compare(const std::string& key, const std::string& here, const std::string& there, const std::string& node,
             const std::string& object, Differences& out)
{
    if (here != there)
        out.push_back({node, object, key, here, there});
}

std::string maintenance_text(const std::optional<Maintenance>& maintenance)
{
    if (!maintenance)
        return "none";
    return "since " + utc_text(maintenance->since) + (maintenance->until ? " until " + utc_text(maintenance->until) : "") +
           (maintenance->reason.empty() ? "" : ": " + maintenance->reason);
}

void compare_mirrors(const VolumeConfig& here, const VolumeConfig& there, const std::string& node, Differences& out)
{
    const OptionSet none(scope_mirror);
    for (const auto& mirror : here.mirrors) {
        const auto object = "mirror " + here.name + " " + mirror.first + "/" + mirror.second;
        const auto* other = there.find_mirror(mirror.first, mirror.second);
        if (!other)
            out.push_back({node, object, "mirror", "configured", "not configured"});
        else
            compare_options(mirror.options, other->options, node, object, out);
    }
    for (const auto& mirror : there.mirrors)
        if (!here.find_mirror(mirror.first, mirror.second))
            out.push_back({node, "mirror " + here.name + " " + mirror.first + "/" + mirror.second, "mirror", "not configured",
                           "configured"});
}

void diff_with_node(const ConfigStore& store, const std::string& node, Differences& out)
{
    const auto shared = ask_config(store, node);
    const auto add = [&](Differences more) { out.insert(out.end(), more.begin(), more.end()); };
    for (const auto& name : store.volume_names()) {
        const auto mine = store.load_volume(name);
        const auto theirs = shared.volumes.find(name);
        if (theirs != shared.volumes.end())
            add(diff_volume(mine, theirs->second, node));
        else if (mine.find_node(node))
            out.push_back({node, "volume " + name, "volume", "configured", "not configured"});
    }
    for (const auto& [name, theirs] : shared.volumes)
        if (!store.find_volume(name))
            out.push_back({node, "volume " + name, "volume", "not configured", "configured"});
    for (const auto& name : store.job_names())
        if (const auto theirs = shared.jobs.find(name); theirs != shared.jobs.end())
            add(diff_job(store.load_job(name), theirs->second, node));
        else if (const auto job = store.load_job(name);
                 !job.volumes.empty() && store.load_volume(job.volumes.front()).find_node(node))
            out.push_back({node, "job " + name, "job", "configured", "not configured"});
    for (const auto& [name, theirs] : shared.jobs)
        if (!store.find_job(name))
            out.push_back({node, "job " + name, "job", "not configured", "configured"});
}

} // namespace

Differences diff_volume(const VolumeConfig& here, const VolumeConfig& there, const std::string& node)
{
    Differences found;
    const auto object = "volume " + here.name;
    compare("uuid", here.id.to_string(), there.id.to_string(), node, object, found);
    compare("size", std::to_string(here.size), std::to_string(there.size), node, object, found);
    compare("nodes", nodes_text(here), nodes_text(there), node, object, found);
    compare("manager", here.manager, there.manager, node, object, found);
    compare("maintenance", maintenance_text(here.maintenance), maintenance_text(there.maintenance), node, object, found);
    compare_options(here.options, there.options, node, object, found);
    compare_mirrors(here, there, node, found);
    compare("version", std::to_string(here.version), std::to_string(there.version), node, object, found);
    return found;
}

Differences diff_job(const JobConfig& here, const JobConfig& there, const std::string& node)
{
    Differences found;
    const auto object = "job " + here.name;
    compare("uuid", here.id.to_string(), there.id.to_string(), node, object, found);
    compare("description", here.description, there.description, node, object, found);
    compare("volumes", fmt::format("{}", fmt::join(here.volumes, " ")), fmt::format("{}", fmt::join(there.volumes, " ")),
            node, object, found);
    compare("maintenance", maintenance_text(here.maintenance), maintenance_text(there.maintenance), node, object, found);
    compare("version", std::to_string(here.version), std::to_string(there.version), node, object, found);
    return found;
}

std::vector<std::string> nodes_of_volumes(const ConfigStore& store)
{
    const auto self = store.load_node();
    std::map<std::string, bool> nodes;
    for (const auto& name : store.volume_names())
        for (const auto& node : store.load_volume(name).nodes)
            if (node.id != self.id)
                nodes[node.name] = true;
    std::vector<std::string> names;
    for (const auto& [name, there] : nodes)
        names.push_back(name);
    return names;
}

ConfigDiff diff_config(const ConfigStore& store, const std::string& node)
{
    ConfigDiff diff;
    if (node.empty())
        diff.differences = diff_with_kernel(store);
    for (const auto& each : node.empty() ? nodes_of_volumes(store) : std::vector{node})
        try {
            diff_with_node(store, each, diff.differences);
        } catch (const Error& error) {
            if (!node.empty())
                throw;
            diff.unasked[each] = error.what();
        }
    return diff;
}

} // namespace mirrornet::ops
