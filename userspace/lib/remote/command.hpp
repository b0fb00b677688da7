// SPDX-License-Identifier: GPL-2.0-or-later
//
// A verb that one node asks another one to carry out (docs/remote.md): what travels, and
// what the verb is told of it over there.
#pragma once

#include "model/states.hpp"

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet {

// Parameters of the method command.run.
struct CommandRequest {
    std::vector<std::string> words; // of the command line, without the program
    std::string pass_on;            // the node to carry it out; empty: the one that is asked
    std::string on_behalf;          // of this node, says the one that asks; empty: its own

    // Error(usage), or an exception of the JSON library, for what is none or too large.
    static CommandRequest from_json(const nlohmann::json& params);
    nlohmann::json to_json() const;
};

// Who asks for the command that runs, for the program that carries it out.
struct Asked {
    static constexpr const char* variable = "MIRROR_NET_ASKED";

    std::string by;        // node, as proved by its key
    std::string on_behalf; // node, as `by` says; may be empty
    std::string here;      // name of this node
    std::string pass_on;   // as in CommandRequest
    Permissions may;       // what `by` may ask

    static Asked parse(std::string_view text); // Error(usage)
    std::string print() const;
};

// How many bytes at the front are whole characters of UTF-8; what is no UTF-8 counts as such.
std::size_t whole_characters(std::string_view text);

// Text that another node printed: control characters but newline and tab become "?".
std::string fit_for_terminal(std::string_view text);

} // namespace mirrornet
