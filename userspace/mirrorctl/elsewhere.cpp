// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/elsewhere.hpp"

#include "ops/peer.hpp"

#include <csignal>
#include <cstdlib>

namespace mirrornet::ctl {

namespace {

// Nobody to print for any more.
struct Unread {};

void require_not_only_here(const Invocation& invocation)
{
    if (invocation.only_here)
        throw Error(ExitStatus::not_permitted,
                    "the identity, keys and trust of a node are changed on that node itself only; "
                    "nothing was changed; log in there");
}

bool is_this_node(const ConfigStore& store, const std::string& node)
{
    const auto self = store.find_node();
    return self && self->name == node;
}

// Empty: this node does it.
std::string destination(const Invocation& invocation)
{
    return invocation.asked ? invocation.asked->pass_on : invocation.host;
}

CommandRequest request_of(const Invocation& invocation)
{
    CommandRequest request;
    request.words = invocation.output.command.words();
    if (invocation.asked) {
        request.on_behalf = invocation.asked->by;
        return request;
    }
    request.words = invocation.output.command.without_host().words();
    if (!invocation.via.empty())
        request.pass_on = invocation.host;
    return request;
}

void hand_on(const Output& output, const json& part)
{
    output.hand_on(part.value("out", std::string()), part.value("err", std::string()));
    if (!output.is_read())
        throw Unread();
}

int exit_status_in(const json& answer)
{
    const auto status = answer.at("exit").get<std::int64_t>();
    if (status < 0 || status > 255)
        throw Error(ExitStatus::internal, "the other node ends with an impossible exit status");
    return static_cast<int>(status);
}

bool no_answer(const Error& error)
{
    return error.status() == ExitStatus::unreachable || error.status() == ExitStatus::timed_out;
}

// The connection was there and is no longer.
[[noreturn]] void lost(const Invocation& invocation, const Error& error)
{
    if (invocation.changes)
        throw Error(ExitStatus::timed_out,
                    std::string(error.what()) + ". What it was asked for, if it has begun, goes on "
                    "over there, to its end; what it prints is lost");
    throw Error(ExitStatus::unreachable, error.what());
}

int follow(const Invocation& invocation, const ops::Peer& peer)
{
    bool begun = false;
    try {
        const auto answer = peer.follow(
            "command.run", request_of(invocation).to_json(), [&] { begun = true; },
            [&](const json& part) { hand_on(invocation.output, part); });
        return exit_status_in(answer);
    } catch (const Unread&) {
        return 0; // as a verb here whose pipe was closed
    } catch (const json::exception&) {
        throw Error(ExitStatus::internal, "node " + peer.config().name + " answers nonsense");
    } catch (const Error& error) {
        if (begun && no_answer(error))
            lost(invocation, error);
        throw;
    }
}

} // namespace

void be_asked(Invocation& invocation)
{
    const char* text = ::secure_getenv(Asked::variable);
    if (!text)
        return;
    const auto& asked = invocation.asked.emplace(Asked::parse(text));
    // what a refusal says to repeat is repeated where it was typed
    auto& command = invocation.output.command;
    if (asked.pass_on.empty() && !asked.here.empty())
        command = command.with_host(asked.here, asked.on_behalf.empty() ? "" : asked.by);
}

void require_allowed(const Invocation& invocation)
{
    const auto& asked = *invocation.asked;
    const auto needed = invocation.changes ? Permission::operate : Permission::status;
    require_not_only_here(invocation);
    if (!invocation.host.empty() || !invocation.via.empty())
        throw Error(ExitStatus::usage, "a command that came from another node goes no further: "
                                       "there is one --via at most");
    if (!asked.may.allows(needed))
        throw Error(ExitStatus::not_permitted,
                    "node " + asked.by + " is not trusted with \"" + std::string(to_string(needed)) +
                        "\" on node " + asked.here + "; nothing was changed; grant it there: mirrorctl "
                        "node trust " + asked.by + " --may " + to_string(asked.may.with(needed)));
    if (invocation.changes)
        ::signal(SIGTERM, SIG_IGN);
}

bool is_elsewhere(const Invocation& invocation)
{
    const auto node = destination(invocation);
    return !node.empty() && !(invocation.via.empty() && is_this_node(invocation.store, node));
}

int run_elsewhere(const Invocation& invocation)
{
    require_not_only_here(invocation);
    require_root(invocation, "asks another node with the key of the pair");
    const ops::Peer peer(invocation.store,
                         invocation.via.empty() ? destination(invocation) : invocation.via);
    return follow(invocation, peer);
}

} // namespace mirrornet::ctl
