// SPDX-License-Identifier: GPL-2.0-or-later
//
// Enumerations whose values have a word that users, files and JSON see.
// A type joins in by specialising Words<> with one table; to_string() and
// parse_word() then have the same opinion everywhere.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace mirrornet {

template <typename E> struct Word {
    E value;
    std::string_view text;
};

template <typename E> struct Words; // kind: what the word names; table: Word<E>[]

template <typename E>
concept Worded = requires { Words<E>::table; };

template <Worded E> constexpr std::string_view to_string(E value)
{
    for (const auto& word : Words<E>::table)
        if (word.value == value)
            return word.text;
    return "?";
}

template <Worded E> constexpr std::optional<E> find_word(std::string_view text)
{
    for (const auto& word : Words<E>::table)
        if (word.text == text)
            return word.value;
    return std::nullopt;
}

// "a, b, c": what a message names as allowed.
template <Worded E> std::string allowed_words()
{
    std::string list;
    for (const auto& word : Words<E>::table) {
        if (!list.empty())
            list += ", ";
        list += word.text;
    }
    return list;
}

} // namespace mirrornet
