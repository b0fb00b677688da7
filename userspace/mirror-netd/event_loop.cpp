// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror-netd/event_loop.hpp"

#include "base/error.hpp"
#include "mirror-netd/log.hpp"

#include <ctime>
#include <sys/epoll.h>
#include <systemd/sd-event.h>

namespace mirrornet::netd {

namespace {

constexpr std::uint64_t timer_accuracy_us = 10000;

void check(int result, const char* what)
{
    if (result < 0)
        throw_errno(what, -result);
}

int call(void* callback)
{
    try {
        (*static_cast<EventLoop::Callback*>(callback))();
    } catch (const std::exception& error) {
        log(Priority::error, "{}", error.what());
    }
    return 0;
}

int readable(sd_event_source*, int, std::uint32_t, void* data)
{
    return call(data);
}

int expired(sd_event_source*, std::uint64_t, void* data)
{
    return call(data);
}

int signalled(sd_event_source*, const signalfd_siginfo*, void* data)
{
    return call(data);
}

} // namespace

void EventLoop::Source::Unregister::operator()(sd_event_source* source) const
{
    ::sd_event_source_disable_unref(source);
}

void EventLoop::Source::arm(std::chrono::milliseconds from_now)
{
    const auto us = std::chrono::microseconds(from_now).count();
    check(::sd_event_source_set_time_relative(source_.get(), static_cast<std::uint64_t>(us)),
          "timer");
    check(::sd_event_source_set_enabled(source_.get(), SD_EVENT_ONESHOT), "timer");
}

EventLoop::EventLoop()
{
    check(::sd_event_new(&event_), "sd_event_new");
    check(::sd_event_set_watchdog(event_, true), "watchdog");
}

EventLoop::~EventLoop()
{
    ::sd_event_unref(event_);
}

EventLoop::Source EventLoop::made(Callback callback,
                                  const std::function<int(sd_event_source**, void*)>& add)
{
    Source source;
    source.callback_ = std::make_unique<Callback>(std::move(callback));
    sd_event_source* raw = nullptr;
    check(add(&raw, source.callback_.get()), "event source");
    source.source_.reset(raw);
    return source;
}

EventLoop::Source EventLoop::on_readable(int fd, Callback callback)
{
    return made(std::move(callback), [&](sd_event_source** source, void* data) {
        return ::sd_event_add_io(event_, source, fd, EPOLLIN, readable, data);
    });
}

EventLoop::Source EventLoop::on_timer(Callback callback)
{
    auto source = made(std::move(callback), [&](sd_event_source** raw, void* data) {
        return ::sd_event_add_time(event_, raw, CLOCK_MONOTONIC, UINT64_MAX, timer_accuracy_us,
                                   expired, data);
    });
    check(::sd_event_source_set_enabled(source.source_.get(), SD_EVENT_OFF), "timer");
    return source;
}

EventLoop::Source EventLoop::on_signal(int signal, Callback callback)
{
    return made(std::move(callback), [&](sd_event_source** source, void* data) {
        return ::sd_event_add_signal(event_, source, signal, signalled, data);
    });
}

void EventLoop::run()
{
    check(::sd_event_loop(event_), "event loop");
}

void EventLoop::stop()
{
    check(::sd_event_exit(event_, 0), "event loop");
}

} // namespace mirrornet::netd
