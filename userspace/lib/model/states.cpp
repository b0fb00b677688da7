// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/states.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace mirrornet {

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
