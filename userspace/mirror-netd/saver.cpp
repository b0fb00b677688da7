// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/saver.hpp"

#include "base/error.hpp"
#include "mirror-netd/log.hpp"
#include "nl/kernel.hpp"
#include "ops/clock.hpp"
#include "ops/volume/saved_writes.hpp"

#include <algorithm>
#include <utility>

namespace mirrornet::netd {

namespace {

constexpr auto for_ever = std::chrono::hours(24 * 365);

ops::MirrorName mirror_name(const ConfigStore& store, const MirrorKey& mirror)
{
    const auto peer = store.find_peer(mirror.second);
    return {store.display_name(mirror.first), mirror.first, peer ? peer->name : mirror.second.to_string(),
            mirror.second};
}

} // namespace

std::vector<WantedSave> KernelSaves::wanted()
try {
    std::vector<WantedSave> all;
    nl::Kernel kernel;
    for (const auto& mirror : kernel.mirrors())
        if (mirror.lost_writes == LostWritesState::wanted)
            all.push_back({{mirror.volume, mirror.peer}, kernel.volume(mirror.volume).generation});
    return all;
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    return {};
}

std::string KernelSaves::save(const WantedSave& wanted, const Deadline& deadline)
{
    nl::Kernel kernel;
    const auto saved = ops::save_writes(store_, kernel, mirror_name(store_, wanted.mirror), deadline);
    kernel.lost_writes_saved(wanted.mirror.first, wanted.mirror.second, wanted.generation);
    return saved.directory.empty() ? "nothing was to be saved"
                                   : ops::amount(saved.bytes) + " are saved in " + saved.directory;
}

Saver::Saver(const ConfigStore& store, SaveWork& work, std::chrono::milliseconds between, int cancel)
    : store_(store), work_(work), between_(between), cancel_(cancel)
{
}

void Saver::refresh()
{
    for (const auto& wanted : work_.wanted()) {
        const Key key{wanted.mirror, wanted.generation};
        const std::lock_guard lock(mutex_);
        if (running_.contains(key))
            continue;
        if (workers_.start([this, wanted] { run(wanted); })) // else with the next refresh
            running_.insert(key);
    }
}

// In a thread of its own, as is everything below. What fails is tried again: a person may make room, or take back that
// it shall be saved.
void Saver::run(const WantedSave& wanted)
{
    const Deadline deadline(for_ever, cancel_); // the daemon stops: nobody starts another one
    std::string complained;
    for (; !deadline.cancelled(); sleep_within(between_, deadline)) {
        try {
            if (is_over(wanted))
                return;
            save(wanted, deadline);
        } catch (const std::exception& error) {
            if (std::exchange(complained, error.what()) != error.what() && !deadline.cancelled())
                log(Priority::error,
                    "{}: this old source stays one, locked, until what the newer one has not got is saved "
                    "(keep-lost-writes), and: {}",
                    name_of(wanted), error.what());
        }
    }
}

void Saver::save(const WantedSave& wanted, const Deadline& deadline)
{
    while (!disks_.try_acquire_for(between_))
        if (deadline.cancelled())
            return;
    std::string came_of_it;
    try {
        came_of_it = work_.save(wanted, deadline);
    } catch (...) {
        disks_.release();
        throw;
    }
    disks_.release();
    log(Priority::notice, "{}: of what was written here last, the newer source: {}", name_of(wanted), came_of_it);
}

// Asked and noted in one step: refresh(), which heard that it is wanted again, either finds this one at it still, and
// then it goes on, or starts another.
bool Saver::is_over(const WantedSave& wanted)
{
    const std::lock_guard lock(mutex_);
    const auto all = work_.wanted();
    const bool is_wanted = std::ranges::any_of(all, [&](const auto& each) {
        return each.mirror == wanted.mirror && each.generation == wanted.generation;
    });
    if (!is_wanted)
        running_.erase({wanted.mirror, wanted.generation});
    return !is_wanted;
}

std::string Saver::name_of(const WantedSave& wanted) const
{
    const auto name = mirror_name(store_, wanted.mirror);
    return name.volume + "@" + name.node;
}

} // namespace mirrornet::netd
