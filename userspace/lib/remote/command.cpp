// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/command.hpp"

#include "base/error.hpp"
#include "model/names.hpp"
#include "remote/lines.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet {

namespace {

using nlohmann::json;

constexpr std::size_t most_words = 128;
constexpr std::size_t most_bytes = 65536;

std::string node_or_nothing(const json& object, const char* key)
{
    const auto name = object.value(key, std::string());
    return name.empty() ? name : check_name("node", name);
}

void require_bounded(const std::vector<std::string>& words)
{
    std::size_t bytes = 0;
    for (const auto& word : words) {
        bytes += word.size();
        if (word.find('\0') != std::string::npos)
            throw Error(ExitStatus::usage, "a word of the command has a zero byte in it");
    }
    if (words.empty() || words.size() > most_words || bytes > most_bytes)
        throw Error(ExitStatus::usage, "a command for another node has 1 to " +
                                           std::to_string(most_words) + " words, of " +
                                           std::to_string(most_bytes) + " bytes in all");
}

// Of the character that begins with this byte; 1 where none does.
std::size_t length_of_character(unsigned char first)
{
    if (first >= 0xf0)
        return 4;
    if (first >= 0xe0)
        return 3;
    return first >= 0xc0 ? 2 : 1;
}

bool continues(char c)
{
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

} // namespace

CommandRequest CommandRequest::from_json(const json& params)
{
    CommandRequest request{params.at("words").get<std::vector<std::string>>(),
                           node_or_nothing(params, "pass_on"),
                           node_or_nothing(params, "on_behalf")};
    require_bounded(request.words);
    return request;
}

json CommandRequest::to_json() const
{
    require_bounded(words);
    return {{"words", words}, {"pass_on", pass_on}, {"on_behalf", on_behalf}};
}

Asked Asked::parse(std::string_view text)
try {
    const auto object = parse_object(text);
    return {check_name("node", object.at("by").get<std::string>()),
            node_or_nothing(object, "on_behalf"), node_or_nothing(object, "here"),
            node_or_nothing(object, "pass_on"),
            parse_permissions(object.at("may").get<std::string>())};
} catch (const json::exception& error) {
    throw Error(ExitStatus::usage, std::string(variable) +
                                       " is for mirror-netd alone, and is not right: " + error.what());
}

std::string Asked::print() const
{
    return print_object({{"by", by},
                         {"on_behalf", on_behalf},
                         {"here", here},
                         {"pass_on", pass_on},
                         {"may", to_string(may)}});
}

std::size_t whole_characters(std::string_view text)
{
    std::size_t begin = text.size();
    while (begin > 0 && text.size() - begin < 3 && continues(text[begin - 1]))
        begin--;
    if (begin == 0)
        return text.size();
    const auto wanted = length_of_character(static_cast<unsigned char>(text[begin - 1]));
    return text.size() - (begin - 1) < wanted ? begin - 1 : text.size();
}

std::string fit_for_terminal(std::string_view text)
{
    std::string fit;
    for (std::size_t at = 0; at < text.size(); at++) {
        const auto c = static_cast<unsigned char>(text[at]);
        const bool two = c == 0xc2 && at + 1 < text.size() && // U+0080 to U+009F
                         static_cast<unsigned char>(text[at + 1]) < 0xa0;
        if (two || (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            fit += '?';
        else
            fit += text[at];
        at += two;
    }
    return fit;
}

} // namespace mirrornet
