// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/fields.hpp"

namespace mirrornet::ctl {

using nlohmann::json;

std::string word(const json& from, const char* key, const std::string& otherwise)
{
    const auto found = from.find(key);
    return found == from.end() || !found->is_string() ? otherwise : found->get<std::string>();
}

std::uint64_t number(const json& from, const char* key)
{
    const auto found = from.find(key);
    return found == from.end() || !found->is_number() ? 0 : found->get<std::uint64_t>();
}

bool flag(const json& from, const char* key)
{
    const auto found = from.find(key);
    return found != from.end() && found->is_boolean() && found->get<bool>();
}

} // namespace mirrornet::ctl
