// SPDX-License-Identifier: GPL-2.0-or-later
//
// The first words on an authenticated connection: the initiator says in one line
// what it is for, the acceptor answers in one line.
//
//   {"purpose":"control"}
//   {"purpose":"mirror","volume":UUID,"node":UUID,"encryption":"tls"|"none"}
//   {"purpose":"renewal", as mirror, "renew":NUMBER}: of the link that there is (docs/renew.md)
//   {"go":true,"encryption":"tls"|"none"}   or   {"error":{"code":N,"message":TEXT}},
//   in the error "unwanted":true where nothing is wrong: no link is wanted just now
#pragma once

#include "base/error.hpp"
#include "model/names.hpp"
#include "model/options.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace mirrornet {

constexpr std::size_t longest_greeting = 4096; // bytes, with its newline

template <> struct Words<Encryption> {
    static constexpr std::string_view kind = "encryption";
    static constexpr Word<Encryption> table[] = {{Encryption::tls, "tls"},
                                                 {Encryption::none, "none"}};
};

enum class Purpose { control, mirror, renewal };

template <> struct Words<Purpose> {
    static constexpr std::string_view kind = "purpose";
    static constexpr Word<Purpose> table[] = {{Purpose::control, "control"},
                                              {Purpose::mirror, "mirror"},
                                              {Purpose::renewal, "renewal"}};
};

struct Hello {
    Purpose purpose = Purpose::control;
    VolumeId volume; // these three of a mirror and a renewal only
    NodeId node;     // of the initiator
    Encryption encryption = Encryption::tls;
    std::uint64_t renew = 0; // of a renewal: names its socket

    std::string print() const;
    static Hello parse(std::string_view line); // Error(usage) if malformed
    bool operator==(const Hello&) const = default;
};

// A mirror that wants no link just now: paused by a person, broken, or being made.
// No trouble, and nothing to tell anybody of.
class LinkUnwanted : public Error {
public:
    explicit LinkUnwanted(const std::string& message) : Error(ExitStatus::refused, message) {}
};

// None only if both sides want none.
Encryption agree(Encryption ours, Encryption theirs);

std::string print_go(Encryption agreed);
std::string print_refusal(const Error& error);

// What was agreed; the Error of a refusal. Error(usage) if it is no answer, or
// an agreement that the initiator did not propose.
Encryption parse_answer(std::string_view line, Encryption proposed);

// The error object of answers and of JSON-RPC, in both directions. The message
// of a peer is cut and cleaned.
nlohmann::json error_to_json(const Error& error);
Error error_from_json(const nlohmann::json& object);

} // namespace mirrornet
