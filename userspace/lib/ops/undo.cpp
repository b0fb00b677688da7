// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/undo.hpp"

#include "base/error.hpp"

namespace mirrornet::ops {

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
        const std::string left = undo.run();
        if (left.empty())
            throw Error(error.status(), std::string(error.what()) +
                                            "; everything was put back as it was before");
        throw Error(ExitStatus::partly_done,
                    std::string(error.what()) + "; putting everything back failed too: " + left);
    }
}

} // namespace mirrornet::ops
