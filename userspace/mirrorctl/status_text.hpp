// SPDX-License-Identifier: GPL-2.0-or-later
//
// The status for people, made from the JSON document: so that it looks the same
// wherever it comes from, and shows nothing that --json lacks.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace mirrornet::ctl {

std::string status_text(const nlohmann::json& report);
std::string status_verbose(const nlohmann::json& report); // and everything else
// One line per mirror, or per volume where it has none or is not active.
std::string status_brief(const nlohmann::json& report);
std::string list_text(const nlohmann::json& report);

// "[####......]  41.3 %  512.0 MiB left  50.1 MiB/s  10 s left"
std::string progress_text(const nlohmann::json& mirror, std::uint64_t block_bytes);

} // namespace mirrornet::ctl
