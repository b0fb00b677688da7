// SPDX-License-Identifier: GPL-2.0-or-later
// A story: a seed, and which of its steps are told. Steps do not depend on each other's numbers, so any part of a story
// is one, too: that is how a bad one is made short.
#pragma once

#include "world.hpp"

namespace sim {

class Story {
public:
    explicit Story(u64 seed, int steps = 700);

    // Empty, or what was wrong, and at which step.
    std::string run(std::string *log = nullptr);
    // Leaves out whatever is not needed for a fault; the first fault of what is left.
    std::string shorten();
    size_t steps() const { return steps_.size(); }
    const auto &times() const { return world_->times; }

private:
    void any_step();
    int some_peer(int n);
    template <typename What> void some_times(What what);
    void work(int n);
    void trouble(int n, int peer);
    void person(int n, int peer);
    int a_source();
    void switch_over(int n, int peer);
    void fail_over(int n);
    void settle();
    void settle_round();
    void decide();
    void one_source(int kept);
    void end_handovers();

    u64 seed_;
    int nodes_;
    bool promotes_;
    std::vector<u64> steps_;
    std::unique_ptr<World> world_;
};

}  // namespace sim
