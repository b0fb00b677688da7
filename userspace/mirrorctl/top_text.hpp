// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ops/status/rates.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mirrornet::ctl {

// One picture of `top`.
std::string top_text(const std::vector<ops::MirrorRates>& mirrors);
nlohmann::json top_document(const std::string& node, double seconds,
                            const std::vector<ops::MirrorRates>& mirrors);

} // namespace mirrornet::ctl
