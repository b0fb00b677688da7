// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/operation_lock.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/promotion.hpp"

namespace mirrornet::ops {

PromoteResult promote(const ConfigStore& store, const std::string& volume, const PromoteOptions& options)
{
    const OperationLock operation(store.load_volume(volume).name, "promote");
    Promotion promotion(store, volume, options);
    promotion.look();
    promotion.take();
    return promotion.finish();
}

TakeoverResult takeover(const ConfigStore& store, const std::string& volume,
                        const PromoteOptions& options, const ChangeoverOptions& times)
{
    const auto self = store.load_node().name;
    const auto mirrors = mirrors_of(store, {Subject::Kind::volume, volume, {}});
    const bool here = nl::Kernel().volume(mirrors.front().id).role == Role::source;
    if (!here && find_source(store, mirrors)) {
        const auto done = switchover(store, {Subject::Kind::mirror, volume, self}, times);
        return {true, {done.changed, {}}};
    }
    return {false, promote(store, volume, options)};
}

void follow(const ConfigStore& store, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    nl::Kernel kernel;
    if (kernel.volume(config.id).role != Role::none)
        return;
    require_allowed(store, volume, Role::target);
    const OperationLock operation(volume, "follow");
    kernel.set_role(config.id, Role::target);
}

} // namespace mirrornet::ops
