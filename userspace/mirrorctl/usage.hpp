// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace CLI {
class App;
class ParseError;
}

namespace mirrornet::ctl {

// What is wrong with a command line, and what was meant, perhaps.
std::string usage_text(const CLI::App& app, const CLI::ParseError& error);

} // namespace mirrornet::ctl
