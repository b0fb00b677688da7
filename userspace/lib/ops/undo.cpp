// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/undo.hpp"

#include "base/error.hpp"

#include <string_view>

namespace mirrornet::ops {

namespace {

constexpr std::string_view as_before = "; everything was put back as it was before";

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
    if (why.ends_with(as_before)) // said by an operation within this one
        throw Error(status, why);
    // partly done: the part of another node, or of an operation within this one, which says itself what is not as
    // before; timed out: nobody knows of that
    throw Error(status, why + (status == ExitStatus::partly_done || status == ExitStatus::timed_out
                                   ? std::string("; everything else was put back")
                                   : std::string(as_before)));
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
