// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/kernel.hpp"
#include "nl/options.hpp"

namespace mirrornet::nl {

std::map<Option, std::int64_t> Kernel::mirror_options(const VolumeId& id, const NodeId& peer)
{
    std::map<Option, std::int64_t> options;
    ask(about(MN_CMD_MIRROR_GET, id, peer), [&](const Attributes& a) {
        for (const KernelOption& known : kernel_options())
            if (a.has(known.attribute))
                options[known.option] = static_cast<std::int64_t>(a.number(known.attribute)) - known.first_word;
    });
    return options;
}

std::int64_t Kernel::parallel_resyncs()
{
    std::int64_t limit = 0;
    ask(request(MN_CMD_NODE_GET),
        [&](const Attributes& a) { limit = static_cast<std::int64_t>(a.number(MN_A_OPT_PARALLEL_RESYNCS)); });
    return limit;
}

} // namespace mirrornet::nl
