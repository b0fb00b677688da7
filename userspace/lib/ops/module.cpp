// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/module.hpp"

#include "base/process.hpp"
#include "base/text.hpp"

#include <unistd.h>

namespace mirrornet::ops {

nl::Kernel open_kernel()
{
    try {
        return {};
    } catch (const Error& error) {
        if (error.status() != ExitStatus::not_found || ::geteuid() != 0)
            throw;
    }
    if (const auto result = run_process({"modprobe", "dm-mirror-net"}); !result.ok())
        throw Error(ExitStatus::not_found, "the kernel module dm-mirror-net cannot be loaded: " +
                                               printable(trim(result.err)) +
                                               "; no volume is active without it: is it installed "
                                               "for this kernel (dkms status)?");
    return {};
}

} // namespace mirrornet::ops
