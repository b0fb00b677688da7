// SPDX-License-Identifier: GPL-2.0-or-later
//
// The group `node`; its verb `trust` has a file of its own.
#include "mirrorctl/node_trust.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/node/node.hpp"
#include "ops/node/rename.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct InitArguments {
    std::string name;
    std::vector<std::string> listen;
    std::optional<std::uint16_t> port;
};

int init(const Invocation& invocation, const InitArguments& arguments)
{
    ops::NodeInitOptions options;
    options.name = arguments.name;
    options.port = arguments.port;
    for (const auto& address : arguments.listen)
        options.listen.push_back(Address::parse(address));
    const auto node = ops::node_init(invocation.store, options);
    invocation.output.document({{"name", node.name}, {"id", node.id.to_string()}});
    invocation.output.line("this node is " + node.name + " (" + node.id.to_string() + ")");
    return 0;
}

std::string addresses_text(const std::vector<Address>& addresses)
{
    std::string text;
    for (const auto& address : addresses)
        text += (text.empty() ? "" : ", ") + address.to_string();
    return text.empty() ? "-" : text;
}

std::string key_word(const ops::ShownPeer& peer)
{
    if (!peer.error.empty())
        return "unusable";
    return peer.key ? "yes" : "missing";
}

void print_shown(const Output& output, const ops::NodeShown& shown)
{
    Table table({"NODE", "ID", "ADDRESSES", "MAY", "KEY"});
    table.add({shown.self.name + " (this one)", shown.self.id.to_string(),
               addresses_text(shown.card.addresses), "-", "-"});
    for (const auto& peer : shown.peers)
        table.add({peer.config.name, peer.config.id.is_nil() ? "-" : peer.config.id.to_string(),
                   addresses_text(peer.config.addresses), to_string(peer.config.may),
                   key_word(peer)});
    output.line(table.print());
    for (const auto& peer : shown.peers)
        if (!peer.error.empty())
            output.line(peer.config.name + ": " + peer.error);
    output.line("The card of this node, for \"mirrorctl node trust\" on another one:");
    output.line(shown.card.print());
}

int show(const Invocation& invocation)
{
    const auto shown = ops::node_show(invocation.store);
    json peers = json::array();
    for (const auto& peer : shown.peers)
        peers.push_back({{"name", peer.config.name},
                         {"id", peer.config.id.to_string()},
                         {"addresses", addresses_text(peer.config.addresses)},
                         {"may", to_string(peer.config.may)},
                         {"key", key_word(peer)},
                         {"error", peer.error}});
    invocation.output.document({{"name", shown.self.name},
                                {"id", shown.self.id.to_string()},
                                {"port", shown.self.port()},
                                {"card", shown.card.print()},
                                {"peers", peers}});
    print_shown(invocation.output, shown);
    return 0;
}

int key(const Invocation& invocation, const std::string& file)
{
    ops::node_key(file);
    invocation.output.document({{"file", file}});
    invocation.output.line("a fresh key is in " + file + "; carry it to the other node in a way "
                           "that nobody else can read, use it there and here with \"mirrorctl "
                           "node trust --key-file\", then delete the file");
    return 0;
}

int forget(const Invocation& invocation, const std::string& name)
{
    ops::node_forget(invocation.store, name);
    invocation.output.document({{"forgotten", name}});
    invocation.output.line("node " + name + " is not trusted any more; if it comes back, it is refused and told so");
    return 0;
}

int rename(const Invocation& invocation, const std::string& name)
{
    const auto result = ops::node_rename(invocation.store, name);
    invocation.output.document(
        {{"name", name}, {"changed", result.changed}, {"told", result.told}, {"volumes", result.volumes}});
    if (!result.changed) {
        invocation.output.line("this node is called " + name + " already; nothing was changed");
        return 0;
    }
    std::string told;
    for (const auto& node : result.told)
        told += (told.empty() ? ", and nodes that know it so: " : ", ") + node;
    invocation.output.line("this node is called " + name + " now" + told + "; what names it in scripts, hooks and monitoring "
                           "has to follow by hand");
    return 0;
}

void setup_rename(CLI::App& group, Invocation& invocation)
{
    auto name = std::make_shared<std::string>();
    auto* verb = group.add_subcommand("rename", "Give this node another name, on all nodes");
    verb->add_option("NAME", *name, "The new one")->required();
    verb->footer("Every node that this one trusts has to answer: all take the name, or none. Mirrors go on.\n"
                 "Example:\n"
                 "  mirrorctl node rename west");
    verb->callback([&invocation, name] {
        invocation.change_only_here([&invocation, name] { return rename(invocation, *name); });
    });
}

void setup_init(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<InitArguments>();
    auto* verb = group.add_subcommand("init", "Give this machine its identity");
    verb->add_option("NAME", arguments->name, "Its name (default: the host name)");
    verb->add_option("--listen", arguments->listen, "ADDRESS[:PORT] to listen on (default: all)")
        ->allow_extra_args(false);
    verb->add_option("--port", arguments->port, "TCP port (default 9999)");
    verb->footer("Examples:\n"
                 "  mirrorctl node init\n"
                 "  mirrorctl node init a --listen 10.0.0.1");
    verb->callback([&invocation, arguments] {
        invocation.change_only_here([&invocation, arguments] { return init(invocation, *arguments); });
    });
}

void setup_named(CLI::App& group, Invocation& invocation)
{
    auto* shower = group.add_subcommand("show", "Show this node, its card and whom it trusts");
    shower->callback([&invocation] { invocation.run = [&invocation] { return show(invocation); }; });

    auto file = std::make_shared<std::string>();
    auto* keyer = group.add_subcommand("key", "Make a fresh key for a pair of nodes");
    keyer->add_option("FILE", *file, "Where to put it; must not exist")->required();
    keyer->callback([&invocation, file] {
        invocation.only_here = true;
        invocation.run = [&invocation, file] { return key(invocation, *file); };
    });

    auto name = std::make_shared<std::string>();
    auto* forgetter = group.add_subcommand("forget", "Trust a node no longer");
    forgetter->add_option("NAME", *name, "The node")->required();
    forgetter->callback([&invocation, name] {
        invocation.change_only_here([&invocation, name] { return forget(invocation, *name); });
    });
}

} // namespace

void setup_node(CLI::App& app, Invocation& invocation)
{
    auto* group = app.add_subcommand("node", "This machine and the nodes that it trusts");
    group->require_subcommand(1);
    group->footer("To make a and b trust each other:\n"
                  "  b# mirrorctl node init && mirrorctl node show     (copy the card)\n"
                  "  a# mirrorctl node init && mirrorctl node trust --card CARD\n"
                  "  b# mirrorctl node trust --token-file -            (enter a's token)");
    setup_init(*group, invocation);
    setup_named(*group, invocation);
    setup_rename(*group, invocation);
    setup_node_trust(*group, invocation);
    setup_node_replace(*group, invocation);
}

} // namespace mirrornet::ctl
