// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/commands.hpp"

#include "base/text.hpp"
#include "mirror-netd/command_process.hpp"
#include "mirror-netd/log.hpp"
#include "remote/command.hpp"

#include <filesystem>

namespace mirrornet::netd {

namespace {

std::string in_one_line(const CommandRequest& request)
{
    std::string text;
    for (const auto& word : request.words)
        text += " " + shell_quoted(word);
    return printable(text, 400);
}

void tell(const CommandRequest& request, const RpcPeer& peer)
{
    log(Priority::info, "node {}{} asks{}: mirrorctl{}", peer.name,
        request.on_behalf.empty() ? "" : ", for node " + request.on_behalf + " as it says,",
        request.pass_on.empty() ? "" : " to pass on to node " + request.pass_on,
        in_one_line(request));
}

} // namespace

Commands::Commands(const ConfigStore& store, std::string program, int cancel, CommandLimits limits)
    : store_(store), program_(std::move(program)), cancel_(cancel), limits_(limits),
      turnstile_({.inside = limits.at_once, .inside_each = limits.each})
{
}

// Whether the verb is allowed to this node it decides itself: no less than "status" is needed.
void Commands::register_in(RpcDispatcher& methods)
{
    methods.add_long("command.run", Permission::status,
                     [this](const nlohmann::json& params, const RpcPeer& peer,
                            const RpcDispatcher::Emit& emit) { return run(params, peer, emit); });
}

nlohmann::json Commands::run(const nlohmann::json& params, const RpcPeer& peer,
                             const RpcDispatcher::Emit& emit)
{
    const auto request = CommandRequest::from_json(params);
    const auto pass = turnstile_.enter(peer.id.to_string());
    if (!pass)
        throw Error(ExitStatus::in_use, "too many commands of other nodes are under way here; "
                                        "nothing was done; try again later");
    const Asked asked{peer.name, request.on_behalf, store_.load_node().name, request.pass_on,
                      peer.may};
    tell(request, peer);
    std::vector<std::string> argv{program_};
    argv.insert(argv.end(), request.words.begin(), request.words.end());
    CommandProcess process(argv, asked, cancel_);
    return {{"exit", process.forward(emit, limits_.sign_of_life)}};
}

std::string sibling(const std::string& program)
{
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

} // namespace mirrornet::netd
