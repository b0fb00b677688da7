// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/error.hpp"

#include <cerrno>
#include <system_error>

namespace mirrornet {

ExitStatus status_of_errno(int error) noexcept
{
    switch (error) {
    case EEXIST:
        return ExitStatus::exists;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ESRCH:
        return ExitStatus::not_found;
    case EBUSY:
        return ExitStatus::in_use;
    case EACCES:
    case EPERM:
        return ExitStatus::not_permitted;
    case ECONNREFUSED:
    case ECONNRESET:
    case EPIPE:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return ExitStatus::unreachable;
    case ETIMEDOUT:
        return ExitStatus::timed_out;
    default:
        return ExitStatus::internal;
    }
}

void throw_errno(const std::string& what, int error)
{
    throw Error(status_of_errno(error),
                what + ": " + std::generic_category().message(error));
}

void throw_errno(const std::string& what)
{
    throw_errno(what, errno);
}

ExitStatus status_from_code(long long code) noexcept
{
    for (const auto& word : Words<ExitStatus>::table)
        if (static_cast<long long>(word.value) == code)
            return word.value;
    return ExitStatus::internal;
}

} // namespace mirrornet
