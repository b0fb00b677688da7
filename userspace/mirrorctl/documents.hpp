// SPDX-License-Identifier: GPL-2.0-or-later
//
// What --json prints of verbs that do not hand on a document of the library; the manual
// page has every key.
#pragma once

#include "nl/events.hpp"
#include "ops/events/past.hpp"
#include "ops/status/report.hpp"

#include <nlohmann/json.hpp>
#include <string>

namespace mirrornet::ctl {

nlohmann::json perf_document(const ops::StatusReport& report);

// An event in the words in which it is announced. node: of the mirror that it is about; empty for an event of a volume.
ops::PastEvent as_announced(const nl::Event& event, const std::string& node);
nlohmann::json event_document(const ops::PastEvent& event);

} // namespace mirrornet::ctl
