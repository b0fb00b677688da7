// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mirrornet::ctl {

// The command line as a person typed it, to be shown in messages in such a way that it
// can be pasted into a shell.
class TypedCommand {
public:
    TypedCommand() = default;
    TypedCommand(int argc, const char* const* argv);

    bool has(std::string_view option) const;       // before a "--"
    TypedCommand with(std::string_view option) const; // once, however often it is added
    TypedCommand without(std::string_view option) const;
    // Without -H NODE and --via NODE, in every way that they can be written. Error(usage) if
    // one is written together with other short options.
    TypedCommand without_host() const;
    TypedCommand with_host(const std::string& host, const std::string& via) const;
    const std::vector<std::string>& words() const { return words_; }
    std::string text() const; // "mirrorctl create home ..."

private:
    std::vector<std::string> words_; // without the program
};

} // namespace mirrornet::ctl
