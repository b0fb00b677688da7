// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/option_document.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/node/options.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

// What is meant: a volume or a mirror, or, with a flag, something of this node.
struct Place {
    std::string subject; // with a flag the first of the arguments that follow
    bool node = false, defaults = false;
    std::string pair;

    bool is_volume() const { return !node && !defaults && pair.empty(); }

    ops::NodePlace of_node() const
    {
        using Kind = ops::NodePlace::Kind;
        return {node ? Kind::node : defaults ? Kind::defaults : Kind::pair, pair};
    }

    std::string to_string() const
    {
        return node ? "this node" : defaults ? "defaults" : pair.empty() ? subject : "pair with " + pair;
    }
};

struct GetOptions {
    Place place;
    std::vector<std::string> names;
};

struct SetOptions {
    Place place;
    std::vector<std::string> changes;
};

void require(bool given, const char* what)
{
    if (!given)
        throw Error(ExitStatus::usage, what);
}

// With a flag there is no VOLUME: what stands in its place is the first of the others.
void put_in_place(Place& place, std::vector<std::string>& others)
{
    require(place.node + place.defaults + !place.pair.empty() <= 1,
            "only one of --defaults, --node and --pair NODE has a place in one command");
    require(!place.is_volume() || !place.subject.empty(),
            "VOLUME[@NODE] is required, or one of --defaults, --node and --pair NODE");
    if (place.is_volume() || place.subject.empty())
        return;
    others.insert(others.begin(), place.subject);
    place.subject.clear();
}

std::vector<ops::OptionValue> values_of(const Invocation& invocation, const GetOptions& options)
{
    return options.place.is_volume()
               ? ops::get_options(invocation.store, Subject::parse(options.place.subject),
                                  options.names)
               : ops::get_node_options(invocation.store, options.place.of_node(), options.names);
}

json document_of(const ops::OptionValue& value)
{
    auto document = option_document(spec_of(value.option), value.value);
    document["default"] = value.is_default;
    if (!value.node.empty())
        document["node"] = value.node;
    return document;
}

int get(const Invocation& invocation, GetOptions& options)
{
    put_in_place(options.place, options.names);
    Table table({"OF", "OPTION", "VALUE", ""});
    json values = json::array();
    for (const auto& value : values_of(invocation, options)) {
        const auto& spec = spec_of(value.option);
        table.add({options.place.is_volume()
                       ? Subject::parse(options.place.subject).name +
                             (value.node.empty() ? "" : "@" + value.node)
                       : options.place.to_string(),
                   std::string(spec.name), describe_value(spec, value.value),
                   value.is_default ? "(default)" : ""});
        values.push_back(document_of(value));
    }
    invocation.output.line(table.print());
    json document{{"options", values}};
    if (options.place.is_volume())
        document["volume"] = Subject::parse(options.place.subject).name;
    invocation.output.document(document);
    return 0;
}

std::string changes_text(const std::string& subject, const std::vector<ops::ValueChange>& changes)
{
    std::string text;
    for (const auto& change : changes) {
        const auto& spec = spec_of(change.option);
        text += "\n  " + subject + (change.node.empty() ? "" : "@" + change.node) + " " + std::string(spec.name) + ": " +
                describe_value(spec, change.from) + " -> " + describe_value(spec, change.to);
    }
    return text;
}

json changes_document(const std::vector<ops::ValueChange>& changes)
{
    json list = json::array();
    for (const auto& change : changes) {
        const auto& spec = spec_of(change.option);
        json one{{"option", spec.name}, {"from", print_value(spec, change.from)}, {"to", print_value(spec, change.to)}};
        if (!change.node.empty())
            one["node"] = change.node;
        list.push_back(one);
    }
    return list;
}

