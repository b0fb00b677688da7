// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/states.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace mirrornet {

bool ends_by_itself(Reason reason)
{
    switch (reason) {
    case Reason::none:
    case Reason::shutdown:
    case Reason::link_lost:
    case Reason::peer_silent:
    case Reason::peer_busy:
    case Reason::target_error:
    case Reason::queue_limit:
    case Reason::resync_passes:
    case Reason::no_memory:
    case Reason::size_mismatch:
    case Reason::config_missing:
    case Reason::device_removed:
    case Reason::operation:
        return true;
    case Reason::user:
    case Reason::source_error:
    case Reason::metadata_error:
    case Reason::sector_mismatch:
    case Reason::target_unlocked:
    case Reason::rolled_back:
    case Reason::other_source:
    case Reason::split_brain:
    case Reason::not_trusted:
    case Reason::version:
    case Reason::fenced:
    case Reason::maintenance:
        return false;
    }
    return false;
}

Permissions parse_permissions(std::string_view list)
{
    Permissions permissions;
    for (const auto& word : split(list, ','))
        permissions.add(parse_word<Permission>(trim(word)));
    return permissions;
}

std::string to_string(Permissions permissions)
{
    std::string list;
    for (const auto& word : Words<Permission>::table)
        if (permissions.allows(word.value))
            list += (list.empty() ? "" : ",") + std::string(word.text);
    return list;
}

} // namespace mirrornet
