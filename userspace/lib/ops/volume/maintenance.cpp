// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/maintenance.hpp"

#include "base/error.hpp"
#include "base/time.hpp"

#include <limits>

namespace mirrornet::ops {

namespace {

std::uint64_t end_of(const Maintenance& maintenance)
{
    return maintenance.until ? maintenance.until : std::numeric_limits<std::uint64_t>::max();
}

template <typename Config>
void consider(std::optional<InMaintenance>& last, const Config* config, const char* kind, std::uint64_t now)
{
    if (!config || !config->maintenance || !config->maintenance->is_on(now))
        return;
    if (!last || end_of(*config->maintenance) > end_of(last->what))
        last = InMaintenance{std::string(kind) + " " + config->name, *config->maintenance};
}

// A file that cannot be read is told elsewhere.
template <typename Find> auto readable(Find find) -> decltype(find())
{
    try {
        return find();
    } catch (const Error&) {
        return std::nullopt;
    }
}

template <typename Config> const Config* pointer(const std::optional<Config>& config)
{
    return config ? &*config : nullptr;
}

} // namespace

std::string InMaintenance::command_to_end() const
{
    const auto blank = of.find(' ');
    const auto kind = of.substr(0, blank), name = of.substr(blank + 1);
    return "mirrorctl maintenance off " + (kind == "node" ? "--node" : kind == "job" ? "job:" + name : name);
}

std::optional<InMaintenance> maintenance_of(const NodeConfig* node, const JobConfig* job, const VolumeConfig* volume,
                                            std::uint64_t now)
{
    std::optional<InMaintenance> last;
    consider(last, volume, "volume", now);
    consider(last, job, "job", now);
    consider(last, node, "node", now);
    return last;
}

std::optional<InMaintenance> maintenance_now(const ConfigStore& store, const std::string& volume)
{
    const auto node = readable([&] { return store.find_node(); });
    const auto job = readable([&] { return store.job_of(volume); });
    const auto config = readable([&] { return store.find_volume(volume); });
    return maintenance_of(pointer(node), pointer(job), pointer(config), now_s());
}

std::optional<InMaintenance> maintenance_now(const ConfigStore& store)
{
    const auto node = readable([&] { return store.find_node(); });
    return maintenance_of(pointer(node), nullptr, nullptr, now_s());
}

} // namespace mirrornet::ops