int set_of_volume(const Invocation& invocation, const std::string& name,
                  const std::vector<ops::OptionChange>& changes)
{
    const auto subject = Subject::parse(name);
    const auto result = ops::set_options(invocation.store, subject, changes);
    invocation.output.line(subject.to_string() +
                           (!result.changed  ? ": these were the values already"
                            : result.of_copy ? ": set, allowed-roles for the copy on this node alone, and in force"
                                             : ": set, on all nodes, and in force") +
                           changes_text(subject.name, result.changes));
    invocation.output.document({{"changed", result.changed}, {"version", result.version},
                                {"changes", changes_document(result.changes)}});
    return 0;
}

int set_of_node(const Invocation& invocation, const Place& place,
                const std::vector<ops::OptionChange>& changes)
{
    const auto result = ops::set_node_options(invocation.store, place.of_node(), changes);
    std::string text = place.to_string();
    if (!result.changed)
        text += ": these were the values already";
    else if (place.defaults)
        text += ": set; volumes and mirrors that are created here from now on begin with them";
    else
        text += result.to_do.empty() ? ": set, and in force" : ": set";
    text += changes_text(place.to_string(), result.changes);
    for (const auto& step : result.to_do)
        text += "\n" + step;
    invocation.output.line(text);
    invocation.output.document({{"changed", result.changed}, {"to_do", result.to_do},
                                {"changes", changes_document(result.changes)}});
    return 0;
}

int set(const Invocation& invocation, SetOptions& options)
{
    put_in_place(options.place, options.changes);
    require(!options.changes.empty(),
            "OPTION=VALUE is required; see: mirrorctl set --help");
    const auto changes = ops::parse_changes(options.changes);
    return options.place.is_volume()
               ? set_of_volume(invocation, options.place.subject, changes)
               : set_of_node(invocation, options.place, changes);
}

void add_place(CLI::App& verb, Place& place)
{
    verb.add_option("VOLUME[@NODE]", place.subject, "The volume with all its mirrors, or one mirror");
    // put_in_place() refuses two of them: "Excludes:" would name the others in any order
    verb.add_flag("--defaults", place.defaults,
                  "What new volumes and mirrors begin with that are created here");
    verb.add_flag("--node", place.node, "What belongs to this node");
    verb.add_option("--pair", place.pair, "What holds between this node and that one")
        ->type_name("NODE");
}

} // namespace

void setup_get(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<GetOptions>();
    auto* verb = app.add_subcommand("get", "Show the options of a volume and of its mirrors, or of this node");
    add_place(*verb, options->place);
    verb->add_option("OPTION", options->names, "Only these");
    verb->footer("mirror-net.conf(5) explains every option.\n"
                 "Examples:\n"
                 "  mirrorctl get home\n"
                 "  mirrorctl get home@b mode\n"
                 "  mirrorctl get --defaults");
    verb->callback([&invocation, options] {
        invocation.run = [&invocation, options] { return get(invocation, *options); };
    });
}

void setup_set(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<SetOptions>();
    auto* verb = app.add_subcommand("set", "Change options: of a volume on all its nodes at once, or of this node");
    add_place(*verb, options->place);
    verb->add_option("OPTION=VALUE", options->changes, "\"default\" as VALUE takes back what was set");
    verb->footer("Options of a mirror hold in both directions. Nothing changes anywhere unless\n"
                 "all nodes of the volume take it over. What is there already keeps its options\n"
                 "when --defaults change. allowed-roles of a volume is that of the copy on this\n"
                 "node alone. mirror-net.conf(5) explains every option.\n"
                 "Examples:\n"
                 "  mirrorctl set home mode=async\n"
                 "  mirrorctl set home@b write-queue-high-water=50000 on-queue-limit=block\n"
                 "  mirrorctl set home ping-interval=default\n"
                 "  mirrorctl set --defaults mode=async compression=1\n"
                 "  mirrorctl set --node shutdown-drain=120");
    verb->callback([&invocation, options] {
        invocation.change([&invocation, options] { return set(invocation, *options); });
    });
}

} // namespace mirrornet::ctl
