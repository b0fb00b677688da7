// SPDX-License-Identifier: GPL-2.0-or-later
// Linked with a core that has a fault (planted/): no more stories than `make check` tells must find it.
#include "story.hpp"

#include <gtest/gtest.h>

namespace sim {

TEST(Planted, IsNoticed)
{
    std::string fault;
    u64 seed = 0;

    while (fault.empty() && seed < 10000)
        fault = Story(++seed).run();
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), fault.c_str());
    EXPECT_NE(fault, "") << "no story notices the fault";
}

}  // namespace sim
