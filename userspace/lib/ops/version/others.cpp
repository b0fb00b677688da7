// SPDX-License-Identifier: GPL-2.0-or-later
//
// The other nodes' own `mirrorctl version --here` is asked: it alone knows what is installed over there.
#include "base/text.hpp"
#include "ops/peer.hpp"
#include "ops/version/facts.hpp"
#include "remote/command.hpp"

#include <future>

namespace mirrornet::ops {

namespace {

constexpr std::size_t longest_answer = 64 << 10;

// Nothing: its mirrorctl knows no such verb.
std::optional<NodeVersions> ask(const Peer& peer)
{
    CommandRequest request;
    request.words = {"--json", "version", "--here"};
    std::string said;
    peer.follow(
        "command.run", request.to_json(), [] {},
        [&](const json& part) {
            if (said.size() < longest_answer)
                said += part.value("out", std::string());
        });
    const auto document = json::parse(said);
    if (!document.contains("nodes"))
        return std::nullopt;
    return document.at("nodes").at(0).get<NodeVersions>();
}

NodeVersions of_earlier_version(const Peer& peer)
{
    NodeVersions versions;
    versions.daemon = printable(peer.call("node.info").at("version").get<std::string>());
    return versions;
}

NodeVersions versions_of(const ConfigStore& store, const std::string& node)
{
    NodeVersions versions;
    try {
        const Peer peer(store, node);
        const auto answer = ask(peer);
        versions = answer ? *answer : of_earlier_version(peer);
    } catch (const Error& error) {
        versions.error = error.what();
    } catch (const std::exception&) { // of the JSON library
        versions.error = "node " + node + " answers what this version does not understand";
    }
    versions.node = node; // as it is called here
    return versions;
}

} // namespace

std::vector<NodeVersions> versions_of_others(const ConfigStore& store)
{
    std::vector<std::future<NodeVersions>> asked;
    for (const auto& node : store.peer_names())
        asked.push_back(std::async(std::launch::async, [&store, node] { return versions_of(store, node); }));
    std::vector<NodeVersions> all;
    for (auto& each : asked)
        all.push_back(each.get());
    return all;
}

} // namespace mirrornet::ops
