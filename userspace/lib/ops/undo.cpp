// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/undo.hpp"

#include "base/error.hpp"

namespace mirrornet::ops {

namespace {

[[noreturn]] void put_back(Undo& undo, ExitStatus status, const std::string& why)
{
    const std::string left = undo.run();
    if (!left.empty())
        throw Error(ExitStatus::partly_done,
                    why + "; putting everything back failed too: " + left +
                        (undo.lost().empty() ? "" : "; besides, " + undo.lost()));
    if (!undo.lost().empty())
        throw Error(ExitStatus::partly_done,
                    why + "; everything else was put back, but " + undo.lost());
    // partly done: the other node's part, which says itself what is not as before; timed out: nobody knows of that
    throw Error(status, why + (status == ExitStatus::partly_done || status == ExitStatus::timed_out
                                   ? "; everything on this node was put back"
                                   : "; everything was put back as it was before"));
}

} // namespace

void Undo::add(std::string what, std::function<void()> action)
{
    steps_.push_back({std::move(what), std::move(action)});
}

std::string Undo::run()
{
    std::string left;
    for (; !steps_.empty(); steps_.pop_back()) {
        try {
            steps_.back().action();
        } catch (const std::exception& error) {
            left += (left.empty() ? "" : "; ") + ("could not " + steps_.back().what) + ": " +
                    error.what();
        }
    }
    return left;
}

void whole_or_not_at_all(const std::function<void(Undo&)>& work)
{
    Undo undo;
    try {
        work(undo);
    } catch (const Error& error) {
        put_back(undo, error.status(), error.what());
    } catch (const std::exception& error) { // of JSON, a file system, no memory
        put_back(undo, ExitStatus::internal, error.what());
    }
}

void finish_after(const std::string& done, const std::function<void()>& rest)
{
    try {
        rest();
    } catch (const std::exception& error) {
        throw Error(ExitStatus::partly_done,
                    done + ", but then: " + error.what() + "; repeat to finish it");
    }
}

} // namespace mirrornet::ops
