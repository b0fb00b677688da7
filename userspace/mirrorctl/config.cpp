// SPDX-License-Identifier: GPL-2.0-or-later
//
// The group `config`.
#include "mirrorctl/verbs.hpp"
#include "ops/config/apply.hpp"
#include "ops/config/whole.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

struct ApplyArguments {
    bool dry_run = false, yes = false, force = false;
};

json finding_json(const ops::ConfigFinding& finding)
{
    return {{"file", finding.file},
            {"line", finding.line ? json(finding.line) : json()},
            {"severity", finding.error ? "error" : "warning"},
            {"what", finding.what},
            {"step", finding.step}};
}

json difference_json(const ops::ConfigDifference& difference)
{
    return {{"where", difference.where},
            {"object", difference.object},
            {"key", difference.key},
            {"here", difference.here},
            {"there", difference.there}};
}

json documents(const std::vector<ops::ConfigDifference>& differences)
{
    json list = json::array();
    for (const auto& difference : differences)
        list.push_back(difference_json(difference));
    return list;
}

std::vector<ops::ConfigFinding> findings_at(const Invocation& invocation, const std::string& where)
{
    if (where.empty()) {
        require_root(invocation, "looks at the devices that the configuration names (without: mirrorctl config check " +
                                     invocation.store.directory().string() + ")");
        return ops::check_config(invocation.store, true);
    }
    if (std::filesystem::is_directory(where))
        return ops::check_config(ConfigStore(std::filesystem::canonical(where)), false);
    return ops::check_config_file(where);
}

int config_check(const Invocation& invocation, const std::string& where)
{
    const auto findings = findings_at(invocation, where);
    json list = json::array();
    for (const auto& finding : findings) {
        list.push_back(finding_json(finding));
        invocation.output.line(fmt::format("{}: {}{}; {}", finding.place(), finding.error ? "" : "(warning) ", finding.what,
                                           finding.step));
    }
    invocation.output.document({{"findings", list}});
    if (findings.empty())
        invocation.output.line("the configuration is right");
    return static_cast<int>(ops::has_errors(findings) ? ExitStatus::refused : ExitStatus::done);
}

int config_diff(const Invocation& invocation, const std::string& node)
{
    require_root(invocation, "asks the other nodes with the keys of the pairs");
    const auto diff = ops::diff_config(invocation.store, node);
    Table table({"WHERE", "OF", "WHAT", "CONFIGURED HERE", "THERE"});
    for (const auto& each : diff.differences)
        table.add({each.where == "kernel" ? "kernel" : "node " + each.where, each.object, each.key, each.here, each.there});
    if (!diff.differences.empty())
        invocation.output.line(table.print());
    else if (diff.unasked.empty())
        invocation.output.line("what is configured here runs, and is the same on the other nodes");
    for (const auto& [name, why] : diff.unasked)
        invocation.output.line("node " + name + " was not compared: " + why);
    invocation.output.document({{"differences", documents(diff.differences)}, {"not_asked", diff.unasked}});
    const auto status = !diff.differences.empty() ? ExitStatus::degraded
                        : diff.unasked.empty()    ? ExitStatus::done
                                                  : ExitStatus::unknown;
    return static_cast<int>(status);
}

std::string place_of(const std::string& where)
{
    if (where == "kernel")
        return "in the kernel";
    return where.starts_with("th") && where.find(' ') != std::string::npos ? "on " + where : "on node " + where;
}

// Whose file was removed here.
const ops::ConfigDifference* job_left(const ops::ApplyPlan& plan)
{
    const auto found = std::ranges::find(plan.left, "job", &ops::ConfigDifference::key);
    return found == plan.left.end() ? nullptr : &*found;
}

int config_apply(const Invocation& invocation, const ApplyArguments& arguments)
{
    const auto plan = ops::plan_apply(invocation.store, {arguments.force});
    for (const auto& change : plan.changes)
        invocation.output.line(fmt::format("{}: {} {}: {} -> {}", change.object, change.key, place_of(change.where), change.there,
                                           change.here));
    for (const auto& left : plan.left)
        invocation.output.line(fmt::format("left alone: {}: {}: {} here, {} {}", left.object, left.key, left.here, left.there,
                                           place_of(left.where)));
    if (const auto* job = job_left(plan))
        invocation.output.line(fmt::format("a file that is gone deletes no {}: copy it from node {}, or over there: mirrorctl {}",
                                           job->object, job->where, "job delete " + job->object.substr(job->object.find(' ') + 1)));
    invocation.output.document({{"changes", documents(plan.changes)},
                                {"left", documents(plan.left)},
                                {"applied", !arguments.dry_run && !plan.is_empty()}});
    if (plan.is_empty()) {
        invocation.output.line("there is nothing to apply; nothing was changed");
        return 0;
    }
    if (arguments.dry_run) {
        invocation.output.line("nothing was changed (--dry-run)");
        return 0;
    }
    confirm("Apply this on all these nodes?", arguments.yes);
    ops::carry_out(invocation.store, plan);
    invocation.output.line("applied, in the kernel and on all nodes");
    return 0;
}

void setup_config_check(CLI::App& group, Invocation& invocation)
{
    auto where = std::make_shared<std::string>();
    auto* verb = group.add_subcommand("check", "Look for what is wrong in the files, all of them");
    verb->add_option("FILE|DIR", *where, "One file, or another directory; the devices are left out then");
    verb->footer("Syntax, ranges, what one file says of another, the devices. Changes nothing. Exit status: 0\n"
                 "right, 3 something is wrong.\n"
                 "Examples:\n"
                 "  mirrorctl config check\n"
                 "  mirrorctl config check /root/new/volumes/home.toml");
    verb->callback([&invocation, where] { invocation.run = [&invocation, where] { return config_check(invocation, *where); }; });
}

void setup_config_diff(CLI::App& group, Invocation& invocation)
{
    auto node = std::make_shared<std::string>();
    auto* verb = group.add_subcommand("diff", "Compare the files with what runs, and with the other nodes");
    verb->add_option("NODE", *node, "With this node's files alone");
    verb->footer("Exit status: 0 no difference, 22 there are, 23 a node could not be asked.\n"
                 "Examples:\n"
                 "  mirrorctl config diff\n"
                 "  mirrorctl config diff b");
    verb->callback([&invocation, node] { invocation.run = [&invocation, node] { return config_diff(invocation, *node); }; });
}

void setup_config_apply(CLI::App& group, Invocation& invocation)
{
    auto arguments = std::make_shared<ApplyArguments>();
    auto* verb = group.add_subcommand("apply", "Let what was edited take effect, on all nodes or on none");
    verb->add_flag("--dry-run", arguments->dry_run, "Say what would be changed, and change nothing");
    verb->add_flag("--force", arguments->force, "Also over a newer version on another node");
    verb->add_flag("-y,--yes", arguments->yes, "Do not ask");
    verb->footer("Options of volumes and mirrors, and jobs. Sizes, nodes and devices have verbs of their own.\n"
                 "Examples:\n"
                 "  mirrorctl config apply --dry-run\n"
                 "  mirrorctl config apply --yes");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return config_apply(invocation, *arguments); });
    });
}

} // namespace

void setup_config(CLI::App& app, Invocation& invocation)
{
    auto* group = app.add_subcommand("config", "The files of /etc/mirror-net: check, compare, apply");
    group->require_subcommand(1);
    setup_config_check(*group, invocation);
    setup_config_diff(*group, invocation);
    setup_config_apply(*group, invocation);
}

} // namespace mirrornet::ctl
