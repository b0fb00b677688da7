// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/config/manage.hpp"
#include "ops/volume/lock.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

int tell_lock(const Output& output, const ops::LockResult& result, const std::string& now)
{
    output.line(result.volume.name + ": " + now + (result.changed ? "" : " already"));
    output.document({{"changed", result.changed},
                     {"volume", result.volume.name},
                     {"locked", result.volume.locked()},
                     {"read_only", result.volume.read_only}});
    return 0;
}

struct UnlockArguments {
    std::string volume;
    nl::Unlock how;
};

int run_unlock(const Invocation& invocation, const UnlockArguments& arguments)
{
    const auto result = ops::unlock(invocation.store, arguments.volume, arguments.how);
    return tell_lock(invocation.output, result,
                     arguments.how.read_only ? "unlocked for reading" : "unlocked");
}

} // namespace

void setup_lock(CLI::App& app, Invocation& invocation)
{
    auto volume = std::make_shared<std::string>();
    auto* verb = app.add_subcommand("lock", "Refuse every read and write of the copy on this node");
    verb->add_option("VOLUME", *volume, "Name of the volume")->required();
    verb->footer("Refused while the volume is open (mounted, for one); it says by whom. The role and "
                 "the mirrors stay.\n"
                 "Example:\n"
                 "  mirrorctl lock home");
    verb->callback([&invocation, volume] {
        invocation.change([&invocation, volume] {
            return tell_lock(invocation.output, ops::lock(invocation.store, *volume), "locked");
        });
    });
}

void setup_unlock(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<UnlockArguments>();
    auto* verb = app.add_subcommand("unlock", "Open the copy on this node for use");
    verb->add_option("VOLUME", arguments->volume, "Name of the volume")->required();
    verb->add_flag("--read-only", arguments->how.read_only, "A target: every write fails");
    verb->add_flag("--force", arguments->how.force,
                   "A target: also if it is inconsistent, because a resync into it has not ended");
    add_override(*verb, invocation, [&invocation, arguments] {
        const bool opens_target = !arguments->how.read_only && !ops::is_source_here(invocation.store, arguments->volume);
        return opens_target ? std::vector{arguments->volume} : std::vector<std::string>{};
    });
    verb->footer("A target only while its mirror is paused (\"mirrorctl pause --unlock\" does "
                 "both) or broken. What is written to it is overwritten by \"mirrorctl "
                 "continue\".\n"
                 "Examples:\n"
                 "  mirrorctl unlock home\n"
                 "  mirrorctl unlock home --read-only");
    verb->callback([&invocation, arguments] {
        invocation.change([&invocation, arguments] { return run_unlock(invocation, *arguments); });
    });
}

} // namespace mirrornet::ctl
