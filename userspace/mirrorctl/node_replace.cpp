// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/node_trust.hpp"
#include "ops/node/replace.hpp"
#include "ops/node/volumes.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ReplaceArguments {
    std::string name, card, key_file;
    std::vector<std::string> addresses;
    bool yes = false;
};

ops::NodeTrustOptions options_of(const ReplaceArguments& arguments)
{
    ops::NodeTrustOptions options;
    options.card = ops::NodeCard::parse(arguments.card);
    if (options.card->key)
        throw Error(ExitStatus::usage, "this is a token, not a card: it holds a key, and nothing secret belongs on a command "
                                       "line; the card is the last line of \"mirrorctl node show\" on the new machine");
    options.key_file = arguments.key_file;
    for (const auto& address : arguments.addresses)
        options.addresses.push_back(Address::parse(address));
    options.confirmed = arguments.yes;
    return options;
}

// Whose copies there are deleted.
std::vector<std::string> volumes_meant(const ConfigStore& store, const std::string& node)
{
    std::vector<std::string> names;
    if (const auto peer = store.find_peer(node))
        for (const auto& volume : ops::volumes_with(store, peer->id))
            names.push_back(volume.name);
    return names;
}

int run(const Invocation& invocation, const ReplaceArguments& arguments)
{
    const auto result = ops::node_replace(invocation.store, arguments.name, options_of(arguments));
    json document{{"node", arguments.name}, {"id", result.trust.peer.id.to_string()}, {"commands", result.commands}};
    if (result.trust.token)
        document["token"] = result.trust.token->print();
    const auto& output = invocation.output;
    output.document(document);
    output.line("node " + arguments.name + " is the new machine now; the old one is a stranger, should it come back");
    if (result.trust.token) {
        output.line("The token below holds the key of this pair. Enter it on the new machine with \"mirrorctl node trust "
                    "--token-file -\", and show it to nobody else:");
        output.line(result.trust.token->print());
    }
    if (!result.commands.empty())
        output.line("Then, here, its copies again:");
    for (const auto& command : result.commands)
        output.line("  " + command);
    return 0;
}

} // namespace

void setup_node_replace(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<ReplaceArguments>();
    auto* verb = group.add_subcommand("replace", "Give the name and place of a dead node to a new machine");
    verb->add_option("NAME", arguments->name, "The dead node, which the new machine is called, too")->required();
    verb->add_option("--card", arguments->card, "Of the new machine, from its \"node show\"")->required();
    verb->add_option("--key-file", arguments->key_file, "File with the key of the pair; without, a fresh one is made");
    verb->add_option("--address", arguments->addresses, "ADDRESS[:PORT] where it is reached (default: as the card says)")
        ->allow_extra_args(false);
    verb->add_flag("-y,--yes", arguments->yes, "The old machine is gone for good");
    verb->footer("This node has to be the source of the volumes that the dead one had. Its copies are forgotten\n"
                 "on all nodes, its key is deleted; what makes them again is printed.\n"
                 "Example:\n"
                 "  mirrorctl node replace b --card mirror-net-node/1/b/0b5d.../10.0.0.2:9999 --yes");
    add_override(*verb, invocation, [&invocation, arguments] { return volumes_meant(invocation.store, arguments->name); });
    verb->callback([&invocation, arguments] {
        invocation.change_only_here([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
