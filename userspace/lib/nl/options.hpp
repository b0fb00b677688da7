// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/options.hpp"

#include <linux/dm_mirror_net.h>
#include <span>

namespace mirrornet::nl {

// The options that the module knows, in the module's units. It has all of them per mirror, also
// those that belong to a volume.
struct KernelOption {
    Option option;
    mn_attr attribute;
    std::uint32_t first_word = 0; // of an option with words: the module's value of its first one
};

std::span<const KernelOption> kernel_options();

} // namespace mirrornet::nl
