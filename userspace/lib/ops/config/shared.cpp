// SPDX-License-Identifier: GPL-2.0-or-later
//
// The configuration as two nodes tell each other: what both have a copy of, and nothing else.
#include "base/error.hpp"
#include "config/files.hpp"
#include "ops/config/diff.hpp"
#include "ops/peer.hpp"

#include <algorithm>

namespace mirrornet::ops {

json tell_config(const ConfigStore& store, const NodeId& caller)
{
    json volumes = json::object(), jobs = json::object();
    for (const auto& name : store.volume_names())
        if (const auto volume = store.load_volume(name); volume.find_node(caller))
            volumes[name] = print(volume);
    for (const auto& name : store.job_names()) {
        const auto job = store.load_job(name);
        if (std::ranges::any_of(job.volumes, [&](const auto& volume) { return volumes.contains(volume); }))
            jobs[name] = print(job);
    }
    return {{"volumes", volumes}, {"jobs", jobs}};
}

SharedConfig ask_config(const ConfigStore& store, const std::string& node)
try {
    const auto answer = Peer(store, node).call("config.get");
    const auto from = "the answer of node " + node;
    SharedConfig shared;
    for (const auto& [name, text] : answer.at("volumes").items())
        shared.volumes.emplace(name, parse_volume(text.get<std::string>(), from));
    for (const auto& [name, text] : answer.at("jobs").items())
        shared.jobs.emplace(name, parse_job(text.get<std::string>(), from));
    return shared;
} catch (const json::exception&) {
    throw Error(ExitStatus::internal, "node " + node + " answers what this version does not understand; see: mirrorctl version");
}

} // namespace mirrornet::ops
