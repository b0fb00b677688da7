// SPDX-License-Identifier: GPL-2.0-or-later
//
// Everything that mirrorctl prints goes through here.
#pragma once

#include "base/error.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mirrornet::ctl {

using nlohmann::json;

// Text for people on stdout, or with --json one document there; what is being
// done, questions and errors on stderr.
class Output {
public:
    bool json_wanted = false;

    void line(const std::string& text) const;  // only for people
    void step(const std::string& text) const;  // "mirrorctl: ..." on stderr, for people
    void document(const json& document) const; // only with --json
    // With --json an object "error" beside what `more` says.
    void error(const Error& error, json more = json::object()) const;
};

// Asks on the terminal; Error(needs_force) if the answer is not yes or there is
// nobody to ask. `yes` answers beforehand.
void confirm(const std::string& question, bool yes);

// Columns as wide as their widest cell, two blanks apart.
class Table {
public:
    explicit Table(std::vector<std::string> head) : rows_{std::move(head)} {}
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    std::string print() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

std::string progress_bar(double percent, std::size_t width = 30); // "[#####.....]"

bool is_terminal(std::FILE* file);

} // namespace mirrornet::ctl
