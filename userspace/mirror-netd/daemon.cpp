// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/daemon.hpp"

#include "base/time.hpp"
#include "base/version.hpp"
#include "mirror-netd/log.hpp"
#include "mirror-netd/methods.hpp"
#include "ops/config/rpc.hpp"
#include "ops/json.hpp"
#include "ops/peer.hpp"
#include "ops/rpc.hpp"
#include "ops/volume/in_force.hpp"
#include "ops/volume/split_rpc.hpp"
#include "remote/ktls.hpp"

#include <csignal>
#include <ctime>
#include <systemd/sd-daemon.h>

namespace mirrornet::netd {

namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Events tell at once what changed; this is for what they may miss: a module
// loaded later, an event dropped.
constexpr auto tick = 2000ms;

// Reads every volume's file.
constexpr auto maintenance_tick = 5000ms;

constexpr auto save_again = 10000ms; // after it failed

void notify_reloading()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto us = static_cast<std::uint64_t>(now.tv_sec) * 1000000 +
                    static_cast<std::uint64_t>(now.tv_nsec) / 1000;
    ::sd_notify(0, fmt::format("RELOADING=1\nMONOTONIC_USEC={}", us).c_str());
}

void prepare_encryption()
try {
    warm_up_kernel_tls();
} catch (const Error& error) {
    log(Priority::warning, "mirrors with encryption will have no link: {}", error.what());
}

AskPeer ask_peer(const ConfigStore& store)
{
    return [&store](const std::string& node, const WantedFence& fence, milliseconds time) {
        ops::Peer(store, node).call(
            "copy.outdate", {{"id", fence.mirror.first}, {"generation", fence.generation}}, time);
    };
}

} // namespace

Daemon::Daemon(const ConfigStore& store)
    : store_(store), node_(store.load_node()), kernel_(stopping_.fd()), saves_(store_),
      hooks_({.directory = store_.directory() / "hooks.d"}, stopping_.fd()),
      announcer_(store_, hooks_, [this](const std::string& volume) { return maintenance_.is_on(volume); }),
      maintenance_(store_, [this](ops::Announcement event) { announcer_.tell(std::move(event)); },
                   [this](const std::string& volume) { ops::put_in_force(store_, volume, Option::boot_alone); }),
      fencer_(store_, fences_, ask_peer(store_), {.directory = store_.directory() / "fence.d"},
              stopping_.fd()),
      saver_(store_, saves_, save_again, stopping_.fd()),
      connector_(store_, kernel_, mailbox_, stopping_.fd(),
                 [this](milliseconds time) { wake_in(time); }),
      renewer_(store_, kernel_, stopping_.fd()),
      commands_(store_, sibling("mirrorctl"), stopping_.fd()),
      acceptor_(loop_, store_, kernel_, methods_, stopping_.fd())
{
    register_methods(methods_);
    ops::register_ops_methods(methods_, store_);
    ops::register_config_methods(methods_, store_);
    ops::register_split_methods(methods_, store_);
    commands_.register_in(methods_);
    mailbox_source_ = loop_.on_readable(mailbox_.fd(), [this] { mailbox_.deliver(); });
    due_timer_ = loop_.on_timer([this] { refresh(); });
    tick_timer_ = loop_.on_timer([this] {
        tick_timer_.arm(tick);
        no_events_.about([this] { follow_kernel(); });
        follow_name();
        refresh();
    });
    maintenance_timer_ = loop_.on_timer([this] { follow_maintenance(); });
    signals_[0] = loop_.on_signal(SIGTERM, [this] { stop(); });
    signals_[1] = loop_.on_signal(SIGINT, [this] { stop(); });
    signals_[2] = loop_.on_signal(SIGHUP, [this] { reload(); });
}

// For `mirrorctl version`: nothing else depends on it.
void Daemon::make_known()
try {
    mark_.emplace(store_, std::string(tool_version));
} catch (const Error& error) {
    log(Priority::warning, "\"mirrorctl version\" will not show this daemon: {}", error.what());
}

// `mirrorctl node rename` needs no reload; all else of the file does.
void Daemon::follow_name()
try {
    const auto node = store_.find_node();
    if (!node || node->name == node_.name)
        return;
    node_.name = node->name;
    log(Priority::info, "this node is called {} now", node_.name);
} catch (const Error&) {
    // told by the next reload, and by `mirrorctl config check`
}

// Files are all that says so.
void Daemon::follow_maintenance()
{
    maintenance_timer_.arm(maintenance_tick);
    no_maintenance_.about([this] { maintenance_.look(now_s()); });
}

void Daemon::run()
{
    apply(node_);
    make_known();
    tick_timer_.arm(0ms);
    maintenance_timer_.arm(0ms);
    chores_.start(prepare_encryption);
    ::sd_notify(0, "READY=1");
    log(Priority::info, "mirror-netd {} of node {} ({}) listens on port {}", tool_version,
        node_.name, node_.id.to_string(), acceptor_.port());
    loop_.run();
    log(Priority::info, "stopped; mirrors in the kernel go on, but no link is made anew");
}

void Daemon::apply(const NodeConfig& node)
{
    acceptor_.listen(node.listen, node.port());
    node_ = node;
}

// A configuration that cannot be used changes nothing.
void Daemon::reload()
{
    notify_reloading();
    try {
        const auto node = store_.load_node();
        if (node.listen != node_.listen || node.port() != node_.port())
            apply(node);
        node_ = node;
        log(Priority::info, "configuration read again");
    } catch (const std::exception& error) {
        log(Priority::error, "the configuration cannot be used: {}; going on with the old one",
            error.what());
        if (!acceptor_.listening())
            apply(node_);
    }
    ::sd_notify(0, "READY=1");
    refresh();
}

void Daemon::stop()
{
    ::sd_notify(0, "STOPPING=1");
    acceptor_.close();
    stopping_.raise();
    loop_.stop();
}

void Daemon::refresh()
{
    due_ = Clock::time_point::max();
    no_fences_.about([this] { fencer_.refresh(); }); // first: writes wait
    no_saves_.about([this] { saver_.refresh(); });
    no_links_.about([this] { connector_.refresh(node_); });
}

// Keeps the earliest of all wishes.
void Daemon::wake_in(milliseconds time)
{
    const auto when = Clock::now() + time;
    if (when >= due_)
        return;
    due_ = when;
    due_timer_.arm(time);
}

// The module may come and go while the daemon runs.
void Daemon::follow_kernel()
{
    if (events_)
        return;
    try {
        events_.emplace();
        announcer_.begin();
        events_source_ = loop_.on_readable(events_->fd(), [this] { kernel_spoke(); });
    } catch (const Error& error) {
        if (error.status() != ExitStatus::not_found)
            throw;
    }
}

void Daemon::kernel_spoke()
{
    if (!bad_events_.about([this] { heed(events_->read()); })) {
        events_source_ = {};
        events_.reset();
    }
    refresh();
}

// For the links that are missing it does not matter what it was: the state is asked for anew.
void Daemon::heed(const nl::EventStream::Batch& batch)
{
    for (const auto& event : batch.events)
        if (event.asks_for_renewal())
            renewer_.renew(node_, {event.volume, *event.peer});
    announcer_.announce(batch, node_.name);
}

} // namespace mirrornet::netd
