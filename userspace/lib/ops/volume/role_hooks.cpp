// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/role_hooks.hpp"

#include "base/deadline.hpp"
#include "dm/front.hpp"
#include "ops/hooks/directory.hpp"

#include <utility>

namespace mirrornet::ops {

namespace {

// One after the other, the first that fails is the last. Its last words are the reason.
std::string run_in(const std::filesystem::path& directory, const Facts& facts, bool to_the_end)
{
    const Deadline deadline{std::chrono::milliseconds(RoleHooks::patience)};
    std::string said, failure;
    const HookLog listen = [&](Severity severity, std::string_view line) {
        (severity == Severity::error ? failure : said) = line; // an error: it may not be run
    };
    const auto programs = HookDirectory(directory, 0, listen).programs();
    if (!failure.empty() && !to_the_end)
        return failure;
    for (const auto& path : programs) {
        said.clear();
        std::string how;
        try {
            how = run_hook(path, facts, deadline.left(), -1, listen);
        } catch (const Error& error) { // no such interpreter, for one
            how = error.what();
        }
        if (how.empty())
            continue;
        failure = path.string() + ": " + how + (said.empty() ? "" : " (" + said + ")");
        if (!to_the_end)
            break;
    }
    return failure;
}

} // namespace

RoleHooks::RoleHooks(const ConfigStore& store, const VolumeConfig& config, std::string verb, std::string to)
    : store_(store), config_(config), verb_(std::move(verb)), to_(std::move(to))
{
}

void RoleHooks::before() const
{
    const auto failure = run_in(store_.directory() / "switchover.d", facts("before-" + verb_), false);
    if (failure.empty())
        return;
    cancelled();
    throw Error(ExitStatus::refused, "volume " + config_.name + ": a hook stops the " + verb_ + ": " + failure +
                                         "; nothing was changed");
}

void RoleHooks::cancelled() const noexcept
try {
    run_in(store_.directory() / "switchover.d", facts(verb_ + "-cancelled"), true);
} catch (const std::exception&) {
    // the refusal that follows says more
}

bool RoleHooks::nothing_changed(ExitStatus status)
{
    return status != ExitStatus::timed_out && status != ExitStatus::partly_done;
}

Facts RoleHooks::facts(const std::string& event) const
{
    return {{"MIRROR_NET_EVENT", event},
            {"MIRROR_NET_NODE", store_.load_node().name},
            {"MIRROR_NET_VOLUME", config_.name},
            {"MIRROR_NET_VOLUME_UUID", config_.id.to_string()},
            {"MIRROR_NET_DEVICE", dm::front_node(config_.name)},
            {"MIRROR_NET_PEER", to_}};
}

} // namespace mirrornet::ops
