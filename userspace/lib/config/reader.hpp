// SPDX-License-Identifier: GPL-2.0-or-later
//
// Reads one TOML table strictly: every key must be known, present where it has
// to be, and of the right type. Errors name the file, the key and what is
// allowed. The parser behind it is known to reader.cpp alone.
#pragma once

#include "base/error.hpp"
#include "base/uuid.hpp"
#include "model/address.hpp"
#include "model/maintenance.hpp"
#include "model/options.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet {

class Reader {
public:
    Reader(std::string_view text, std::string file); // Error(usage) if no TOML
    ~Reader();
    Reader(Reader&&) noexcept;

    bool has(std::string_view key) const;
    std::string text(std::string_view key);
    std::string text_or(std::string_view key, std::string fallback);
    std::uint64_t number(std::string_view key);
    std::uint64_t number_or(std::string_view key, std::uint64_t fallback);
    Uuid uuid(std::string_view key);
    std::vector<std::string> texts(std::string_view key); // empty if absent
    std::vector<Address> addresses(std::string_view key); // empty if absent
    Reader table(std::string_view key);                   // has to be there
    std::vector<Reader> tables(std::string_view key);     // [[key]]; empty if absent
    void options(std::string_view key, OptionSet& into);  // [key]; nothing if absent
    std::optional<Maintenance> maintenance();             // [maintenance]; nothing if absent

    template <Worded E> E word(std::string_view key)
    {
        return checked(key, [&] { return parse_word<E>(text(key)); });
    }

    // The format number of the file, which must be the one that is known.
    void require_format(std::uint64_t known);

    // To be called at the end: Error(usage) for a key that nobody asked for.
    void finish() const;

    // Runs `parse` and puts file and key before the message of its Error.
    template <typename F> auto checked(std::string_view key, F parse) const
    {
        try {
            return parse();
        } catch (const Error& error) {
            fail(key, error.what());
        }
    }

    [[noreturn]] void fail(std::string_view key, std::string_view message) const;

private:
    struct Impl;
    explicit Reader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace mirrornet
