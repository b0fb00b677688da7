// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/options.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "model/options_table.hpp"

#include <optional>

namespace mirrornet {

namespace {

[[noreturn]] void refuse(const OptionSpec& spec, std::string_view text)
{
    throw Error(ExitStatus::usage, std::string(spec.name) + " cannot be \"" +
                                       printable(text, 80) +
                                       "\"; allowed: " + allowed_values(spec));
}

std::optional<std::int64_t> bytes_of_unit(std::string_view unit)
{
    if (unit == "KiB")
        return 1LL << 10;
    if (unit == "MiB")
        return 1LL << 20;
    if (unit == "GiB")
        return 1LL << 30;
    return std::nullopt;
}

// `number` with unit `typed` in the unit of the option; nothing where that is
// no whole number or the units do not go together.
std::optional<std::int64_t> convert(std::int64_t number, std::string_view typed,
                                    std::string_view unit)
{
    if (typed.empty() || typed == unit)
        return number;
    const auto from = bytes_of_unit(typed);
    const auto to = bytes_of_unit(unit);
    std::int64_t bytes = 0;
    if (!from || !to || __builtin_mul_overflow(number, *from, &bytes) || bytes % *to != 0)
        return std::nullopt;
    return bytes / *to;
}

std::optional<std::int64_t> parse_number(const OptionSpec& spec, std::string_view text)
{
    const auto digits = text.find_first_not_of("0123456789");
    const auto number = to_number(text.substr(0, digits));
    if (!number)
        return std::nullopt;
    return convert(*number, digits == text.npos ? "" : trim(text.substr(digits)), spec.unit);
}

std::optional<std::int64_t> parse_choice(const OptionSpec& spec, std::string_view text)
{
    for (std::size_t at = 0; at < spec.choices.size(); at++)
        if (spec.choices[at] == text)
            return static_cast<std::int64_t>(at);
    return std::nullopt;
}

bool is_allowed(const OptionSpec& spec, std::int64_t value)
{
    if (value == 0 && spec.zero_too)
        return true;
    if (value < spec.least || value > spec.most)
        return false;
    return !spec.power_of_two || (value & (value - 1)) == 0;
}

} // namespace

std::span<const OptionSpec> all_options()
{
    return option_table::table;
}

const OptionSpec& spec_of(Option id)
{
    return option_table::table[static_cast<std::size_t>(id)];
}

const OptionSpec& find_option(std::string_view name)
{
    for (const auto& spec : option_table::table)
        if (spec.name == name)
            return spec;
    std::string known;
    for (const auto& spec : option_table::table)
        known += (known.empty() ? "" : ", ") + std::string(spec.name);
    throw Error(ExitStatus::usage,
                "there is no option \"" + printable(name, 80) + "\"; options are: " + known);
}

std::string allowed_values(const OptionSpec& spec)
{
    std::string text;
    if (spec.is_word()) {
        for (auto choice : spec.choices)
            text += (text.empty() ? "" : ", ") + std::string(choice);
        return text;
    }
    text = spec.zero_too ? "0, " : "";
    text += std::to_string(spec.least) + "-" + std::to_string(spec.most);
    if (!spec.unit.empty())
        text += " " + std::string(spec.unit);
    return spec.power_of_two ? text + ", a power of two" : text;
}

std::int64_t parse_value(const OptionSpec& spec, std::string_view text)
{
    const auto value = spec.is_word() ? parse_choice(spec, text) : parse_number(spec, text);
    if (!value || !is_allowed(spec, *value))
        refuse(spec, text);
    return *value;
}

void check_value(const OptionSpec& spec, std::int64_t value)
{
    if (!is_allowed(spec, value))
        refuse(spec, std::to_string(value));
}

std::string print_value(const OptionSpec& spec, std::int64_t value)
{
    check_value(spec, value);
    if (spec.is_word())
        return std::string(spec.choices[static_cast<std::size_t>(value)]);
    return std::to_string(value);
}

std::string describe_value(const OptionSpec& spec, std::int64_t value)
{
    const auto text = print_value(spec, value);
    return spec.unit.empty() ? text : text + " " + std::string(spec.unit);
}

std::int64_t OptionSet::get(Option id) const
{
    const auto found = values_.find(id);
    return found == values_.end() ? spec_of(id).fallback : found->second;
}

namespace {

// What was accepted and then ignored would be a promise broken.
void require_in_this_version(const OptionSpec& spec, std::int64_t value)
{
    if (!spec.in_this_version && value != spec.fallback)
        throw Error(ExitStatus::usage,
                    std::string(spec.name) + " cannot be \"" + print_value(spec, value) +
                        "\": that is not in this version, only the default (" +
                        print_value(spec, spec.fallback) + ") is; nothing was changed");
}

} // namespace

void OptionSet::set(Option id, std::int64_t value)
{
    const auto& spec = spec_of(id);
    if ((spec.scopes & scopes_) == 0)
        throw Error(ExitStatus::usage,
                    std::string(spec.name) + " is not an option that can be set here");
    check_value(spec, value);
    require_in_this_version(spec, value);
    values_[id] = value;
}

void OptionSet::set(std::string_view name, std::string_view text)
{
    const auto& spec = find_option(name);
    set(spec.id, parse_value(spec, text));
}

std::vector<Option> OptionSet::take_defaults(const OptionSet& defaults)
{
    std::vector<Option> taken;
    for (const auto& [id, value] : defaults.values()) {
        if (is_set(id) || (spec_of(id).scopes & scopes_) == 0)
            continue;
        set(id, value);
        taken.push_back(id);
    }
    return taken;
}

} // namespace mirrornet
