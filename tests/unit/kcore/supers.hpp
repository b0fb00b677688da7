// SPDX-License-Identifier: GPL-2.0-or-later
// Superblocks for the tests: a legal one with everything random, and resealing.
#pragma once

#include "kcore.hpp"

namespace kcore {

mn_super random_super(Random &random);
mn_disk_super encoded(const mn_super &super);
void reseal(mn_disk_super &disk);

bool same_super(const mn_super &a, const mn_super &b);

}  // namespace kcore
