// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.hpp"
#include "nl/kernel.hpp"
#include "ops/node/endpoint.hpp"
#include "ops/volume/mirror_verbs.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace mirrornet::ops {

namespace {

using namespace std::chrono_literals;

// The daemon has 8 s for a connection.
constexpr auto renew_patience = 15s;

std::string name_of(const MirrorName& mirror)
{
    return mirror.volume + "@" + mirror.node;
}

nl::MirrorRecord linked(nl::Kernel& kernel, const MirrorName& mirror)
{
    auto record = kernel.mirror(mirror.id, mirror.peer);
    if (record.link != LinkState::up)
        throw Error(ExitStatus::refused,
                    "mirror " + name_of(mirror) + " has no link that is up, so there is nothing to renew; "
                    "nothing was changed. When it has one again it is a new one anyway: "
                    "mirrorctl status " + mirror.volume);
    return record;
}

} // namespace

EndpointRenewResult endpoint_renew(const ConfigStore& store, const Subject& subject)
{
    nl::Kernel kernel;
    const auto mirrors = mirrors_of(store, subject);
    std::vector<std::uint64_t> before;
    for (const auto& mirror : mirrors)
        before.push_back(linked(kernel, mirror).renewals);
    for (const auto& mirror : mirrors)
        kernel.link_renew(mirror.id, mirror.peer);

    std::vector<bool> done(mirrors.size());
    const auto look = [&] {
        for (std::size_t at = 0; at < mirrors.size(); at++) {
            const auto record = kernel.find_mirror(mirrors[at].id, mirrors[at].peer);
            done[at] = done[at] || (record && record->renewals > before[at]);
        }
        return std::ranges::all_of(done, [](bool each) { return each; });
    };
    const auto end = std::chrono::steady_clock::now() + renew_patience;
    while (!look() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(50ms);

    EndpointRenewResult result;
    for (std::size_t at = 0; at < mirrors.size(); at++)
        (done[at] ? result.renewed : result.not_yet).push_back(name_of(mirrors[at]));
    return result;
}

} // namespace mirrornet::ops
