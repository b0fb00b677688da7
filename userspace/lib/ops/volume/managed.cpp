// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/managed.hpp"

#include "base/error.hpp"
#include "model/names.hpp"

namespace mirrornet::ops {

namespace {

std::string manager_of(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.find_volume(volume);
    return config ? config->manager : std::string();
}

std::string managed_text(const std::string& volume, const std::string& manager)
{
    return "volume " + volume + " is managed by " + manager + ", which decides about its roles";
}

} // namespace

void require_unmanaged(const ConfigStore& store, const std::string& named)
{
    const auto subject = Subject::parse(named);
    std::vector<std::string> names{subject.name};
    if (subject.kind == Subject::Kind::job) {
        const auto job = store.find_job(subject.name);
        names = job ? job->volumes : std::vector<std::string>{};
    }
    for (const auto& name : names)
        if (const auto manager = manager_of(store, name); !manager.empty())
            throw Error(ExitStatus::refused, managed_text(name, manager) + "; nothing was changed; have " + manager +
                                                 " do it. Only if that one is stopped, or asks for it itself: repeat with "
                                                 "--override-cluster",
                        "--override-cluster");
}

nlohmann::json with_managers(const ConfigStore& store, const std::vector<std::string>& volumes, nlohmann::json params)
{
    auto& managers = params["managers"] = nlohmann::json::object();
    for (const auto& volume : volumes)
        managers[volume] = manager_of(store, volume);
    return params;
}

void require_managers_known(const ConfigStore& store, const std::vector<std::string>& volumes,
                            const nlohmann::json& params, const std::string& caller)
{
    const auto known = params.value("managers", nlohmann::json::object());
    for (const auto& volume : volumes) {
        const auto manager = manager_of(store, volume);
        if (manager.empty() || known.value(volume, "") == manager)
            continue;
        const auto self = store.load_node().name;
        throw Error(ExitStatus::refused, "on node " + self + " " + managed_text(volume, manager) + ", and node " + caller +
                                             " does not know of it; nothing was changed over there; see what differs: "
                                             "mirrorctl config diff " + self + "; or repeat it on node " + self +
                                             " with --override-cluster");
    }
}

} // namespace mirrornet::ops
