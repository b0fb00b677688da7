// SPDX-License-Identifier: GPL-2.0-or-later
//
// A test program that may have nothing to test on this machine: it then says so
// in TAP, which kyua understands, where GoogleTest's own skips look like success.
#pragma once

#include <cstdio>
#include <gtest/gtest.h>
#include <string>

// `reason` is empty when the tests can run.
inline int run_or_skip(int argc, char** argv, const std::string& reason)
{
    if (!reason.empty())
        return std::printf("1..0 # SKIP %s\n", reason.c_str()) < 0;
    testing::InitGoogleTest(&argc, argv);
    const int result = RUN_ALL_TESTS();
    std::printf("1..1\n%s 1\n", result == 0 ? "ok" : "not ok");
    return result;
}
