// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/endpoint.hpp"

#include "base/error.hpp"
#include "nl/kernel.hpp"
#include "ops/node/endpoint_json.hpp"
#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "remote/control_client.hpp"
#include "remote/link.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <future>
#include <thread>

namespace mirrornet::ops {

namespace {

using namespace std::chrono_literals;

constexpr auto reconnect_patience = 15s;
// For the other node to ask at its addresses and to make its links anew.
constexpr auto there_time = 30000ms;

// Two nodes that know each other as they are, and an address that may be another.
struct Pair {
    NodeConfig self;
    PeerConfig peer;
    Key key;

    Pair(const ConfigStore& store, const std::string& node)
        : self(store.load_node()), peer(store.load_peer(node)), key(store.load_key(node))
    {
    }
};

EndpointAnswer ask(const Pair& pair, const Address& address)
{
    auto peer = pair.peer;
    peer.addresses = {address};
    try {
        const ControlClient reached(pair.self, peer, pair.key, Peer::short_time);
        return {address, ""};
    } catch (const Error& error) {
        return {address, error.what()};
    }
}

// All at once: one that does not answer takes its time.
std::vector<EndpointAnswer> ask_all(const Pair& pair, const std::vector<Address>& addresses)
{
    std::vector<std::future<EndpointAnswer>> asked;
    for (const auto& address : addresses)
        asked.push_back(std::async(std::launch::async, [&pair, &address] {
            return ask(pair, address);
        }));
    std::vector<EndpointAnswer> answers;
    for (auto& each : asked)
        answers.push_back(each.get());
    return answers;
}

const EndpointAnswer* first_that_answers(const std::vector<EndpointAnswer>& answers)
{
    const auto at = std::ranges::find_if(answers, &EndpointAnswer::answers);
    return at == answers.end() ? nullptr : &*at;
}

std::string failures_of(const std::vector<EndpointAnswer>& answers)
{
    std::string text;
    for (const auto& each : answers)
        text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", each.address.to_string(),
                            each.failure);
    return text;
}

std::vector<nl::MirrorRecord> linked_mirrors(nl::Kernel& kernel, const NodeId& peer)
{
    auto mirrors = kernel.mirrors();
    std::erase_if(mirrors, [&](const nl::MirrorRecord& mirror) {
        return mirror.peer != peer || mirror.link == LinkState::none ||
               mirror.link == LinkState::unwanted;
    });
    return mirrors;
}

// The daemon makes a link anew as soon as it is gone, and reads the addresses then.
void drop_links(const ConfigStore& store, const Pair& pair, EndpointResult& result)
try {
    nl::Kernel kernel;
    const auto mirrors = linked_mirrors(kernel, pair.peer.id);
    for (const auto& mirror : mirrors) {
        kernel.link_detach(mirror.volume, mirror.peer);
        result.reconnected.push_back(store.display_name(mirror.volume) + "@" + pair.peer.name);
    }
    const auto is_up = [&](const nl::MirrorRecord& mirror) {
        const auto record = kernel.find_mirror(mirror.volume, mirror.peer);
        return !record || record->link == LinkState::up || record->link == LinkState::unwanted;
    };
    const auto end = std::chrono::steady_clock::now() + reconnect_patience;
    while (!std::ranges::all_of(mirrors, is_up) && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(100ms);
    for (std::size_t at = 0; at < mirrors.size(); at++)
        if (!is_up(mirrors[at]))
            result.not_yet.push_back(result.reconnected[at]);
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found) // no module, or the mirror has just gone: no link
        throw;
}

// A port that is not named is the default one.
bool same_place(const Address& a, const Address& b)
{
    return a.host == b.host && a.port_or(default_port()) == b.port_or(default_port());
}

void check_distinct(const std::vector<Address>& addresses)
{
    for (auto at = addresses.begin(); at != addresses.end(); ++at)
        if (std::any_of(std::next(at), addresses.end(),
                        [&](const Address& other) { return same_place(*at, other); }))
            throw Error(ExitStatus::usage, at->to_string() + " is named twice");
}

} // namespace

bool moves(const std::vector<EndpointAnswer>& before, const std::vector<EndpointAnswer>& after)
{
    const auto *was = first_that_answers(before), *is = first_that_answers(after);
    return is && !(was && same_place(was->address, is->address));
}

void check_endpoints(const std::string& node, const std::vector<EndpointAnswer>& answers,
                     bool force)
{
    if (force || first_that_answers(answers))
        return;
    throw Error(ExitStatus::unreachable,
                fmt::format("node {} answers at none of these addresses: {}. Nothing was changed. "
                            "If it will be reached there later, repeat with --force",
                            node, failures_of(answers)),
                "--force");
}

EndpointResult endpoint_show(const ConfigStore& store, const std::string& node)
{
    const Pair pair(store, node);
    EndpointResult result;
    result.addresses = ask_all(pair, pair.peer.addresses);
    result.connects = connects(pair.self.id, pair.peer.id);
    return result;
}

void endpoint_check(const ConfigStore& store, const EndpointSetOptions& options)
{
    check_distinct(options.addresses);
    const Pair pair(store, options.node);
    check_endpoints(options.node, ask_all(pair, options.addresses), options.force);
}

EndpointResult endpoint_set(const ConfigStore& store, const EndpointSetOptions& options)
{
    check_distinct(options.addresses);
    const auto lock = OperationLock::of_node("endpoint set");
    Pair pair(store, options.node);
    EndpointResult result;
    result.connects = connects(pair.self.id, pair.peer.id);
    const auto before = ask_all(pair, pair.peer.addresses);
    const auto& wanted = options.addresses.empty() ? pair.peer.addresses : options.addresses;
    result.addresses = ask_all(pair, wanted);
    check_endpoints(options.node, result.addresses, options.force || options.addresses.empty());
    if (wanted != pair.peer.addresses) {
        pair.peer.addresses = options.addresses;
        store.save(pair.peer);
        result.changed = true;
    }
    if (result.connects && (options.reconnect || moves(before, result.addresses)))
        drop_links(store, pair, result);
    return result;
}

EndpointResult endpoint_set_there(const ConfigStore& store, const EndpointSetOptions& options,
                                  const std::vector<Address>& here)
{
    check_distinct(here);
    json addresses = json::array();
    for (const auto& address : here)
        addresses.push_back(address.to_string());
    Pair pair(store, options.node);
    if (!options.addresses.empty()) // it may not be where it was
        pair.peer.addresses = options.addresses;
    return ControlClient(pair.self, pair.peer, pair.key)
        .call("node.endpoint",
              {{"addresses", addresses}, {"force", options.force}, {"reconnect", options.reconnect}},
              there_time)
        .get<EndpointResult>();
}

} // namespace mirrornet::ops
