// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/node_trust.hpp"

#include "base/file.hpp"
#include "ops/node/node.hpp"
#include "remote/greeting.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace mirrornet::ctl {

namespace {

struct TrustArguments {
    std::string name, card, token_file, key_file, id, may, encryption;
    std::vector<std::string> addresses;
    bool yes = false;
};

ops::NodeCard read_token(const std::string& file)
{
    std::string line;
    if (file == "-")
        std::getline(std::cin, line);
    else
        line = read_file(file);
    return ops::NodeCard::parse(line);
}

ops::NodeTrustOptions options_of(const TrustArguments& arguments)
{
    ops::NodeTrustOptions options;
    options.name = arguments.name;
    options.key_file = arguments.key_file;
    if (!arguments.card.empty())
        options.card = ops::NodeCard::parse(arguments.card);
    if (options.card && options.card->key)
        throw Error(ExitStatus::usage, "this is a token, not a card: it holds a key, and nothing "
                                       "secret belongs on a command line. Take a fresh one, "
                                       "and enter it with --token-file -");
    if (!arguments.token_file.empty())
        options.card = read_token(arguments.token_file);
    if (!arguments.id.empty())
        options.id = Uuid::parse(arguments.id);
    for (const auto& address : arguments.addresses)
        options.addresses.push_back(Address::parse(address));
    if (!arguments.may.empty())
        options.may = parse_permissions(arguments.may);
    if (!arguments.encryption.empty())
        options.encryption = parse_word<Encryption>(arguments.encryption);
    options.confirmed = arguments.yes;
    return options;
}

int run(const Invocation& invocation, const TrustArguments& arguments)
{
    const auto result = ops::node_trust(invocation.store, options_of(arguments));
    json document{{"node", result.peer.name},
                  {"id", result.peer.id.to_string()},
                  {"changed", result.changed},
                  {"may", to_string(result.peer.may)}};
    if (result.token)
        document["token"] = result.token->print();
    invocation.output.document(document);
    invocation.output.line("node " + result.peer.name + " is trusted" +
                           (result.changed ? "" : " already") +
                           " with: " + to_string(result.peer.may));
    if (result.token) {
        invocation.output.line("The token below holds the key of this pair. Enter it on node " +
                               result.peer.name + " with \"mirrorctl node trust --token-file -\", "
                               "and show it to nobody else:");
        invocation.output.line(result.token->print());
    }
    return 0;
}

} // namespace

void setup_node_trust(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<TrustArguments>();
    auto* verb = group.add_subcommand("trust", "Make another node known and trusted");
    verb->add_option("NAME", arguments->name, "What it is called (default: as its card says)");
    auto* card = verb->add_option("--card", arguments->card, "Its card, from its \"node show\"");
    verb->add_option("--token-file", arguments->token_file,
                     "File with the token that its \"node trust\" printed; - for the terminal")
        ->excludes(card);
    verb->add_option("--key-file", arguments->key_file, "File with the key of the pair");
    verb->add_option("--id", arguments->id, "Its UUID, where there is no card");
    verb->add_option("--address", arguments->addresses,
                     "ADDRESS[:PORT] where it is reached, in order of preference")
        ->allow_extra_args(false);
    verb->add_option("--may", arguments->may,
                     "What it may ask of this node: status,replicate,operate (default: all)");
    verb->add_option("--encryption", arguments->encryption,
                     "Of mirrors: tls, or none if both nodes say so");
    verb->add_flag("-y,--yes", arguments->yes,
                   "Also if a known node has another identity, key or card now");
    verb->footer("Without a key a fresh one is made, and a token for the other node printed.\n"
                 "Known nodes: only what is named is changed, and an identity, a key or the\n"
                 "addresses of a card only with --yes.\n"
                 "Examples:\n"
                 "  mirrorctl node trust --card mirror-net-node/1/b/0b5d.../10.0.0.2:9999\n"
                 "  mirrorctl node trust --token-file -\n"
                 "  mirrorctl node trust b --id 0b5d... --address 10.0.0.2 --key-file pair.key\n"
                 "  mirrorctl node trust b --may status,replicate");
    verb->callback([&invocation, arguments] {
        invocation.change_only_here([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
