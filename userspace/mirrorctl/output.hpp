// SPDX-License-Identifier: GPL-2.0-or-later
//
// Everything that mirrorctl prints goes through here.
#pragma once

#include "base/error.hpp"
#include "mirrorctl/typed_command.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mirrornet::ctl {

using nlohmann::json;

// Text for people on stdout, or with --json one document there, whatever happens;
// what is being done, questions and errors on stderr.
class Output {
public:
    bool json_wanted = false;
    TypedCommand command; // for what a refusal says to repeat

    void line(const std::string& text) const;  // only for people
    void step(const std::string& text) const;  // "mirrorctl: ..." on stderr, for people
    // Only with --json. Objects; several become one, which end() prints: what a verb
    // has done and the error that it ended with, for one.
    void document(const json& document) const;
    // Only with --json, at once, on a line of its own: of a verb that goes on and on.
    void part(const json& part) const;
    void complain(const Error& error) const; // on stderr
    // Complains; with --json also an object "error" beside what `more` says.
    void error(const Error& error, json more = json::object()) const;
    // What another node printed, as it is but for control characters.
    void hand_on(const std::string& out, const std::string& err) const;
    void end() const; // of the verb
    // False once nobody reads any more: a verb that goes on and on ends then.
    bool is_read() const;
    // What "error" holds. With "repeat": the command that would be carried out.
    json error_document(const Error& error) const;

private:
    mutable json kept_;
    mutable bool in_parts_ = false;
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

// What keeps a list of data devices in an initramfs has to be told of a change; on a
// line of its own, nothing where there is no such tool.
std::string initramfs_advice(const char* tool = "/usr/sbin/update-initramfs");

std::string progress_bar(double percent, std::size_t width = 30); // "[#####.....]"

bool is_terminal(std::FILE* file);

} // namespace mirrornet::ctl
