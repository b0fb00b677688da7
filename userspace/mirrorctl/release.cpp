// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/managed.hpp"
#include "mirrorctl/undisturbed.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/volume/remove.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct ReleaseOptions {
    std::string volume;
    bool yes = false;
};

int run(const Invocation& invocation, const ReleaseOptions& options)
{
    const auto device = invocation.store.load_local(options.volume).data_device;
    confirm("Volume " + options.volume + " and its metadata will be removed; its data stays on " +
                device + ".",
            options.yes);
    const Undisturbed undisturbed;
    ops::release(invocation.store, options.volume);
    invocation.output.document({{"volume", options.volume}, {"data_device", device}});
    invocation.output.line("volume " + options.volume + " is gone; its data is on " + device +
                           ", a plain device again" + initramfs_advice());
    return 0;
}

} // namespace

void setup_release(CLI::App& app, Invocation& invocation)
{
    auto options = std::make_shared<ReleaseOptions>();
    auto* verb =
        app.add_subcommand("release", "Make a volume without mirrors a plain device again");
    verb->add_option("VOLUME", options->volume, "The volume")->required();
    verb->add_flag("-y,--yes", options->yes, "Do not ask");
    add_override(*verb, invocation, [options] { return std::vector{options->volume}; });
    verb->footer("Examples:\n"
                 "  mirrorctl delete home && umount /home && mirrorctl release home");
    verb->callback([&invocation, options] {
        invocation.change([&invocation, options] { return run(invocation, *options); });
    });
}

} // namespace mirrornet::ctl
