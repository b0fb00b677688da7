// SPDX-License-Identifier: GPL-2.0-or-later
//
// Basic values as JSON, for what travels between nodes and what --json prints.
#pragma once

#include "base/error.hpp"
#include "base/uuid.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace nlohmann {

template <> struct adl_serializer<mirrornet::Uuid> {
    static void to_json(json& to, const mirrornet::Uuid& value) { to = value.to_string(); }
    static void from_json(const json& from, mirrornet::Uuid& value)
    {
        value = mirrornet::Uuid::parse(from.get<std::string>());
    }
};

template <typename T> struct adl_serializer<std::optional<T>> {
    static void to_json(json& to, const std::optional<T>& value)
    {
        to = value ? json(*value) : json();
    }
    static void from_json(const json& from, std::optional<T>& value)
    {
        value = from.is_null() ? std::optional<T>() : std::optional<T>(from.get<T>());
    }
};

template <mirrornet::Worded E> struct adl_serializer<E> {
    static void to_json(json& to, const E& value) { to = mirrornet::to_string(value); }
    static void from_json(const json& from, E& value)
    {
        value = mirrornet::parse_word<E>(from.get<std::string>());
    }
};

} // namespace nlohmann

namespace mirrornet::ops {

using nlohmann::json;

} // namespace mirrornet::ops
