// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "config/store.hpp"
#include "mirror-netd/log.hpp"
#include "ops/events/facts.hpp"

#include <functional>
#include <map>
#include <string>

namespace mirrornet::netd {

// Sees maintenance of this node's volumes begin and end, by a verb or by the clock (docs/maintenance.md), tells of it,
// and has boot-alone put in force, which it holds back. Of the main thread.
class MaintenanceWatch {
public:
    using Tell = std::function<void(ops::Announcement)>;
    using PutInForce = std::function<void(const std::string& volume)>;

    MaintenanceWatch(const ConfigStore& store, Tell tell, PutInForce put_in_force);

    // now: seconds since the epoch. The first look tells nothing: what is on then began while nobody looked.
    void look(std::uint64_t now);
    // As of the last look, of the volume with this UUID.
    bool is_on(const std::string& volume) const { return on_.contains(volume); }

private:
    using On = std::map<std::string, ops::InMaintenance>; // by the UUID of the volume

    void compare(const VolumeConfig& volume, bool on_record, const std::string& node, const On& now);
    void put_in_force(const VolumeConfig& volume);

    const ConfigStore& store_;
    Tell tell_;
    PutInForce put_in_force_;
    On on_;
    std::map<std::string, Complaint> not_in_force_; // by UUID; tried again at each look
    bool looked_ = false;
};

} // namespace mirrornet::netd
