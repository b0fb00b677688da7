// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace mirrornet::ctl {

// Fields of a document that may come from a node with another version: one that is not
// there, or of another type, reads as `otherwise`, 0 or false.
std::string word(const nlohmann::json& from, const char* key, const std::string& otherwise = "-");
std::uint64_t number(const nlohmann::json& from, const char* key);
bool flag(const nlohmann::json& from, const char* key);

} // namespace mirrornet::ctl
