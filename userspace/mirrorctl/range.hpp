// SPDX-License-Identifier: GPL-2.0-or-later
//
// Numbers on the command line that have bounds.
#pragma once

#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mirrornet::ctl {

// As CLI::Range, in the words in which options of the configuration are refused.
template <typename Number> CLI::Validator range(Number least, Number most)
{
    return CLI::Validator(
        [least, most](std::string& text) -> std::string {
            Number number{};
            if (CLI::detail::lexical_cast(text, number) && number >= least && number <= most)
                return {};
            return fmt::format("cannot be \"{}\"; allowed: {}-{}", printable(text, 80), least, most);
        },
        fmt::format("{} in [{} - {}]", CLI::detail::type_name<Number>(), least, most));
}

} // namespace mirrornet::ctl
