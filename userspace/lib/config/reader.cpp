// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/reader.hpp"

#include "base/text.hpp"
#include "base/time.hpp"

#include <set>
#include <toml++/toml.h>

namespace mirrornet {

// A table lives as long as the document that it is a part of.
struct Reader::Impl {
    std::shared_ptr<const toml::table> document;
    const toml::table* table = nullptr;
    std::string file;
    std::string prefix; // of keys in messages: "options."
    std::set<std::string, std::less<>> asked;

    const toml::node* find(std::string_view key)
    {
        asked.emplace(key);
        return table->get(key);
    }

    // ":7", where the key is, or the head of the table that lacks it; nothing of the whole file.
    std::string line_of(std::string_view key) const
    {
        const auto* node = table->get(key);
        const auto line = node ? node->source().begin.line : prefix.empty() ? 0 : table->source().begin.line;
        return line ? ":" + std::to_string(line) : std::string();
    }

    std::unique_ptr<Impl> inner(const toml::table& part, const std::string& name) const
    {
        return std::make_unique<Impl>(Impl{document, &part, file, prefix + name + ".", {}});
    }
};

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;

Reader::Reader(std::string_view text, std::string file) : impl_(std::make_unique<Impl>())
{
    impl_->file = std::move(file);
    try {
        impl_->document = std::make_shared<toml::table>(toml::parse(text));
    } catch (const toml::parse_error& error) {
        throw Error(ExitStatus::usage,
                    impl_->file + ":" + std::to_string(error.source().begin.line) + ": " +
                        printable(error.description()));
    }
    impl_->table = impl_->document.get();
}

void Reader::fail(std::string_view key, std::string_view message) const
{
    throw Error(ExitStatus::usage, impl_->file + impl_->line_of(key) + ": " + impl_->prefix + printable(key) +
                                       ": " + std::string(message));
}

bool Reader::has(std::string_view key) const
{
    return impl_->table->contains(key);
}

std::string Reader::text(std::string_view key)
{
    const auto* node = impl_->find(key);
    if (!node)
        fail(key, "is missing; allowed: a string in quotes");
    if (auto value = node->value_exact<std::string>())
        return *value;
    fail(key, "must be a string in quotes");
}

std::string Reader::text_or(std::string_view key, std::string fallback)
{
    return has(key) ? text(key) : std::move(fallback);
}

std::uint64_t Reader::number(std::string_view key)
{
    const auto* node = impl_->find(key);
    if (!node)
        fail(key, "is missing; allowed: a whole number");
    const auto value = node->value_exact<std::int64_t>();
    if (!value || *value < 0)
        fail(key, "must be a whole number of 0 or more");
    return static_cast<std::uint64_t>(*value);
}

std::uint64_t Reader::number_or(std::string_view key, std::uint64_t fallback)
{
    return has(key) ? number(key) : fallback;
}

Uuid Reader::uuid(std::string_view key)
{
    return checked(key, [&] { return Uuid::parse(text(key)); });
}

std::vector<std::string> Reader::texts(std::string_view key)
{
    std::vector<std::string> list;
    const auto* node = impl_->find(key);
    if (!node)
        return list;
    if (!node->is_array())
        fail(key, "must be a list of strings");
    for (const auto& item : *node->as_array()) {
        const auto value = item.value_exact<std::string>();
        if (!value)
            fail(key, "must be a list of strings");
        list.push_back(*value);
    }
    return list;
}

std::vector<Address> Reader::addresses(std::string_view key)
{
    std::vector<Address> list;
    for (const auto& text : texts(key))
        list.push_back(checked(key, [&] { return Address::parse(text); }));
    return list;
}

Reader Reader::table(std::string_view key)
{
    const auto* node = impl_->find(key);
    if (!node || !node->is_table())
        fail(key, "must be a table ([" + std::string(key) + "])");
    return Reader(impl_->inner(*node->as_table(), std::string(key)));
}

std::vector<Reader> Reader::tables(std::string_view key)
{
    std::vector<Reader> list;
    const auto* node = impl_->find(key);
    if (!node)
        return list;
    if (!node->is_array() || !node->as_array()->is_homogeneous<toml::table>())
        fail(key, "must be a list of tables ([[" + std::string(key) + "]])");
    for (const auto& item : *node->as_array())
        list.push_back(Reader(impl_->inner(
            *item.as_table(), std::string(key) + "[" + std::to_string(list.size()) + "]")));
    return list;
}

namespace {

void read_option(std::string_view name, const toml::node& value, OptionSet& into)
{
    const auto& spec = find_option(name);
    const auto word = value.value_exact<std::string>();
    const auto number = value.value_exact<std::int64_t>();
    if (spec.is_word() ? !word.has_value() : !number.has_value())
        throw Error(ExitStatus::usage,
                    std::string("must be ") +
                        (spec.is_word() ? "a word in quotes" : "a whole number") +
                        "; allowed: " + allowed_values(spec));
    into.set(spec.id, word ? parse_value(spec, *word) : *number);
}

} // namespace

void Reader::options(std::string_view key, OptionSet& into)
{
    if (!has(key))
        return;
    Reader inner = table(key);
    for (const auto& each : *inner.impl_->table)
        inner.checked(each.first.str(),
                      [&] { read_option(each.first.str(), each.second, into); });
}

std::optional<Maintenance> Reader::maintenance()
{
    if (!has("maintenance"))
        return std::nullopt;
    Reader inner = table("maintenance");
    const auto time = [&](std::string_view key) { return inner.checked(key, [&] { return parse_time(inner.text(key)); }); };
    Maintenance maintenance{inner.text_or("reason", ""), time("since"), inner.has("until") ? time("until") : 0};
    inner.finish();
    return maintenance;
}

void Reader::require_format(std::uint64_t known)
{
    const auto format = number("format");
    if (format != known)
        fail("format", "is " + std::to_string(format) + ", this version knows " +
                           std::to_string(known) +
                           "; the file was written by another version of mirror-net");
}

void Reader::finish() const
{
    for (const auto& [key, node] : *impl_->table)
        if (!impl_->asked.contains(key.str()))
            fail(key.str(), "is not known here");
}

} // namespace mirrornet
