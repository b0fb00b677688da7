// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/mirror_verb.hpp"

#include "mirrorctl/range.hpp"
#include "mirrorctl/status_text.hpp"
#include "ops/clock.hpp"
#include "ops/create/used_blocks.hpp"
#include "ops/status/json.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <algorithm>
#include <chrono>
#include <iostream>

namespace mirrornet::ctl {

namespace {

std::string state_line(const ops::MirrorStatus& status)
{
    const auto document = to_json(status);
    if (auto progress = progress_text(document, ops::block_bytes); !progress.empty())
        return progress;
    std::string text(to_string(status.record.state));
    if (status.record.reason != Reason::none)
        text += " (" + std::string(to_string(status.record.reason)) + ")";
    return text;
}

// One line that renews itself on a terminal; elsewhere a line for every tenth.
class Progress {
public:
    Progress(const Output& output, std::string name)
        : quiet_(output.json_wanted), name_(std::move(name))
    {
    }

    void show(const ops::MirrorStatus& status)
    {
        if (quiet_)
            return;
        const bool terminal = is_terminal(stderr);
        const auto tenth = static_cast<int>(status.percent().value_or(-10) / 10);
        const auto now = std::pair(status.record.state, tenth);
        if (!terminal && now == last_)
            return;
        last_ = now;
        std::cerr << (terminal ? "\r\033[K" : "") << name_ << ": " << state_line(status)
                  << (terminal ? "" : "\n") << std::flush;
    }

    void end() const
    {
        if (!quiet_ && is_terminal(stderr))
            std::cerr << '\n';
    }

private:
    bool quiet_;
    std::string name_;
    std::pair<MirrorState, int> last_{MirrorState::invalid, 0};
};

// When waiting began, by the clock of today: it may have been set meanwhile, and the kernel notes the time of day.
// What was sent before and after that is later than the earlier of the two.
class Beginning {
public:
    std::uint64_t at() const
    {
        using std::chrono::nanoseconds;
        const auto lasted = std::chrono::duration_cast<nanoseconds>(std::chrono::steady_clock::now() - steady_);
        return std::min(clock_, ops::now_ns() - static_cast<std::uint64_t>(lasted.count()));
    }

private:
    std::uint64_t clock_ = ops::now_ns();
    std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();
};

// Of a mirror that has come into sync since `begin`.
std::string end_line(const ops::MirrorStatus& status, const Beginning& begin)
{
    const auto& resync = status.record.resync;
    if (resync.progress_at < begin.at())
        return "mirroring; nothing had to be sent";
    return fmt::format("mirroring; the resync sent {} of {} blocks in {}", resync.sent,
                       status.record.total_blocks, ops::duration(resync.elapsed_ms / 1000));
}

} // namespace

void add_wait_options(CLI::App& verb, WaitOptions& options)
{
    verb.add_flag("--wait", options.wait, "Show progress until both sides are equal");
    verb.add_option("--timeout", options.timeout, "Wait at most so many seconds")
        ->check(range(0, 31536000))
        ->needs("--wait");
}

int wait_for(const Output& output, const std::vector<ops::MirrorName>& mirrors,
             const WaitOptions& options)
{
    const Beginning begin;
    for (const auto& mirror : mirrors) {
        const auto name = mirror.volume + "@" + mirror.node;
        Progress progress(output, name);
        const auto last = ops::wait_for_mirroring(
            mirror, std::chrono::seconds(options.timeout),
            [&](const ops::MirrorStatus& status) { progress.show(status); });
        progress.end();
        output.line(name + ": " + end_line(last, begin));
    }
    return 0;
}

int tell(const Output& output, const ops::VerbResult& result, const std::string& done,
         const std::string& already)
{
    json names = json::array();
    for (const auto& mirror : result.mirrors) {
        const auto name = mirror.volume + "@" + mirror.node;
        names.push_back(name);
        output.line(name + ": " + (result.changed ? done : already));
    }
    if (!result.untold.empty())
        output.line("node " + result.untold + " did not answer; if the mirror is paused or broken "
                    "there, too, repeat this when it does");
    if (!result.daemon)
        output.line("mirror-netd does not run on this node, so no link comes: systemctl start mirror-netd");
    if (!result.ended_there.empty())
        output.line("a person had paused it on node " + result.ended_there + ": that pause is ended as well");
    if (result.forgets)
        output.line("there is no link: until that resync has ended nothing tells any more which blocks the two nodes wrote apart "
                    "from each other (mirrorctl split-brain show), and a split brain could be resolved by a full resync alone");
    output.document({{"changed", result.changed},
                     {"mirrors", names},
                     {"full_because", result.full_because},
                     {"untold", result.untold},
                     {"ended_there", result.ended_there},
                     {"daemon_runs", result.daemon}});
    return 0;
}

} // namespace mirrornet::ctl
