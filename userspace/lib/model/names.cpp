// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/names.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace mirrornet {

namespace {

constexpr std::size_t longest_name = 64;
constexpr std::string_view job_prefix = "job:";

constexpr bool is_alnum(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

constexpr bool is_name_char(char c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '-';
}

} // namespace

bool is_name(std::string_view text)
{
    return !text.empty() && text.size() <= longest_name && is_alnum(text.front()) &&
           std::all_of(text.begin(), text.end(), is_name_char);
}

std::string check_name(std::string_view kind, std::string_view text)
{
    if (is_name(text))
        return std::string(text);
    throw Error(ExitStatus::usage,
                "\"" + printable(text, 80) + "\" cannot be the name of a " +
                    std::string(kind) +
                    "; allowed: 1 to 64 letters, digits, '.', '_' and '-', "
                    "the first a letter or digit");
}

Subject Subject::parse(std::string_view text)
{
    const bool is_job = text.starts_with(job_prefix);
    if (is_job)
        text.remove_prefix(job_prefix.size());
    const auto at = text.find('@');
    const auto name = check_name(is_job ? "job" : "volume", text.substr(0, at));
    const auto node = at == std::string_view::npos ? "" : check_name("node", text.substr(at + 1));
    if (is_job)
        return {Kind::job, name, node};
    return {node.empty() ? Kind::volume : Kind::mirror, name, node};
}

std::string Subject::to_string() const
{
    switch (kind) {
    case Kind::job:
        return std::string(job_prefix) + name + (node.empty() ? "" : "@" + node);
    case Kind::mirror:
        return name + "@" + node;
    case Kind::volume:
        break;
    }
    return name;
}

} // namespace mirrornet
