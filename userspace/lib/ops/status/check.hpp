// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verb `check`, for cluster managers and monitoring: what a volume does on this node, in one word.
#pragma once

#include "ops/status/report.hpp"

#include <chrono>
#include <string>

namespace mirrornet::ops {

// The later the worse.
enum class Service { active, standby, active_degraded, maintenance, cannot_tell, failed };

struct ServiceState {
    Service service = Service::cannot_tell;
    std::string reason; // one sentence; empty for active
};

// Pure. A target is never a failure, whatever its copy is worth: it serves nobody. In maintenance it is
// `maintenance`, whatever it would be else.
ServiceState service_of(const VolumeStatus& volume);

// What only trying shows, of a source that is open: a read past all caches, and a flush, which writes what is
// queued through every layer; its data is not changed. failed: an error, or no answer within so long.
ServiceState try_service(const VolumeStatus& volume, std::chrono::milliseconds time);

ExitStatus exit_status_of(Service service);

} // namespace mirrornet::ops

namespace mirrornet {

template <> struct Words<ops::Service> {
    static constexpr std::string_view kind = "service";
    static constexpr Word<ops::Service> table[] = {{ops::Service::active, "active"},
                                                   {ops::Service::standby, "standby"},
                                                   {ops::Service::active_degraded, "active-degraded"},
                                                   {ops::Service::maintenance, "maintenance"},
                                                   {ops::Service::cannot_tell, "cannot-tell"},
                                                   {ops::Service::failed, "failed"}};
};

} // namespace mirrornet
