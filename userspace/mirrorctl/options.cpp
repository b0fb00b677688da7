// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"
#include "ops/volume/options.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct GetOptions {
    std::string subject;
    std::vector<std::string> names;
};

struct SetOptions {
    std::string subject;
    std::vector<std::string> changes;
};

json document_of(const ops::OptionValue& value)
{
    const auto& spec = spec_of(value.option);
    json document{{"option", spec.name}, {"default", value.is_default}};
    document["value"] = spec.is_word() ? json(print_value(spec, value.value)) : json(value.value);
    if (!spec.unit.empty())
        document["unit"] = spec.unit;
    if (!value.node.empty())
        document["node"] = value.node;
    return document;
}

int get(const Invocation& invocation, const GetOptions& options)
{
    const auto subject = Subject::parse(options.subject);
    Table table({"OF", "OPTION", "VALUE", ""});
    json values = json::array();
    for (const auto& value : ops::get_options(invocation.store, subject, options.names)) {
        const auto& spec = spec_of(value.option);
        table.add({subject.name + (value.node.empty() ? "" : "@" + value.node),
                   std::string(spec.name), describe_value(spec, value.value),
                   value.is_default ? "(default)" : ""});
        values.push_back(document_of(value));
    }
    invocation.output.line(table.print());
    invocation.output.document({{"volume", subject.name}, {"options", values}});
    return 0;
}

int set(const Invocation& invocation, const SetOptions& options)
{
    const auto subject = Subject::parse(options.subject);
    std::vector<ops::OptionChange> changes;
    for (const auto& text : options.changes)
        changes.push_back(ops::OptionChange::parse(text));
    const auto result = ops::set_options(invocation.store, subject, changes);
    invocation.output.line(subject.to_string() +
                           (result.changed ? ": set, on all nodes, and in force"
                                           : ": these were the values already"));
    invocation.output.document({{"changed", result.changed}, {"version", result.version}});
    return 0;
}

} // namespace

void setup_get(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<GetOptions>();
    auto* verb = app.add_subcommand("get", "Show the options of a volume and of its mirrors");
    verb->add_option("VOLUME[@NODE]", options->subject, "The volume, or one mirror")->required();
    verb->add_option("OPTION", options->names, "Only these");
    verb->footer("mirror-net.conf(5) explains every option.\n"
                 "Examples:\n"
                 "  mirrorctl get home\n"
                 "  mirrorctl get home@b mode");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return get(invocation, *options); };
    });
}

void setup_set(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<SetOptions>();
    auto* verb = app.add_subcommand("set", "Change options, on all nodes of a volume, at once");
    verb->add_option("VOLUME[@NODE]", options->subject, "All its mirrors, or one")->required();
    verb->add_option("OPTION=VALUE", options->changes, "\"default\" as VALUE takes back what was set")
        ->required();
    verb->footer("Options of a mirror hold in both directions. Nothing changes anywhere unless\n"
                 "all nodes of the volume take it over. mirror-net.conf(5) explains every option.\n"
                 "Examples:\n"
                 "  mirrorctl set home mode=async\n"
                 "  mirrorctl set home@b write-queue-high-water=50000 on-queue-limit=block\n"
                 "  mirrorctl set home ping-interval=default");
    verb->callback([&invocation, options] {
        invocation.change([&invocation, options] { return set(invocation, *options); });
    });
}

} // namespace mirrornet::ctl
