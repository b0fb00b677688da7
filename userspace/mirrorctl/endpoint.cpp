// SPDX-License-Identifier: GPL-2.0-or-later
//
// The group `endpoint`.
#include "mirrorctl/verbs.hpp"
#include "ops/node/endpoint.hpp"
#include "ops/node/endpoint_json.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

struct SetArguments {
    ops::EndpointSetOptions options;
    std::vector<std::string> addresses;
    std::vector<std::string> here;
};

std::vector<Address> parse(const std::vector<std::string>& texts)
{
    std::vector<Address> addresses;
    for (const auto& text : texts)
        addresses.push_back(Address::parse(text));
    return addresses;
}

std::string table_of(const ops::EndpointResult& result)
{
    Table table({"ADDRESS", "ANSWERS"});
    for (const auto& each : result.addresses)
        table.add({each.address.to_string(), each.answers() ? "yes" : "no: " + each.failure});
    return table.print();
}

// `of` and `by` are names of nodes: whose addresses these are, and who reaches it there.
void tell(const Output& output, const std::string& of, const std::string& by,
          const ops::EndpointResult& result)
{
    output.line(fmt::format("addresses of {} for {}: {}", of, by,
                            result.changed ? "set" : "as they were"));
    output.line(table_of(result));
    for (const auto& mirror : result.reconnected)
        output.line(mirror + ": link made anew");
    for (const auto& mirror : result.not_yet)
        output.line(mirror + ": has no link yet; the mirror is paused, what is written is kept for "
                             "it, and " + by + " goes on trying");
    if (!result.connects && result.changed)
        output.line(fmt::format("Links of mirrors are made by {}, to the addresses that it has of "
                                "{}; these are for requests of verbs",
                                of, by));
}

int status_of(const ops::EndpointResult& result)
{
    return static_cast<int>(result.not_yet.empty() ? ExitStatus::done : ExitStatus::timed_out);
}

int set_there(const Invocation& invocation, const SetArguments& arguments)
{
    if (arguments.here.empty() && !arguments.options.reconnect)
        return 0;
    const auto self = invocation.store.load_node().name;
    const auto result =
        ops::endpoint_set_there(invocation.store, arguments.options, parse(arguments.here));
    invocation.output.document({{"here", result}});
    tell(invocation.output, "node " + self, "node " + arguments.options.node, result);
    return status_of(result);
}

// What either node refuses is known before anything changes.
int set(const Invocation& invocation, SetArguments& arguments)
{
    auto& options = arguments.options;
    options.addresses = parse(arguments.addresses);
    if (options.addresses.empty() && arguments.here.empty() && !options.reconnect)
        throw Error(ExitStatus::usage, "ADDRESS is required, or --here ADDRESS, or --reconnect; see: "
                                       "mirrorctl endpoint set --help");
    if (!options.addresses.empty())
        ops::endpoint_check(invocation.store, options);
    const int there = set_there(invocation, arguments);
    if (options.addresses.empty() && !options.reconnect)
        return there;
    const auto result = ops::endpoint_set(invocation.store, options);
    invocation.output.document(result);
    tell(invocation.output, "node " + options.node, "this node", result);
    return there ? there : status_of(result);
}

int show(const Invocation& invocation, const std::string& node)
{
    const auto result = ops::endpoint_show(invocation.store, node);
    invocation.output.document(result);
    invocation.output.line(table_of(result));
    invocation.output.line(result.connects
                               ? "Links of mirrors with node " + node + " are made by this node."
                               : "Links of mirrors with node " + node + " are made by that node, to "
                                 "the addresses that it has of this one.");
    return 0;
}

int renew(const Invocation& invocation, const std::string& subject)
{
    const auto result = ops::endpoint_renew(invocation.store, Subject::parse(subject));
    invocation.output.document({{"renewed", result.renewed}, {"not_yet", result.not_yet}});
    for (const auto& mirror : result.renewed)
        invocation.output.line(mirror + ": goes on over a new connection");
    for (const auto& mirror : result.not_yet)
        invocation.output.line(mirror + ": still goes over the connection that it had, and nothing is "
                               "lost; why: journalctl -u mirror-netd, on both nodes");
    return static_cast<int>(result.not_yet.empty() ? ExitStatus::done : ExitStatus::timed_out);
}

void setup_endpoint_renew(CLI::App& group, Invocation& invocation)
{
    auto subject = std::make_shared<std::string>();
    auto* verb = group.add_subcommand("renew", "Let a mirror go on over a new connection, with new keys");
    verb->add_option("VOLUME[@NODE]", *subject, "All its mirrors, or one")->required();
    verb->footer("The mirror stays in its state, nothing is sent twice. Encrypted links whose cipher\n"
                 "demands it are renewed by themselves.\n"
                 "Example:\n"
                 "  mirrorctl endpoint renew home@b");
    verb->callback([&invocation, subject] {
        invocation.change([&invocation, subject] { return renew(invocation, *subject); });
    });
}

void setup_endpoint_show(CLI::App& group, Invocation& invocation)
{
    auto node = std::make_shared<std::string>();
    auto* verb = group.add_subcommand("show", "Ask a node at each of its addresses");
    verb->add_option("NODE", *node, "The other node")->required();
    verb->callback([&invocation, node] {
        invocation.run = [&invocation, node] {
            require_root(invocation, "asks another node with the key of the pair");
            return show(invocation, *node);
        };
    });
}

void setup_endpoint_set(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<SetArguments>();
    auto* verb = group.add_subcommand("set", "Change where two nodes reach each other, at once");
    verb->add_option("NODE", arguments->options.node, "The other node")->required();
    verb->add_option("ADDRESS[:PORT]", arguments->addresses,
                     "Where this node reaches it, the preferred one first; IPv4, [IPv6], names");
    verb->add_option("--here", arguments->here,
                     "ADDRESS[:PORT] where that node reaches this one; repeat it")
        ->allow_extra_args(false);
    verb->add_flag("--reconnect", arguments->options.reconnect,
                   "Make the links anew, also where nothing changed");
    verb->add_flag("--force", arguments->options.force, "Also if nobody answers there");
    verb->footer("Every address is tried first. The first one that answers carries the mirrors, the\n"
                 "next takes over. A link that moves resyncs nothing.\n"
                 "Examples:\n"
                 "  mirrorctl endpoint set b 10.1.0.2 [2001:db8::2]:9999\n"
                 "  mirrorctl endpoint set b 2001:db8::2 --here 2001:db8::1");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return set(invocation, *arguments); });
    });
}

} // namespace

void setup_endpoint(CLI::App& app, Invocation& invocation)
{
    auto* group = app.add_subcommand("endpoint", "Addresses of the other nodes");
    group->require_subcommand(1);
    setup_endpoint_show(*group, invocation);
    setup_endpoint_set(*group, invocation);
    setup_endpoint_renew(*group, invocation);
}

} // namespace mirrornet::ctl
