// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/verbs.hpp"
#include "ops/version/judge.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

std::string text_or_dash(const std::string& text)
{
    return text.empty() ? "-" : text;
}

std::string version_of(const std::optional<ops::ModuleVersion>& module)
{
    return module ? (module->version.empty() ? "unknown" : module->version) : "none";
}

// What makes its links: what runs, or would be loaded.
const std::optional<ops::ModuleVersion>& in_use(const ops::NodeVersions& node)
{
    return node.loaded ? node.loaded : node.installed;
}

std::string table_of(const std::vector<ops::NodeVersions>& nodes)
{
    Table table({"NODE", "MIRRORCTL", "DAEMON", "MODULE", "ON DISK", "PROTOCOL", "METADATA"});
    for (const auto& node : nodes) {
        const bool known = node.error.empty() && !node.tool.empty();
        const auto& module = in_use(node);
        table.add({node.node, text_or_dash(node.tool), node.error.empty() ? node.daemon.value_or("none") : "-",
                   known ? version_of(node.loaded) : "-", known ? version_of(node.installed) : "-",
                   module && module->protocol ? module->protocol->print() : "-",
                   module ? text_or_dash(module->metadata) : "-"});
    }
    return table.print();
}

void tell(const Output& output, const ops::VersionFinding& finding)
{
    output.line(fmt::format("{} {}: {}{}{}", finding.nodes.size() > 1 ? "nodes" : "node",
                            fmt::join(finding.nodes, " and "), finding.what, finding.step.empty() ? "" : "; ",
                            finding.step));
}

json finding_json(const ops::VersionFinding& finding)
{
    return {{"fit", to_string(finding.fit)},
            {"nodes", finding.nodes},
            {"what", finding.what},
            {"step", finding.step}};
}

int run(const Invocation& invocation, bool here)
{
    if (!here)
        require_root(invocation, "asks the other nodes with the keys of the pairs (without: mirrorctl version --here)");
    std::vector<ops::NodeVersions> nodes{ops::versions_here(invocation.store)};
    if (!here)
        for (auto& other : ops::versions_of_others(invocation.store))
            nodes.push_back(std::move(other));
    const auto findings = ops::judge_versions(nodes);
    json documents = json::array();
    for (const auto& finding : findings)
        documents.push_back(finding_json(finding));
    invocation.output.document({{"nodes", nodes}, {"findings", documents}});
    invocation.output.line(table_of(nodes));
    for (const auto& finding : findings)
        tell(invocation.output, finding);
    if (findings.empty())
        invocation.output.line("They fit together.");
    return static_cast<int>(ops::exit_status_of(findings));
}

} // namespace

void setup_version(CLI::App& app, Invocation& invocation)
{
    auto here = std::make_shared<bool>();
    auto* verb = app.add_subcommand("version", "Show the versions on all nodes, and whether they fit");
    verb->add_flag("--here", *here, "Of this node alone; needs no root");
    verb->footer("What runs and what is installed, on this node and on each that it trusts. Exit status:\n"
                 "0 all fit; 22 something does not; 23 a node could not be asked.\n"
                 "Examples:\n"
                 "  mirrorctl version\n"
                 "  mirrorctl --json version --here");
    verb->callback([&invocation, here] { invocation.run = [&invocation, here] { return run(invocation, *here); }; });
}

} // namespace mirrornet::ctl
