// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace mirrornet::ops {

// What has to be taken back, latest first, if an operation does not get to its
// end: it happens whole or not at all.
class Undo {
public:
    // `what` completes "could not ...": "remove the metadata file /x".
    void add(std::string what, std::function<void()> action);

    // What no one can put back: "the content of /dev/x on node b is erased". It is in the
    // message of the error.
    void lose(const std::string& what) { lost_ += (lost_.empty() ? "" : ", and ") + what; }
    const std::string& lost() const { return lost_; }

    // Takes everything back; what could not be, as one sentence (else empty).
    std::string run();

private:
    struct Step {
        std::string what;
        std::function<void()> action;
    };
    std::vector<Step> steps_;
    std::string lost_;
};

// Runs `work`; when it throws, takes back what it had added to the Undo and says in
// the message of the Error how that went. What was no Error becomes an internal one.
void whole_or_not_at_all(const std::function<void(Undo&)>& work);

// The rest of what can be repeated but not be taken back: when it throws, the Error is
// partly_done and says what was `done` before ("the copy on node b is removed").
void finish_after(const std::string& done, const std::function<void()>& rest);

} // namespace mirrornet::ops
