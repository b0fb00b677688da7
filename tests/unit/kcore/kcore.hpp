// SPDX-License-Identifier: GPL-2.0-or-later
// What the tests of the pure core share: the kernel's headers, a fixture that
// fails on warnings, and random numbers that can be had again.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

extern "C" {
#include "alone.h"
#include "copy_mark.h"
#include "depth.h"
#include "generation.h"
#include "handover.h"
#include "latency.h"
#include "layout.h"
#include "meta_way.h"
#include "overlap.h"
#include "pace.h"
#include "pack.h"
#include "passes.h"
#include "regions.h"
#include "split.h"
#include "state.h"
#include "track.h"
#include "turns.h"
#include "wire.h"

extern unsigned int shim_warnings;
}

namespace kcore {

// A WARN_ON_ONCE that the test has not provoked on purpose fails it.
class Test : public testing::Test {
protected:
    void SetUp() override { shim_warnings = 0; }
    void TearDown() override { EXPECT_EQ(shim_warnings, expected_warnings_); }
    void expect_warnings(unsigned int count) { expected_warnings_ = count; }

private:
    unsigned int expected_warnings_ = 0;
};

// The same numbers in every run; MN_SEED=N in the environment takes others.
class Random {
public:
    explicit Random(std::uint64_t seed);

    std::uint64_t any() { return engine_(); }
    // low..high, both included
    std::uint64_t range(std::uint64_t low, std::uint64_t high);
    bool one_in(unsigned int n) { return range(1, n) == 1; }
    void fill(void *bytes, std::size_t count);

private:
    std::mt19937_64 engine_;
};

}  // namespace kcore
