// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "mirrorctl/output.hpp"
#include "ops/create/create.hpp"

#include <string>

namespace mirrornet::ctl {

std::string plan_text(const ops::CreatePlan& plan);
json plan_document(const ops::CreatePlan& plan);

std::string result_text(const ops::CreatePlan& plan, const ops::CreateResult& result);
json result_document(const ops::CreatePlan& plan, const ops::CreateResult& result);

json refusals_document(const ops::CreateRefused& refused);

} // namespace mirrornet::ctl
