// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/range.hpp"
#include "mirrorctl/verbs.hpp"
#include "mirrorctl/volumes.hpp"
#include "ops/volume/activate.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

struct DownArguments {
    VolumeArguments volumes;
    std::optional<std::uint64_t> drain; // seconds
};

std::string state_text(const ops::DownResult& result)
{
    if (result.was_down)
        return "not active; nothing was changed";
    if (result.not_drained == 0)
        return "stopped";
    return fmt::format("stopped; {} writes were not applied by the target yet and are tracked: a "
                       "partial resync sends them",
                       result.not_drained);
}

int run(const Invocation& invocation, const DownArguments& arguments)
{
    ops::DownOptions options;
    if (arguments.drain)
        options.drain = std::chrono::seconds(*arguments.drain);
    return for_each_volume(invocation, arguments.volumes, [&](const std::string& name) {
        const auto result = ops::down(invocation.store, name, options);
        invocation.output.line(name + ": " + state_text(result));
        return json{{"volume", name},
                    {"changed", !result.was_down},
                    {"not_drained", result.not_drained}};
    });
}

} // namespace

void setup_down(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<DownArguments>();
    auto* verb = app.add_subcommand("down", "Stop volumes in an orderly way");
    add_volume_arguments(*verb, arguments->volumes);
    verb->add_option("--drain", arguments->drain,
                     "Seconds to wait for the target (default: option shutdown-drain)")
        ->check(range(0, 86400));
    verb->footer("Refused while a volume is open (mounted, for one); it says by whom.\n"
                 "Examples:\n"
                 "  mirrorctl down home\n"
                 "  mirrorctl down --all --drain 10");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
