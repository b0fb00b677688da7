// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "model/options.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet::ctl {

// {"option", "value" and, where it has one, "unit"}: words as text, numbers bare.
nlohmann::json option_document(const OptionSpec& spec, std::int64_t value);

} // namespace mirrornet::ctl
