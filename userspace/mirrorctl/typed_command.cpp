// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/typed_command.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mirrornet::ctl {

namespace {

// What follows it is no option.
constexpr std::string_view end_of_options = "--";

// How many words this one and its value are; 0: it is none of these options.
int words_of_host(const std::string& word)
{
    if (word == "-H" || word == "--host" || word == "--via")
        return 2;
    return word.starts_with("-H") || word.starts_with("--host=") || word.starts_with("--via=");
}

// "-yH": CLI11 reads that as -y -H.
bool hides_host(const std::string& word)
{
    return word.size() > 2 && word[0] == '-' && word[1] != '-' && word.find('H') != std::string::npos;
}

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

TypedCommand TypedCommand::without_host() const
{
    TypedCommand less;
    const auto end = std::ranges::find(words_, end_of_options);
    auto word = words_.begin();
    while (word < end) {
        if (const int count = words_of_host(*word)) {
            word += std::min<std::ptrdiff_t>(count, end - word);
            continue;
        }
        if (hides_host(*word))
            throw Error(ExitStatus::usage, "write -H NODE apart from other options: " + *word);
        less.words_.push_back(*word++);
    }
    less.words_.insert(less.words_.end(), word, words_.end());
    return less;
}

TypedCommand TypedCommand::with_host(const std::string& host, const std::string& via) const
{
    TypedCommand more = *this;
    std::vector<std::string> added{"-H", host};
    if (!via.empty())
        added.insert(added.end(), {"--via", via});
    more.words_.insert(std::ranges::find(more.words_, end_of_options), added.begin(), added.end());
    return more;
}

std::string TypedCommand::text() const
{
    std::string text = "mirrorctl";
    for (const auto& word : words_)
        text += " " + shell_quoted(word);
    return text;
}

} // namespace mirrornet::ctl
