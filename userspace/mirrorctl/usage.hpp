// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class ParseError;
}

namespace mirrornet::ctl {

// What is wrong with a command line, and what was meant, perhaps.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

// The candidate that differs least from the word; empty if none is alike.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

} // namespace mirrornet::ctl
