// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/output.hpp"

#include "remote/command.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <unistd.h>

namespace mirrornet::ctl {

void Output::line(const std::string& text) const
{
    if (!json_wanted)
        std::cout << text << '\n' << std::flush;
}

void Output::step(const std::string& text) const
{
    if (!json_wanted)
        std::cerr << "mirrorctl: " << text << '\n' << std::flush;
}

void Output::document(const json& document) const
{
    if (kept_.is_null())
        kept_ = json::object();
    kept_.update(document);
}

void Output::part(const json& part) const
{
    in_parts_ = true;
    if (json_wanted)
        std::cout << part.dump() << '\n' << std::flush;
}

void Output::hand_on(const std::string& out, const std::string& err) const
{
    std::cout << fit_for_terminal(out) << std::flush;
    std::cerr << fit_for_terminal(err) << std::flush;
}

void Output::end() const
{
    if (json_wanted && !kept_.is_null())
        std::cout << kept_.dump(in_parts_ ? -1 : 2) << '\n' << std::flush;
    kept_ = {};
}

bool Output::is_read() const
{
    return std::cout.good();
}

json Output::error_document(const Error& error) const
{
    json document{{"status", to_string(error.status())},
                  {"exit", static_cast<int>(error.status())},
                  {"message", error.what()}};
    if (!error.repeat_with().empty())
        document["repeat"] = command.with(error.repeat_with()).text();
    return document;
}

void Output::error(const Error& error, json more) const
{
    more["error"] = error_document(error);
    document(more);
    complain(error);
}

void Output::complain(const Error& error) const
{
    std::cerr << "mirrorctl: " << error.what() << '\n';
    if (!error.repeat_with().empty())
        std::cerr << "That is:\n    " << command.with(error.repeat_with()).text() << '\n';
    std::cerr << std::flush;
}

void confirm(const std::string& question, bool yes)
{
    if (yes)
        return;
    if (!is_terminal(stdin))
        throw Error(ExitStatus::needs_force,
                    question + " There is no terminal to ask on: repeat with --yes.", "--yes");
    std::cerr << question << " Type \"yes\" to go on: " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (answer != "yes")
        throw Error(ExitStatus::needs_force, "not confirmed; nothing was changed");
}

std::string Table::print() const
{
    std::vector<std::size_t> widths;
    for (const auto& row : rows_) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t at = 0; at < row.size(); at++)
            widths[at] = std::max(widths[at], row[at].size());
    }
    std::string text;
    for (const auto& row : rows_) {
        std::string line;
        for (std::size_t at = 0; at < row.size(); at++)
            line += row[at] + std::string(widths[at] - row[at].size() + 2, ' ');
        line.erase(line.find_last_not_of(' ') + 1);
        text += (text.empty() ? "" : "\n") + line;
    }
    return text;
}

std::string initramfs_advice(const char* tool)
{
    if (::access(tool, X_OK) != 0)
        return {};
    return "\nThe initramfs knows which devices hold data of volumes; bring it up to date, on "
           "both nodes: update-initramfs -u";
}

std::string progress_bar(double percent, std::size_t width)
{
    const double share = std::clamp(percent, 0.0, 100.0) / 100;
    const auto done = static_cast<std::size_t>(std::floor(share * static_cast<double>(width)));
    return "[" + std::string(done, '#') + std::string(width - done, '.') + "]";
}

bool is_terminal(std::FILE* file)
{
    return ::isatty(::fileno(file)) == 1;
}

} // namespace mirrornet::ctl
