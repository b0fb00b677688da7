// SPDX-License-Identifier: GPL-2.0-or-later
//
// sd-event with callbacks that are functions. Everything here belongs to the
// main thread. An exception out of a callback is logged and ends nothing.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

struct sd_event;
struct sd_event_source;

namespace mirrornet::netd {

class EventLoop {
public:
    using Callback = std::function<void()>;

    // Registered as long as it lives.
    class Source {
    public:
        Source() = default;
        void arm(std::chrono::milliseconds from_now); // a timer, once

    private:
        friend class EventLoop;
        struct Unregister {
            void operator()(sd_event_source* source) const;
        };
        std::unique_ptr<Callback> callback_;
        std::unique_ptr<sd_event_source, Unregister> source_; // goes first
    };

    EventLoop(); // keeps systemd's watchdog quiet where the unit asks for one
    ~EventLoop();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    Source on_readable(int fd, Callback callback);
    Source on_timer(Callback callback);                // not armed yet
    Source on_signal(int signal, Callback callback);   // which has to be blocked

    void run(); // until stop()
    void stop();

private:
    Source made(Callback callback, const std::function<int(sd_event_source**, void*)>& add);
    sd_event* event_ = nullptr;
};

} // namespace mirrornet::netd
