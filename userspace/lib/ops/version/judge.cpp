// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/version/judge.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

using Findings = std::vector<VersionFinding>;

void judge_daemon(const NodeVersions& node, Findings& out)
{
    if (!node.daemon)
        out.push_back({Fit::misfit, {node.node},
                       "mirror-netd does not run: mirrors that have a link go on, a lost link is not made again",
                       "systemctl start mirror-netd"});
    else if (!node.tool.empty() && *node.daemon != node.tool)
        out.push_back({Fit::misfit, {node.node},
                       "mirror-netd " + *node.daemon + " still runs, mirrorctl is " + node.tool,
                       "systemctl restart mirror-netd (mirrors go on meanwhile)"});
}

void judge_loaded(const NodeVersions& node, Findings& out)
{
    if (!node.loaded)
        out.push_back({Fit::note, {node.node}, "the module is not loaded: no volume is active there",
                       "mirrorctl up --all"});
    else if (node.installed && *node.loaded != *node.installed)
        out.push_back({Fit::misfit, {node.node},
                       "the module that runs (" + node.loaded->version + ") is not the one on disk (" +
                           node.installed->version + "): the old one goes on until it is loaded anew",
                       "when the volumes may be closed: mirrorctl down --all && modprobe -r dm-mirror-net && "
                       "mirrorctl up --all; or with the next boot"});
}

void judge_installed(const NodeVersions& node, Findings& out)
{
    if (!node.installed)
        out.push_back({Fit::misfit, {node.node},
                       "no module is installed for the kernel that runs: once it is unloaded no volume comes up",
                       "dkms status, then: dkms autoinstall"});
    else if (!node.tool.empty() && node.installed->version != node.tool)
        out.push_back({Fit::misfit, {node.node},
                       "mirrorctl is " + node.tool + ", the module on disk " +
                           (node.installed->version.empty() ? "an earlier one" : node.installed->version) +
                           ": they may not understand each other",
                       "install the same version of both"});
}

void judge_node(const NodeVersions& node, Findings& out)
{
    if (!node.error.empty())
        return out.push_back({Fit::unknown, {node.node}, "nothing is known of its versions: " + node.error, {}});
    if (node.tool.empty())
        return out.push_back({Fit::unknown, {node.node},
                              "its mirrorctl does not know \"version\" (mirror-netd " + node.daemon.value_or("?") +
                                  "), so whether it fits cannot be told",
                              "install the version of this node there"});
    judge_daemon(node, out);
    judge_loaded(node, out);
    judge_installed(node, out);
}

// What makes its links: what runs, or would be loaded.
const ModuleVersion* module_of(const NodeVersions& node)
{
    if (node.loaded)
        return &*node.loaded;
    return node.installed ? &*node.installed : nullptr;
}

void judge_protocols(const NodeVersions& a, const NodeVersions& b, Findings& out)
{
    const auto* of_a = module_of(a);
    const auto* of_b = module_of(b);
    if (!of_a || !of_b || !of_a->protocol || !of_b->protocol)
        return out.push_back({Fit::unknown, {a.node, b.node},
                              "which versions of the protocol their modules speak is not known", {}});
    const auto& one = *of_a->protocol;
    const auto& other = *of_b->protocol;
    const auto common = std::min(one.highest, other.highest);
    const auto& older = one.highest <= other.highest ? a.node : b.node;
    if (common < std::max(one.lowest, other.lowest))
        out.push_back({Fit::misfit, {a.node, b.node},
                       "their modules speak no common version of the protocol (" + one.print() + ", " +
                           other.print() + "): no link; what is written is tracked for when there is one",
                       "install the newer version on node " + older});
    else if (one.highest != other.highest)
        out.push_back({Fit::note, {a.node, b.node},
                       "they speak version " + std::to_string(common) + " of the protocol with each other; what a "
                       "newer one adds is not used",
                       "install the newer version on node " + older + " when it suits"});
    else if (a.tool != b.tool)
        out.push_back({Fit::note, {a.node, b.node},
                       "their versions differ (" + a.tool + ", " + b.tool + ") and work together", {}});
}

} // namespace

std::vector<VersionFinding> judge_versions(const std::vector<NodeVersions>& nodes)
{
    Findings found;
    for (const auto& node : nodes)
        judge_node(node, found);
    for (auto a = nodes.begin(); a != nodes.end(); a++)
        for (auto b = a + 1; b != nodes.end(); b++)
            if (!a->tool.empty() && !b->tool.empty())
                judge_protocols(*a, *b, found);
    return found;
}

ExitStatus exit_status_of(const std::vector<VersionFinding>& findings)
{
    auto worst = Fit::note;
    for (const auto& finding : findings)
        worst = std::max(worst, finding.fit);
    switch (worst) {
    case Fit::misfit: return ExitStatus::degraded;
    case Fit::unknown: return ExitStatus::unknown;
    case Fit::note: break;
    }
    return ExitStatus::done;
}

} // namespace mirrornet::ops
