// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/kernel_links.hpp"

#include "nl/kernel.hpp"
#include "remote/greeting.hpp"

namespace mirrornet::netd {

namespace {

using namespace std::chrono_literals;

// A link that was just dropped takes a moment to be gone.
constexpr auto busy_patience = 3000ms;
constexpr auto busy_pause = 50ms;

// It may have been paused while the link was made.
void require_wanted(nl::Kernel& kernel, const Link& link, const Error& refusal)
{
    const auto record = kernel.find_mirror(link.volume, link.peer);
    if (record && record->link == LinkState::unwanted)
        throw LinkUnwanted(refusal.what());
}

} // namespace

std::set<MirrorKey> KernelLinks::missing_links()
try {
    std::set<MirrorKey> missing;
    nl::Kernel kernel;
    for (const auto& mirror : kernel.mirrors())
        if (mirror.link == LinkState::none)
            missing.emplace(mirror.volume, mirror.peer);
    return missing;
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found)
        throw;
    return {};
}

void KernelLinks::admit(const MirrorKey& mirror)
{
    nl::Kernel kernel;
    const auto record = kernel.find_mirror(mirror.first, mirror.second);
    if (!record)
        throw Error(ExitStatus::not_found,
                    "the volume is not active there, or has no mirror with this node");
    if (record->link == LinkState::unwanted)
        throw LinkUnwanted("the mirror is paused, broken or being made there; mirrorctl status "
                           "says why");
    // The initiator comes only when its end is gone, before ours noticed.
    if (record->link != LinkState::none)
        kernel.link_detach(mirror.first, mirror.second);
}

void KernelLinks::admit_renewal(const MirrorKey& mirror)
{
    const auto record = nl::Kernel().find_mirror(mirror.first, mirror.second);
    if (!record || record->link != LinkState::up)
        throw Error(ExitStatus::not_found, "the mirror has no link there that could be renewed");
}

void KernelLinks::attach(Link link)
{
    nl::Kernel kernel;
    const Deadline patience(busy_patience, cancel_);
    for (;;) {
        try {
            kernel.link_attach(link.volume, link.peer,
                               {link.fd.get(), link.initiator, link.encrypted, link.renew});
            return;
        } catch (const Error& error) {
            if (link.renew) // there is one under way, or nothing to renew
                throw;
            if (error.status() == ExitStatus::refused)
                require_wanted(kernel, link, error);
            if (error.status() != ExitStatus::in_use || patience.left() == std::chrono::milliseconds::zero())
                throw;
            sleep_within(busy_pause, patience);
        }
    }
}

} // namespace mirrornet::netd
