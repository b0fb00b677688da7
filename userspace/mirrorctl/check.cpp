// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/range.hpp"
#include "mirrorctl/status_remarks.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/json.hpp"
#include "ops/status/check.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace mirrornet::ctl {

namespace {

struct CheckArguments {
    std::vector<std::string> volumes;
    bool deep = false;
    double timeout = 10; // seconds
};

ops::ServiceState look(const ops::VolumeStatus& volume, const CheckArguments& arguments)
{
    auto state = ops::service_of(volume);
    const bool open = volume.record && volume.record->role == Role::source && !volume.record->locked();
    if (!arguments.deep || !open || state.service == ops::Service::failed)
        return state;
    return ops::try_service(volume, std::chrono::milliseconds(static_cast<int>(arguments.timeout * 1000)));
}

int run(const Invocation& invocation, const CheckArguments& arguments)
{
    const auto report = ops::status(invocation.store, arguments.volumes);
    json volumes = json::array();
    auto worst = report.errors.empty() ? ops::Service::active : ops::Service::cannot_tell;
    for (const auto& volume : report.volumes) {
        const auto state = look(volume, arguments);
        worst = std::max(worst, state.service);
        volumes.push_back({{"volume", volume.name}, {"service", state.service}, {"reason", state.reason}});
        invocation.output.line(volume.name + ": " + std::string(to_string(state.service)) +
                               (state.reason.empty() ? "" : ": " + state.reason));
    }
    const json about{{"service", worst}, {"volumes", volumes}, {"errors", report.errors}, {"daemon_runs", report.daemon}};
    if (const auto remark = daemon_remark(about); !remark.empty())
        invocation.output.line("this node: " + remark);
    invocation.output.document(about);
    return static_cast<int>(ops::exit_status_of(worst));
}

} // namespace

void setup_check(CLI::App& app, Invocation& invocation)
{
    auto arguments = std::make_shared<CheckArguments>();
    auto* verb = app.add_subcommand("check", "Say in one word what a volume does on this node");
    verb->add_option("VOLUME", arguments->volumes, "Or job:NAME; all without");
    auto* deep = verb->add_flag("--deep", arguments->deep, "Also read from, and flush, a source that is open");
    verb->add_option("--timeout", arguments->timeout, "Seconds for that")
        ->check(range(0.1, 3600.0))
        ->capture_default_str()
        ->needs(deep);
    verb->footer("For cluster managers and monitoring; asks this node alone, changes nothing. Exit status:\n"
                 "0 active, standby; 22 active-degraded; 20 maintenance; 23 cannot-tell; 3 failed.\n"
                 "A target is standby, whatever its copy is worth.\n"
                 "Examples:\n"
                 "  mirrorctl check home\n"
                 "  mirrorctl check job:erp --deep --timeout 5");
    verb->callback([&invocation, arguments] {
        invocation.run = [&invocation, arguments] { return run(invocation, *arguments); };
    });
}

} // namespace mirrornet::ctl
