// SPDX-License-Identifier: GPL-2.0-or-later
//
// Makes the second connections over which links go on, when the kernel asks for them
// (docs/renew.md). An attempt that fails is not repeated here: the kernel says a wish again
// as long as it lasts.
#pragma once

#include "config/store.hpp"
#include "mirror-netd/kernel_links.hpp"
#include "mirror-netd/workers.hpp"

#include <random>

namespace mirrornet::netd {

// Belongs to the main thread.
class Renewer {
public:
    // cancel: see Deadline.
    Renewer(const ConfigStore& store, KernelView& kernel, int cancel);

    // Starts an attempt, unless too many are under way. Nothing where the other node makes the link.
    void renew(const NodeConfig& self, const MirrorKey& mirror);

private:
    void run(const NodeConfig& self, const MirrorKey& mirror, std::uint64_t number);

    const ConfigStore& store_;
    KernelView& kernel_;
    int cancel_;
    std::mt19937_64 random_{std::random_device{}()};
    Workers workers_; // last: they end before the rest goes
};

} // namespace mirrornet::netd
