// SPDX-License-Identifier: GPL-2.0-or-later
//
// The manual says what the program knows.
#include "base/file.hpp"
#include "model/options.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

using namespace mirrornet;

namespace {

std::string place_of(unsigned scopes)
{
    std::string text;
    for (const auto& [scope, name] : {std::pair(scope_mirror, "[mirror.options] of a volume"),
                                      std::pair(scope_volume, "[options] of a volume"),
                                      std::pair(scope_node, "[options] of node.toml"),
                                      std::pair(scope_pair, "[options] of a trusted node")})
        if (scopes & scope)
            text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}


std::string entry(const OptionSpec& spec)
{
    return fmt::format(".TP\n.BR {} \" (default {}; {})\"\n{}.\nIn {}.{}{}\n", spec.name,
                       describe_value(spec, spec.fallback), allowed_values(spec), spec.help,
                       place_of(spec.scopes), spec.live ? "" : "\nNot changed while in use.",
                       spec.in_this_version
                           ? ""
                           : "\nNot in this version; only the default can be set.");
}

} // namespace

TEST(Manual, DescribesEveryOptionAsTheProgramDoes)
{
    const auto page = read_file(MANUALS "/mirror-net.conf.5");
    for (const auto& spec : all_options())
        EXPECT_NE(page.find(entry(spec)), std::string::npos)
            << "docs/man/mirror-net.conf.5 lacks:\n" << entry(spec);
}
