// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/control_server.hpp"

#include "base/error.hpp"

namespace mirrornet {

namespace {

// False when nothing came in time: an idle connection is no fault of anybody.
bool request_comes(LineStream& stream, const Deadline& deadline)
{
    try {
        stream.wait_readable(deadline);
        return true;
    } catch (const Error& error) {
        if (error.status() != ExitStatus::timed_out)
            throw;
        return false;
    }
}

void serve_line(LineStream& stream, const std::string& line, const RpcDispatcher& dispatcher,
                const RpcPeer& peer, int cancel, ControlLimits limits)
try {
    const auto send = [&](const std::string& text) {
        stream.write(text, Deadline(limits.transfer, cancel));
    };
    send(dispatcher.answer(line, peer, send));
} catch (const RpcBreach& breach) {
    stream.write(breach.answer(), Deadline(limits.transfer, cancel));
    throw;
}

} // namespace

void serve_control(LineStream& stream, const RpcDispatcher& dispatcher,
                   const std::function<RpcPeer()>& who, int cancel, ControlLimits limits)
{
    while (request_comes(stream, Deadline(limits.idle, cancel))) {
        const auto line = stream.read(Deadline(limits.transfer, cancel));
        if (!line)
            return;
        serve_line(stream, *line, dispatcher, who(), cancel, limits);
    }
}

} // namespace mirrornet
