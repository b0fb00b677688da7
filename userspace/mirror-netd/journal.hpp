// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/events/facts.hpp"

#include <string>
#include <vector>

namespace mirrornet::netd {

// NAME=VALUE: MESSAGE, MESSAGE_ID, PRIORITY, and the facts under their names.
std::vector<std::string> journal_fields(const ops::Announcement& event);

// To the journal, with fields, where there is one; as a line to the log where that is not
// the journal. Never an Error, never waits for anybody else.
void write_event(const ops::Announcement& event);

} // namespace mirrornet::netd
