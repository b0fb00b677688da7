// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/change_there.hpp"

#include "ops/peer.hpp"

namespace mirrornet::ops {

void change_there(Undo& undo, std::string what, const std::function<void()>& there, std::function<void()> back)
{
    try {
        there();
    } catch (const NotAsked&) {
        throw;
    } catch (const Error& error) {
        if (error.status() == ExitStatus::unreachable || error.status() == ExitStatus::timed_out)
            undo.add(std::move(what), std::move(back));
        throw;
    }
    undo.add(std::move(what), std::move(back));
}

} // namespace mirrornet::ops
