// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/greeting.hpp"

#include "base/text.hpp"
#include "remote/lines.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet {

using nlohmann::json;

namespace {

constexpr std::size_t longest_message = 2000;
constexpr const char* repeat_key = "repeat_with";

// It becomes part of a command that people are told to repeat.
std::string known_option(const json& object)
{
    const auto found = object.find(repeat_key);
    if (found != object.end() && (*found == "--force" || *found == "--yes"))
        return found->get<std::string>();
    return {};
}

std::string text_of(const json& object, const char* key)
{
    const auto found = object.find(key);
    if (found == object.end() || !found->is_string())
        throw Error(ExitStatus::usage, std::string("\"") + key + "\" is missing or no string");
    return found->get<std::string>();
}

std::uint64_t renewal_of(const json& object)
{
    const auto found = object.find("renew");
    if (found == object.end() || !found->is_number_unsigned() || *found == 0U)
        throw Error(ExitStatus::usage, "\"renew\" is missing, no number, or 0");
    return found->get<std::uint64_t>();
}

} // namespace

std::string Hello::print() const
{
    json object = {{"purpose", to_string(purpose)}};
    if (purpose != Purpose::control) {
        object["volume"] = volume.to_string();
        object["node"] = node.to_string();
        object["encryption"] = to_string(encryption);
        if (purpose == Purpose::renewal)
            object["renew"] = renew;
    }
    return print_object(object);
}

Hello Hello::parse(std::string_view line)
{
    const auto object = parse_object(line);
    Hello hello;
    hello.purpose = parse_word<Purpose>(text_of(object, "purpose"));
    if (hello.purpose == Purpose::control)
        return hello;
    hello.volume = Uuid::parse(text_of(object, "volume"));
    hello.node = Uuid::parse(text_of(object, "node"));
    hello.encryption = parse_word<Encryption>(text_of(object, "encryption"));
    if (hello.purpose == Purpose::renewal)
        hello.renew = renewal_of(object);
    return hello;
}

Encryption agree(Encryption ours, Encryption theirs)
{
    return ours == Encryption::none && theirs == Encryption::none ? Encryption::none
                                                                  : Encryption::tls;
}

std::string print_go(Encryption agreed)
{
    return print_object({{"go", true}, {"encryption", to_string(agreed)}});
}

std::string print_refusal(const Error& error)
{
    auto object = error_to_json(error);
    if (dynamic_cast<const LinkUnwanted*>(&error))
        object["unwanted"] = true;
    return print_object({{"error", object}});
}

Encryption parse_answer(std::string_view line, Encryption proposed)
{
    const auto object = parse_object(line);
    if (const auto found = object.find("error"); found != object.end()) {
        const auto error = error_from_json(*found);
        if (found->is_object() && found->value("unwanted", json()) == json(true))
            throw LinkUnwanted(error.what());
        throw Error(error);
    }
    if (object.value("go", json()) != json(true))
        throw Error(ExitStatus::usage, "the answer is neither a go nor a refusal");
    const auto agreed = parse_word<Encryption>(text_of(object, "encryption"));
    if (agreed == Encryption::none && proposed != Encryption::none)
        throw Error(ExitStatus::usage, "the other side wants no encryption, this node does");
    return agreed;
}

json error_to_json(const Error& error)
{
    json object{{"code", static_cast<int>(error.status())}, {"message", error.what()}};
    if (!error.repeat_with().empty())
        object[repeat_key] = error.repeat_with();
    return object;
}

Error error_from_json(const json& object)
{
    auto no_error = Error(ExitStatus::usage, "a refusal without code or message");
    if (!object.is_object())
        return no_error;
    const auto code = object.find("code");
    const auto message = object.find("message");
    if (code == object.end() || message == object.end() || !code->is_number_integer() ||
        !message->is_string())
        return no_error;
    return Error(status_from_code(code->get<long long>()),
                 printable(message->get<std::string>(), longest_message), known_option(object));
}

} // namespace mirrornet
