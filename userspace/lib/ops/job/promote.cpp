// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/job/promote.hpp"

#include "ops/job/switchover.hpp"
#include "ops/undo.hpp"
#include "ops/volume/mirror_verbs.hpp"
#include "ops/volume/promotion.hpp"

#include <algorithm>
#include <future>
#include <memory>

namespace mirrornet::ops {

namespace {

using Promotions = std::vector<std::unique_ptr<Promotion>>;

Subject whole(const std::string& job)
{
    return {Subject::Kind::job, job, {}};
}

// Silence takes its time: all at the same time.
void look_at_all(const Promotions& promotions)
{
    std::vector<std::future<void>> looks;
    for (const auto& promotion : promotions)
        looks.push_back(std::async(std::launch::async, [&promotion] { promotion->look(); }));
    for (auto& look : looks)
        look.wait();
    for (auto& look : looks)
        look.get();
}

// Nothing that was looked at refuses; what fails now leaves the ones before promoted.
void take_all(const Promotions& promotions)
{
    std::string taken;
    for (const auto& promotion : promotions) {
        if (taken.empty())
            promotion->take();
        else
            finish_after("this node is the source of " + taken, [&] { promotion->take(); });
        taken += (taken.empty() ? "volume " : ", ") + promotion->volume();
    }
}

} // namespace

JobPromotion promote_job(const ConfigStore& store, const std::string& job, const PromoteOptions& options)
{
    const auto locks = lock_volumes(store, whole(job), "promote");
    Promotions promotions;
    for (const auto& volume : volumes_of(store, whole(job)))
        promotions.push_back(std::make_unique<Promotion>(store, volume.name, options));
    look_at_all(promotions);
    take_all(promotions);
    JobPromotion done;
    finish_after("this node is the source of all volumes of job " + job, [&] {
        for (const auto& promotion : promotions)
            done.volumes.push_back({promotion->volume(), promotion->finish()});
    });
    return done;
}

JobPromotion takeover_job(const ConfigStore& store, const std::string& job, const PromoteOptions& options,
                          const ChangeoverOptions& times)
{
    const auto mirrors = mirrors_of(store, whole(job));
    if (!find_source(store, mirrors))
        return promote_job(store, job, options);
    switchover_job(store, {Subject::Kind::job, job, store.load_node().name}, times);
    return {true, {}};
}

} // namespace mirrornet::ops
