// SPDX-License-Identifier: GPL-2.0-or-later
//
// The one exception of the library. Its status is what the tool exits with and
// what travels as the error code of the control connection.
#pragma once

#include "base/words.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace mirrornet {

enum class ExitStatus : int {
    done = 0,
    internal = 1,
    usage = 2,
    refused = 3, // by state of data or roles, nothing changed
    exists = 4,
    not_found = 5,
    in_use = 6,
    needs_force = 7, // or --yes
    unreachable = 8,
    not_permitted = 9,
    timed_out = 10, // still going on
    partly_done = 11,
    // Levels, of `status` and `health` only:
    maintenance = 20,
    resyncing = 21,
    degraded = 22,
    unknown = 23,
    split_brain = 24,
};

template <> struct Words<ExitStatus> {
    static constexpr std::string_view kind = "exit status";
    static constexpr Word<ExitStatus> table[] = {
        {ExitStatus::done, "done"},
        {ExitStatus::internal, "internal"},
        {ExitStatus::usage, "usage"},
        {ExitStatus::refused, "refused"},
        {ExitStatus::exists, "exists"},
        {ExitStatus::not_found, "not-found"},
        {ExitStatus::in_use, "in-use"},
        {ExitStatus::needs_force, "needs-force"},
        {ExitStatus::unreachable, "unreachable"},
        {ExitStatus::not_permitted, "not-permitted"},
        {ExitStatus::timed_out, "timed-out"},
        {ExitStatus::partly_done, "partly-done"},
        {ExitStatus::maintenance, "maintenance"},
        {ExitStatus::resyncing, "resyncing"},
        {ExitStatus::degraded, "degraded"},
        {ExitStatus::unknown, "unknown"},
        {ExitStatus::split_brain, "split-brain"},
    };
};

class Error : public std::runtime_error {
public:
    Error(ExitStatus status, const std::string& message, std::string repeat_with = {})
        : std::runtime_error(message), status_(status), repeat_with_(std::move(repeat_with))
    {
    }
    ExitStatus status() const noexcept { return status_; }
    // Of needs_force: the option with which the same command is carried out, "--yes" or
    // "--force"; empty where that is not enough.
    const std::string& repeat_with() const noexcept { return repeat_with_; }

private:
    ExitStatus status_;
    std::string repeat_with_;
};

// The status that says the same as an errno of a system call on the named object.
ExitStatus status_of_errno(int error) noexcept;

// "WHAT: strerror(error)" with the status that fits.
[[noreturn]] void throw_errno(const std::string& what, int error);
[[noreturn]] void throw_errno(const std::string& what); // of the current errno

// A status that came as a number from a peer; anything unknown is `internal`.
ExitStatus status_from_code(long long code) noexcept;

template <Worded E> E parse_word(std::string_view text)
{
    if (auto value = find_word<E>(text))
        return *value;
    throw Error(ExitStatus::usage, "\"" + std::string(text) + "\" is not a " +
                                       std::string(Words<E>::kind) +
                                       "; allowed: " + allowed_words<E>());
}

} // namespace mirrornet
