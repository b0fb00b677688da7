// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/job/part.hpp"

#include "ops/peer.hpp"
#include "ops/volume/managed.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

// So long a link may take to be made again after a change of roles.
constexpr std::chrono::seconds link_time{30};

} // namespace

Part::Part(const ConfigStore& store, const VolumeConfig& config, const std::string& to)
    : store_(store), config_(config),
      mirror_(mirrors_of(store, {Subject::Kind::mirror, config.name, to}).front()),
      giving_(store, kernel_, config_, mirror_), hooks_(store, config_, "switchover", to)
{
}

void Part::check()
{
    const auto now = kernel_.volume(config_.id);
    if (now.lock != LockReason::handed_over)
        return giving_.check();
    require_handed_to(store_, now, mirror_);
    which_ = Giving::Handover{now.handover, now.generation}; // an earlier call did not get further
    step_ = Step::given;
}

void Part::prepare()
{
    if (step_ != Step::untouched)
        return;
    hooks_.before();
    step_ = Step::prepared;
}

void Part::close(std::chrono::seconds wait)
{
    if (step_ != Step::prepared)
        return;
    giving_.close(wait);
    step_ = Step::closed;
}

void Part::give(const ChangeoverOptions& options)
{
    if (step_ != Step::closed)
        return;
    which_ = giving_.hand_over(options);
    step_ = Step::given;
}

// What cannot be asked may be.
bool Part::is_handed_over()
try {
    return kernel_.volume(config_.id).lock == LockReason::handed_over;
} catch (const Error&) {
    return true;
}

void Part::take()
{
    try {
        giving_.settle(*which_);
    } catch (const Error& error) {
        if (error.status() == ExitStatus::partly_done)
            step_ = Step::taken; // over there, and this node could not note it
        else if (!is_handed_over())
            step_ = Step::closed; // taken back, and open again, if it could be
        throw;
    }
    step_ = Step::taken;
}

std::string Part::cancel()
try {
    if (giving_.cancel(*which_))
        return {};
    return "volume " + volume() + " is switched over, node " + mirror_.node + " had taken it before";
} catch (const Error& error) {
    return error.what();
}

std::string Part::switch_back(const ChangeoverOptions& options)
try {
    const auto self = store_.load_node().name;
    patiently(link_time, ExitStatus::refused, [&] {
        Peer(store_, mirror_.node)
            .call("volume.switchover", with_managers(store_, {volume()}, {{"volume", volume()},
                                                                          {"to", self},
                                                                          {"wait", options.wait.count()},
                                                                          {"drain", options.drain.count()}}),
                  options.wait + options.drain + RoleHooks::patience + std::chrono::seconds(60));
    });
    return {};
} catch (const Error& error) {
    return "volume " + volume() + " is switched over to node " + mirror_.node + " and could not be switched back (" +
           error.what() + ")";
}

std::string Part::put_back(const ChangeoverOptions& options)
{
    const auto was = std::exchange(step_, Step::untouched);
    if (was == Step::taken)
        return switch_back(options);
    std::string left;
    if (was == Step::given)
        left = cancel();
    if (was == Step::closed)
        left = giving_.put_back();
    if (was != Step::untouched)
        hooks_.cancelled();
    return left;
}

} // namespace mirrornet::ops
