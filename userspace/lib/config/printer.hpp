// SPDX-License-Identifier: GPL-2.0-or-later
//
// Writes the TOML that Reader reads. Key order is the order of the calls, so a
// file that was printed, read and printed again is the same byte for byte.
#pragma once

#include "model/address.hpp"
#include "model/maintenance.hpp"
#include "model/options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet {

class Printer {
public:
    Printer& comment(std::string_view text);
    Printer& text(std::string_view key, std::string_view value);
    Printer& text_unless_empty(std::string_view key, std::string_view value);
    Printer& number(std::string_view key, std::uint64_t value);
    Printer& texts(std::string_view key, const std::vector<std::string>& values);
    Printer& addresses(std::string_view key, const std::vector<Address>& values);
    Printer& table(std::string_view name);      // [name]
    Printer& list_table(std::string_view name); // [[name]]
    // The options that are set, under [name]; nothing if there are none.
    Printer& options(std::string_view name, const OptionSet& set);
    Printer& maintenance(const std::optional<Maintenance>& maintenance); // [maintenance]; nothing if there is none

    const std::string& result() const { return out_; }

private:
    Printer& line(std::string_view key, std::string_view value);
    std::string out_;
};

} // namespace mirrornet
