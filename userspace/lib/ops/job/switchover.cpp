// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/job/switchover.hpp"

#include "ops/job/part.hpp"
#include "ops/peer.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/seen.hpp"

#include <future>
#include <memory>
#include <ranges>

namespace mirrornet::ops {

namespace {

using Parts = std::vector<std::unique_ptr<Part>>;

Role role_here(const ConfigStore& store, const std::string& volume)
{
    nl::Kernel kernel;
    const auto config = store.load_volume(volume);
    require_active(kernel, volume, config.id);
    return kernel.volume(config.id).role;
}

// It was switched to the node before, or the job cannot switch as one.
void require_source_there(const ConfigStore& store, const std::string& volume, const std::string& node)
{
    if (const auto copy = ask_copy(store, volume, node); copy && copy->role == Role::source)
        return;
    throw Error(ExitStatus::refused, "volume " + volume + " has its source neither here nor on node " + node +
                                         "; nothing was changed; see: mirrorctl status " + volume);
}

// Of the volumes whose source this node is, in the order of opening.
Parts parts_here(const ConfigStore& store, const std::vector<Subject>& volumes, const std::string& to)
{
    Parts parts;
    for (const auto& volume : volumes)
        if (role_here(store, volume.name) == Role::source)
            parts.push_back(std::make_unique<Part>(store, store.load_volume(volume.name), to));
        else
            require_source_there(store, volume.name, to);
    return parts;
}

// In the order of opening, as they were closed last.
[[noreturn]] void put_all_back(const Parts& parts, const std::string& job, const ChangeoverOptions& options,
                               const Error& error)
{
    std::string left;
    for (const auto& part : parts)
        if (const auto text = part->put_back(options); !text.empty())
            left += "; " + text;
    if (left.empty())
        throw Error(error.status(), "job " + job + ": " + error.what() + "; all its volumes are where they were",
                    error.repeat_with());
    throw Error(ExitStatus::partly_done, "job " + job + ": " + error.what() + left +
                                             "; when the nodes reach each other, repeat the same command, or go back: "
                                             "mirrorctl switchover job:" + job + "@NODE");
}

void give_all(const Parts& parts, const ChangeoverOptions& options)
{
    for (const auto& part : parts)
        part->check();
    for (const auto& part : parts)
        part->prepare();
    for (const auto& part : parts | std::views::reverse)
        part->close(options.wait);
    std::vector<std::future<void>> giving;
    for (const auto& part : parts)
        giving.push_back(std::async(std::launch::async, [&part, &options] { part->give(options); }));
    for (auto& each : giving)
        each.wait(); // all of them, before the first Error counts
    for (auto& each : giving)
        each.get();
}

void switch_parts(const Parts& parts, const std::string& job, const ChangeoverOptions& options)
{
    try {
        give_all(parts, options);
        for (const auto& part : parts)
            part->take();
    } catch (const Error& error) {
        // whoever took the role of one must keep it then: the same command goes on from here
        if (error.status() == ExitStatus::timed_out)
            throw Error(error.status(), "job " + job + ": " + error.what() + "; this goes on with all its volumes: "
                                            "mirrorctl switchover job:" + job + "@NODE");
        put_all_back(parts, job, options, error);
    }
}

ChangeoverResult pass_on(const ConfigStore& store, const Subject& subject, const std::string& source,
                         const ChangeoverOptions& options)
{
    Peer(store, source)
        .call("job.switchover", with_managers(store, store.load_job(subject.name).volumes, {{"job", subject.name},
                                                                                            {"to", subject.node},
                                                                                            {"wait", options.wait.count()},
                                                                                            {"drain", options.drain.count()}}),
              options.wait + options.drain + RoleHooks::patience + std::chrono::seconds(120));
    return {true, subject.node};
}

// What is not switched yet has its source elsewhere.
ChangeoverResult from_there(const ConfigStore& store, const Subject& subject, const std::vector<Subject>& volumes,
                            const ChangeoverOptions& options)
{
    for (const auto& volume : volumes) {
        if (role_here(store, volume.name) == Role::source)
            continue;
        const auto source = find_source(store, mirrors_of(store, {Subject::Kind::volume, volume.name, {}}));
        if (!source)
            throw Error(ExitStatus::refused, "no node of volume " + volume.name + " that answers is its source; "
                                                 "nothing was changed; to make this node the source of all: "
                                                 "mirrorctl promote job:" + subject.name);
        if (source->node != subject.node)
            return pass_on(store, subject, source->node, options);
    }
    return {false, subject.node};
}

} // namespace

ChangeoverResult switchover_job(const ConfigStore& store, const Subject& subject, const ChangeoverOptions& options)
{
    if (subject.node.empty())
        throw Error(ExitStatus::usage, "say which node shall be the source: mirrorctl switchover job:" + subject.name +
                                           "@NODE");
    const auto volumes = volumes_of(store, subject);
    const auto self = store.load_node().name;
    const auto is_here = [&](const Subject& volume) { return role_here(store, volume.name) == Role::source; };
    if (subject.node == self && std::ranges::all_of(volumes, is_here)) {
        bool changed = false;
        for (const auto& volume : volumes) // takes back what was handed over and not taken
            changed |= switchover(store, {Subject::Kind::mirror, volume.name, self}, options).changed;
        return {changed, self};
    }
    if (subject.node == self || std::ranges::none_of(volumes, is_here))
        return from_there(store, subject, volumes, options);
    const auto locks = lock_volumes(store, {Subject::Kind::job, subject.name, {}}, "switchover");
    const auto parts = parts_here(store, volumes, subject.node);
    switch_parts(parts, subject.name, options);
    return {true, subject.node};
}

} // namespace mirrornet::ops
