// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/typed_command.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace mirrornet::ctl {

namespace {

// What follows it is no option.
constexpr std::string_view end_of_options = "--";

} // namespace

TypedCommand::TypedCommand(int argc, const char* const* argv)
{
    if (argc > 1)
        words_.assign(argv + 1, argv + argc);
}

bool TypedCommand::has(std::string_view option) const
{
    const auto end = std::ranges::find(words_, end_of_options);
    return std::find(words_.begin(), end, option) != end;
}

TypedCommand TypedCommand::with(std::string_view option) const
{
    TypedCommand more = *this;
    if (!has(option))
        more.words_.insert(std::ranges::find(more.words_, end_of_options), std::string(option));
    return more;
}

TypedCommand TypedCommand::without(std::string_view option) const
{
    TypedCommand less = *this;
    if (has(option))
        std::erase(less.words_, option);
    return less;
}

std::string TypedCommand::text() const
{
    std::string text = "mirrorctl";
    for (const auto& word : words_)
        text += " " + shell_quoted(word);
    return text;
}

} // namespace mirrornet::ctl
