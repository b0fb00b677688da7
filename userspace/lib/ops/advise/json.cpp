// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/advise/advise.hpp"

namespace mirrornet::ops {

namespace {

json copy_to_json(const CopyView& copy)
{
    json document{{"node", copy.node}, {"active", copy.active}};
    if (copy.active)
        document.update({{"role", to_string(copy.role)},
                         {"lock_reason", to_string(copy.lock)},
                         {"data_state", to_string(copy.data)},
                         {"written", copy.written},
                         {"state", to_string(copy.state)},
                         {"reason", to_string(copy.reason)},
                         {"link", to_string(copy.link)}});
    return document;
}

json step_to_json(const AdviceReport& report, const Step& step)
{
    return {{"node", step.node}, {"command", command_line(report, step)}, {"condition", step.condition}};
}

json pair_to_json(const AdviceReport& report, const AdviceOfPair& pair)
{
    const auto& facts = pair.facts;
    json document{{"node", facts.other},
                  {"situation", to_string(pair.advice.situation)},
                  {"text", pair.advice.text},
                  {"steps", json::array()},
                  {"here", copy_to_json(facts.here)},
                  {"there", facts.there ? copy_to_json(*facts.there) : json()},
                  {"reach", to_string(facts.reach)},
                  {"relation", to_string(facts.relation)},
                  {"failure", facts.failure}};
    for (const auto& step : pair.advice.steps)
        document["steps"].push_back(step_to_json(report, step));
    return document;
}

} // namespace

std::string command_line(const AdviceReport& report, const Step& step)
{
    return "mirrorctl " + (step.node == report.node ? "" : "-H " + step.node + " ") + step.command;
}

json to_json(const AdviceReport& report)
{
    json document{{"node", report.node}, {"daemon_runs", report.daemon}, {"volumes", json::array()}};
    for (const auto& volume : report.volumes) {
        json one{{"name", volume.volume}, {"trouble", volume.trouble}, {"manager", volume.manager}, {"mirrors", json::array()}};
        for (const auto& pair : volume.pairs)
            one["mirrors"].push_back(pair_to_json(report, pair));
        document["volumes"].push_back(one);
    }
    return document;
}

} // namespace mirrornet::ops
