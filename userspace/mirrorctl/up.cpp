// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/range.hpp"
#include "mirrorctl/verbs.hpp"
#include "mirrorctl/volumes.hpp"
#include "ops/node/daemon_mark.hpp"
#include "ops/volume/activate.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct UpArguments {
    VolumeArguments volumes;
    bool as_source = false;
    bool yes = false;
    std::optional<std::uint64_t> wait; // seconds
};

std::string state_text(const ops::UpResult& result, bool daemon)
{
    const auto& volume = result.volume;
    std::string text = std::string(result.was_up ? "active already: " : "active: ") +
                       std::string(to_string(volume.role));
    if (!volume.locked())
        return text + ", open as /dev/mirror/" + volume.name;
    if (result.barred)
        return text + ", locked: this node may not be the source (allowed-roles); make another node the source: mirrorctl switchover " +
               volume.name + "@NODE";
    if (volume.lock == LockReason::wait_peer)
        return text + ", locked until the other nodes are heard (boot-wait, boot-alone)" +
               (daemon ? "" : "; mirror-netd does not run on this node, so none is heard: systemctl start mirror-netd");
    return text + ", locked (" + std::string(to_string(volume.lock)) + ")";
}

int run(const Invocation& invocation, const UpArguments& arguments)
{
    ops::UpOptions options;
    options.as_source = arguments.as_source;
    if (arguments.wait)
        options.wait = std::chrono::seconds(*arguments.wait);
    if (options.as_source) {
        for (const auto& name : arguments.volumes.names)
            invocation.store.load_volume(name); // nothing to ask about where there is none
        confirm("This node takes the source role without the other node's answer. If that one "
                "took over meanwhile, both sides may be written: a split brain, which a person "
                "has to resolve.",
                arguments.yes);
    }
    return for_each_volume(invocation, arguments.volumes, [&](const std::string& name) {
        const auto result = ops::up(invocation.store, name, options);
        invocation.output.line(name + ": " + state_text(result, ops::running_daemon(invocation.store).has_value()));
        return json{{"volume", name},
                    {"changed", !result.was_up},
                    {"role", to_string(result.volume.role)},
                    {"locked", result.volume.locked()},
                    {"lock_reason", to_string(result.volume.lock)}};
    });
}

} // namespace

void setup_up(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<UpArguments>();
    auto* verb = app.add_subcommand("up", "Activate volumes from the configuration");
    add_volume_arguments(*verb, arguments->volumes);
    verb->add_flag("--as-source", arguments->as_source,
                   "Open a source although the other node was not heard");
    verb->add_option("--wait", arguments->wait,
                     "Seconds to wait for missing devices (default: option metadata-wait)")
        ->check(range(0, 86400));
    verb->add_flag("-y,--yes", arguments->yes, "Do not ask");
    add_override(*verb, invocation, [&invocation, arguments] {
        if (!arguments->as_source)
            return std::vector<std::string>{};
        return arguments->volumes.all ? invocation.store.volume_names() : arguments->volumes.names;
    });
    verb->footer("A target stays locked. A volume that was the source opens by itself when all nodes\n"
                 "that may have taken over have answered that they did not. If one is not heard\n"
                 "within boot-wait, boot-alone decides (mirrorctl get VOLUME).\n"
                 "Examples:\n"
                 "  mirrorctl up home\n"
                 "  mirrorctl up --all\n"
                 "  mirrorctl up home --as-source");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
