// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/seen.hpp"

#include "model/records.hpp"
#include "ops/peer.hpp"
#include "ops/volume/copy_steps.hpp"
#include "ops/volume/in_force.hpp"
#include "remote/tcp.hpp"

#include <future>
#include <thread>

namespace mirrornet::ops {

namespace {

// So long a peer may be silent before its link counts as dead, and so long its addresses are tried.
std::chrono::milliseconds patience(const VolumeConfig& config, const std::string& self,
                                   const std::string& other)
{
    const auto options = options_between(config, self, other);
    return std::chrono::milliseconds(options.get(Option::ping_interval) *
                                     options.get(Option::max_ping_misses));
}

SeenNode look_at_one(const ConfigStore& store, const VolumeConfig& config, const MirrorName& mirror)
{
    nl::Kernel kernel;
    SeenNode there;
    there.name = mirror.node;
    const auto time = patience(config, own_name(store, config), mirror.node);
    const Deadline noticed(time + std::chrono::seconds(3));
    there.answers = any_answers(Peer(store, mirror.node).config().addresses, default_port(), Deadline(time));
    const auto linked = [&] { return kernel.mirror(mirror.id, mirror.peer).link == LinkState::up; };
    // a link of a dead node is noticed in the same time, by a timer of its own
    while (linked() && !there.answers && noticed.left().count() > 0)
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    there.linked = linked();
    if (there.answers || there.linked)
        there.copy = ask_copy(store, mirror.volume, mirror.node);
    there.recorded = kernel.mirror(mirror.id, mirror.peer).base_generation;
    return there;
}

} // namespace

std::optional<SaidCopy> ask_copy(const ConfigStore& store, const std::string& volume, const std::string& node)
{
    try {
        const auto status = Peer(store, node).call("status", {{"volumes", {volume}}});
        const auto& said = status.at("volumes").at(0);
        return SaidCopy{parse_word<Role>(said.at("role").get<std::string>()),
                        parse_word<DataState>(said.at("data_state").get<std::string>()),
                        std::stoull(said.at("generation").get<std::string>(), nullptr, 16),
                        said.at("write_number").get<std::uint64_t>()};
    } catch (const std::exception&) {
        return std::nullopt; // a daemon that answers, but cannot say
    }
}

std::optional<SaidCopy> ask_again(const ConfigStore& store, const MirrorName& mirror)
{
    const Deadline soon(std::chrono::seconds(1));
    if (!any_answers(Peer(store, mirror.node).config().addresses, default_port(), soon))
        return std::nullopt;
    return ask_copy(store, mirror.volume, mirror.node);
}

std::vector<SeenNode> look_at(const ConfigStore& store, const VolumeConfig& config,
                              const std::vector<MirrorName>& mirrors)
{
    std::vector<std::future<SeenNode>> looks;
    for (const auto& mirror : mirrors)
        looks.push_back(std::async(std::launch::async, [&store, &config, &mirror] {
            return look_at_one(store, config, mirror);
        }));
    std::vector<SeenNode> seen;
    for (auto& look : looks)
        seen.push_back(look.get());
    return seen;
}

std::optional<MirrorName> find_source(const ConfigStore& store, const std::vector<MirrorName>& mirrors)
{
    for (const auto& mirror : mirrors)
        if (const auto copy = ask_copy(store, mirror.volume, mirror.node); copy && copy->role == Role::source)
            return mirror;
    return std::nullopt;
}

} // namespace mirrornet::ops
