// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/printer.hpp"

#include "base/time.hpp"

#include <fmt/format.h>

namespace mirrornet {

namespace {

// A TOML basic string; what is not printable goes as an escape.
std::string in_quotes(std::string_view value)
{
    std::string out = "\"";
    for (char c : value) {
        if (c == '"' || c == '\\')
            out += '\\';
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            out += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        else
            out += c;
    }
    return out + '"';
}

} // namespace

Printer& Printer::line(std::string_view key, std::string_view value)
{
    out_ += fmt::format("{} = {}\n", key, value);
    return *this;
}

Printer& Printer::comment(std::string_view text)
{
    out_ += fmt::format("# {}\n", text);
    return *this;
}

Printer& Printer::text(std::string_view key, std::string_view value)
{
    return line(key, in_quotes(value));
}

Printer& Printer::text_unless_empty(std::string_view key, std::string_view value)
{
    return value.empty() ? *this : text(key, value);
}

Printer& Printer::number(std::string_view key, std::uint64_t value)
{
    return line(key, std::to_string(value));
}

Printer& Printer::texts(std::string_view key, const std::vector<std::string>& values)
{
    std::string list;
    for (const auto& value : values)
        list += (list.empty() ? "" : ", ") + in_quotes(value);
    return line(key, "[" + list + "]");
}

Printer& Printer::addresses(std::string_view key, const std::vector<Address>& values)
{
    std::vector<std::string> list;
    for (const auto& value : values)
        list.push_back(value.to_string());
    return texts(key, list);
}

Printer& Printer::table(std::string_view name)
{
    out_ += fmt::format("\n[{}]\n", name);
    return *this;
}

Printer& Printer::list_table(std::string_view name)
{
    out_ += fmt::format("\n[[{}]]\n", name);
    return *this;
}

Printer& Printer::options(std::string_view name, const OptionSet& set)
{
    if (set.values().empty())
        return *this;
    table(name);
    for (const auto& [id, value] : set.values()) {
        const auto& spec = spec_of(id);
        const auto printed = print_value(spec, value);
        line(spec.name, spec.is_word() ? in_quotes(printed) : printed);
    }
    return *this;
}

Printer& Printer::maintenance(const std::optional<Maintenance>& maintenance)
{
    if (!maintenance)
        return *this;
    table("maintenance").text_unless_empty("reason", maintenance->reason).text("since", utc_text(maintenance->since));
    return maintenance->until ? text("until", utc_text(maintenance->until)) : *this;
}

} // namespace mirrornet
