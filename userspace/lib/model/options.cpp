// SPDX-License-Identifier: GPL-2.0-or-later
#include "model/options.hpp"

#include "base/error.hpp"
#include "base/nearest.hpp"
#include "base/text.hpp"
#include "model/options_table.hpp"

#include <optional>

namespace mirrornet {

namespace {

// What may be typed, and how many of the smallest of its kind it is.
struct Unit {
    std::string_view name;
    enum Kind { bytes, time, rate } kind;
    std::int64_t size;
};

constexpr Unit units[] = {
    {"KiB", Unit::bytes, 1LL << 10},     {"MiB", Unit::bytes, 1LL << 20},     {"GiB", Unit::bytes, 1LL << 30},
    {"ms", Unit::time, 1},               {"s", Unit::time, 1000},             {"min", Unit::time, 60'000},
    {"h", Unit::time, 3'600'000},        {"kbit/s", Unit::rate, 1},           {"Mbit/s", Unit::rate, 1000},
    {"Gbit/s", Unit::rate, 1'000'000},
};

const Unit* find_unit(std::string_view name)
{
    for (const auto& unit : units)
        if (unit.name == name || (unit.kind == Unit::rate && unit.name == std::string(name) + "/s"))
            return &unit;
    return nullptr;
}

std::string unit_hint(const OptionSpec& spec)
{
    const auto* own = find_unit(spec.unit);
    std::string others;
    for (const auto& unit : units)
        if (own && unit.kind == own->kind && unit.name != own->name)
            others += (others.empty() ? "" : ", ") + std::string(unit.name);
    return others.empty() ? "" : " (a bare number is in " + std::string(spec.unit) + "; " + others + " may be written behind it)";
}

[[noreturn]] void refuse(const OptionSpec& spec, std::string_view text)
{
    throw Error(ExitStatus::usage, std::string(spec.name) + " cannot be \"" + printable(text, 80) +
                                       "\"; allowed: " + allowed_values(spec) + unit_hint(spec));
}

// `number` with unit `typed` in the unit of the option; nothing where that is
// no whole number or the units do not go together.
std::optional<std::int64_t> convert(std::int64_t number, std::string_view typed,
                                    std::string_view unit)
{
    if (typed.empty() || typed == unit)
        return number;
    const auto* from = find_unit(typed);
    const auto* to = find_unit(unit);
    std::int64_t product = 0;
    if (!from || !to || from->kind != to->kind || __builtin_mul_overflow(number, from->size, &product) ||
        product % to->size != 0)
        return std::nullopt;
    return product / to->size;
}

std::optional<std::int64_t> parse_number(const OptionSpec& spec, std::string_view text)
{
    const auto digits = text.find_first_not_of("0123456789");
    const auto number = to_number(text.substr(0, digits));
    if (!number)
        return std::nullopt;
    return convert(*number, digits == std::string_view::npos ? "" : trim(text.substr(digits)), spec.unit);
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
    std::vector<std::string> names;
    std::string known;
    for (const auto& spec : option_table::table) {
        names.emplace_back(spec.name);
        known += (known.empty() ? "" : ", ") + names.back();
    }
    const auto meant = nearest(name, names);
    throw Error(ExitStatus::usage, "there is no option \"" + printable(name, 80) + "\"; " +
                                       (meant.empty() ? "options are: " + known : "did you mean \"" + meant + "\"?"));
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
