// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/wait.hpp"

#include <thread>

namespace mirrornet::ops {

namespace {

constexpr std::chrono::milliseconds between_looks{200};

void require_progress(const MirrorStatus& status, const std::string& name)
{
    const auto& record = status.record;
    const bool stopped =
        record.state == MirrorState::broken || record.state == MirrorState::none ||
        (record.state == MirrorState::paused && !record.ends_by_itself);
    if (stopped)
        throw Error(ExitStatus::refused,
                    name + " stopped: " + std::string(to_string(record.state)) + " (" +
                        std::string(to_string(record.reason)) + ")" +
                        (status.advice.empty() ? "" : "; " + status.advice));
}

} // namespace

MirrorStatus wait_for_mirroring(const MirrorName& mirror, std::chrono::seconds most,
                                const std::function<void(const MirrorStatus&)>& progress)
{
    nl::Kernel kernel;
    const std::string name = mirror.volume + "@" + mirror.node;
    const auto end = std::chrono::steady_clock::now() + most;
    for (;;) {
        MirrorStatus status;
        status.node = mirror.node;
        status.record = kernel.mirror(mirror.id, mirror.peer);
        judge(status, mirror.volume, kernel.find_volume(mirror.id));
        progress(status);
        if (status.record.state == MirrorState::mirroring)
            return status;
        require_progress(status, name);
        if (most.count() > 0 && std::chrono::steady_clock::now() >= end)
            throw Error(ExitStatus::timed_out,
                        name + " is not in sync yet; it goes on by itself, see: mirrorctl status " +
                            mirror.volume);
        std::this_thread::sleep_for(between_looks);
    }
}

} // namespace mirrornet::ops
