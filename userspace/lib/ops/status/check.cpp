// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/check.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/text.hpp"
#include "dm/front.hpp"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

constexpr std::size_t page = 4096;

std::string mirrors_in_trouble(const VolumeStatus& volume)
{
    std::string text;
    for (const auto& mirror : volume.mirrors)
        if (mirror.level != Level::ok)
            text += (text.empty() ? "" : ", ") + ("the mirror with node " + mirror.node + " is " +
                    std::string(to_string(mirror.record.state)) +
                    (mirror.record.reason == Reason::none ? "" : " (" + std::string(to_string(mirror.record.reason)) + ")") +
                    (is_paused_there(mirror.record) ? ", paused over there by a person" : ""));
    return text;
}

bool all_in_maintenance(const VolumeStatus& volume)
{
    bool any = false;
    for (const auto& mirror : volume.mirrors) {
        if (mirror.level != Level::ok && mirror.level != Level::maintenance)
            return false;
        any |= mirror.level == Level::maintenance;
    }
    return any;
}

// boot-alone=locked: somebody else decides whether it is opened. Of several mirrors the most careful counts.
bool stays_by_choice(const VolumeStatus& volume)
{
    return std::ranges::any_of(volume.mirrors,
                               [](const auto& mirror) { return mirror.record.boot_alone == BootAlone::locked; });
}

// Whoever asks may look at nothing but this; the exit status has no place for it.
std::string split_brains(const VolumeStatus& volume)
{
    std::string nodes;
    for (const auto& mirror : volume.mirrors)
        if (mirror.level == Level::split_brain)
            nodes += (nodes.empty() ? "" : ", ") + mirror.node;
    return nodes.empty() ? "" : "split brain with node " + nodes + ": both copies were written on their own, and a person has to "
                                "choose: mirrorctl split-brain show " + volume.name;
}

// Closed by a person, or for a change of roles, it is not to serve anybody now.
ServiceState of_locked_source(const VolumeStatus& volume)
{
    const auto& record = *volume.record;
    const std::string why = "locked (" + std::string(to_string(record.lock)) + ")";
    if (record.lock == LockReason::wait_peer && record.boot == Boot::stays && !stays_by_choice(volume))
        return {Service::failed, "the source is " + why + ": boot-wait is over, and it stays locked until every node was heard, "
                                 "or a person opens it"};
    switch (record.lock) {
    case LockReason::user:
    case LockReason::wait_peer:
    case LockReason::handed_over:
    case LockReason::handing_over:
        return {Service::standby, "the source is " + why};
    default:
        return {Service::failed, "the source is " + why + ", which a person has to end"};
    }
}

ServiceState of_source(const VolumeStatus& volume)
{
    const auto& record = *volume.record;
    if (record.locked())
        return of_locked_source(volume);
    if (record.meta_way == MetaWay::stop || record.meta_way == MetaWay::wait)
        return {Service::failed, "the metadata cannot be written, so writes fail or wait"};
    if (record.meta_error)
        return {Service::active_degraded, "the metadata cannot be written; it goes on without"};
    if (all_in_maintenance(volume))
        return {Service::maintenance, mirrors_in_trouble(volume)};
    const auto trouble = mirrors_in_trouble(volume);
    return {trouble.empty() ? Service::active : Service::active_degraded, trouble};
}

// Empty, or what failed.
std::string read_and_flush(const std::string& path)
{
    const UniqueFd device(::open(path.c_str(), O_RDWR | O_DIRECT | O_CLOEXEC));
    if (!device)
        return "cannot be opened: " + std::string(std::strerror(errno));
    const std::unique_ptr<void, decltype(&std::free)> buffer(std::aligned_alloc(page, page), &std::free);
    if (!buffer)
        return "cannot be read: no memory";
    if (::pread(device.get(), buffer.get(), page, 0) < 0)
        return "cannot be read: " + std::string(std::strerror(errno));
    if (::fsync(device.get()) != 0)
        return "cannot be flushed: " + std::string(std::strerror(errno));
    return {};
}

// In the child: it may hang in the kernel for ever, where no signal reaches it, and must keep nobody waiting for
// the end of what this process prints.
[[noreturn]] void try_and_tell(const std::string& path, int tell)
{
    for (int fd = 0; fd <= 2; fd++)
        ::close(fd);
    const auto failure = read_and_flush(path) + "\n";
    ::_exit(::write(tell, failure.data(), failure.size()) < 0);
}

// What the child says; nothing: it does not within so long.
std::optional<std::string> heard(int fd, std::chrono::milliseconds time)
{
    pollfd wait{fd, POLLIN, 0};
    char text[256];
    if (::poll(&wait, 1, static_cast<int>(time.count())) <= 0)
        return std::nullopt;
    const auto got = ::read(fd, text, sizeof(text));
    if (got <= 0)
        return "was not tried: the process that does it was killed";
    return std::string(trim({text, static_cast<std::size_t>(got)}));
}

} // namespace

namespace {

ServiceState of_role(const VolumeStatus& volume)
{
    if (!volume.error.empty())
        return {Service::cannot_tell, volume.error};
    if (!volume.record)
        return {Service::failed, "the volume is not active on this node"};
    switch (volume.record->role) {
    case Role::source:
        return of_source(volume);
    case Role::target:
        return {Service::standby, "a target, " + std::string(to_string(volume.record->data))};
    default:
        return {Service::standby, "this node has no role for it"};
    }
}

ServiceState without_maintenance(const VolumeStatus& volume)
{
    auto state = of_role(volume);
    if (const auto split = split_brains(volume); !split.empty())
        state.reason = split + (state.reason.empty() ? "" : "; " + state.reason);
    return state;
}

// Whoever asks is to do nothing, and to wake nobody, whatever people are doing to the volume.
ServiceState or_maintenance(const VolumeStatus& volume, ServiceState state)
{
    if (!volume.maintenance)
        return state;
    const auto& what = volume.maintenance->what;
    return {Service::maintenance, "of the " + volume.maintenance->of + (what.reason.empty() ? "" : " (" + what.reason + ")") +
                                      "; else it would be " + std::string(to_string(state.service)) +
                                      (state.reason.empty() ? "" : ": " + state.reason)};
}

} // namespace

ServiceState service_of(const VolumeStatus& volume)
{
    return or_maintenance(volume, without_maintenance(volume));
}

ServiceState try_service(const VolumeStatus& volume, std::chrono::milliseconds time)
{
    const std::string path = dm::front_node(volume.name);
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        throw_errno("cannot make a pipe");
    const UniqueFd hear(ends[0]), tell(ends[1]);
    const auto child = ::fork();
    if (child < 0)
        throw_errno("cannot start a process");
    if (child == 0)
        try_and_tell(path, tell.get());
    const auto failure = heard(hear.get(), time);
    ::kill(child, SIGKILL); // it is reaped by whoever inherits it, should it hang
    if (!failure)
        return or_maintenance(volume, {Service::failed, path + " did not answer within " + std::to_string(time.count()) + " ms"});
    return failure->empty() ? service_of(volume) : or_maintenance(volume, {Service::failed, path + " " + *failure});
}

ExitStatus exit_status_of(Service service)
{
    switch (service) {
    case Service::active:
    case Service::standby: return ExitStatus::done;
    case Service::active_degraded: return ExitStatus::degraded;
    case Service::maintenance: return ExitStatus::maintenance;
    case Service::cannot_tell: return ExitStatus::unknown;
    case Service::failed: return ExitStatus::refused;
    }
    return ExitStatus::internal;
}

} // namespace mirrornet::ops
