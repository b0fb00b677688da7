// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/create_text.hpp"

#include "mirrorctl/option_document.hpp"
#include "ops/clock.hpp"
#include "ops/create/json.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace mirrornet::ctl {

namespace {

using ops::amount;

std::string metadata_text(const ops::CopyFacts& copy)
{
    if (!copy.meta)
        return "as it is";
    const auto& choice = copy.meta->choice;
    std::string text = fmt::format("{}, {}", choice.path, amount(copy.meta->bytes_needed));
    if (choice.make == ops::MetaMake::make_file)
        text += ", a new file on " + copy.meta->file_system;
    if (choice.make == ops::MetaMake::make_lv)
        text += ", a new logical volume";
    return choice.reason.empty() ? text : text + " (" + choice.reason + ")";
}

std::string copy_text(const char* role, const ops::CopyFacts& copy)
{
    const auto& data = copy.data;
    std::string holds = data.signature.any() ? ", holds " + data.signature.describe() : "";
    return fmt::format("{}  {} on node {}, {}, sectors of {} bytes{}\n        metadata: {}", role,
                       data.path, copy.node, amount(data.bytes), data.sector_size, holds,
                       metadata_text(copy));
}

const OptionSet& options_of_mirror(const ops::CreatePlan& plan)
{
    return plan.source_copy.config.find_mirror(plan.source.node, plan.target.node)->options;
}

bool is_default(const ops::CreatePlan& plan, Option option)
{
    return std::ranges::find(plan.from_defaults, option) != plan.from_defaults.end();
}

// Calls `tell` with every option that is set, of the volume and of its new mirror.
template <typename F> void for_each_option(const ops::CreatePlan& plan, F tell)
{
    for (const auto* set : {&plan.source_copy.config.options, &options_of_mirror(plan)})
        for (const auto& [id, value] : set->values())
            tell(spec_of(id), value);
}

std::string options_text(const ops::CreatePlan& plan)
{
    std::string text;
    for_each_option(plan, [&](const OptionSpec& spec, std::int64_t value) {
        text += fmt::format("{}{} {}{}", text.empty() ? "options " : ", ", spec.name,
                            describe_value(spec, value),
                            is_default(plan, spec.id) ? " (default of this node)" : "");
    });
    return text.empty() ? text : text + "\n";
}

json options_document(const ops::CreatePlan& plan)
{
    json list = json::array();
    for_each_option(plan, [&](const OptionSpec& spec, std::int64_t value) {
        auto document = option_document(spec, value);
        document["from_defaults"] = is_default(plan, spec.id);
        list.push_back(document);
    });
    return list;
}

} // namespace

std::string plan_text(const ops::CreatePlan& plan)
{
    const auto& config = plan.source_copy.config;
    return fmt::format("volume  {} ({}), to be opened as /dev/mirror/{}\n{}\n{}\n"
                       "sent    {}\n{}Nothing speaks against it; nothing was changed.",
                       config.name, amount(config.size), config.name,
                       copy_text("source", plan.source), copy_text("target", plan.target),
                       plan.method.describe(), options_text(plan));
}

json plan_document(const ops::CreatePlan& plan)
{
    return {{"volume", plan.source_copy.config.name},
            {"bytes", plan.source_copy.config.size},
            {"source", plan.source},
            {"target", plan.target},
            {"sends", plan.method.describe()},
            {"further_target", plan.further_target},
            {"options", options_document(plan)},
            {"dry_run", true}};
}

std::string result_text(const ops::CreatePlan& plan, const ops::CreateResult& result)
{
    const auto& name = plan.source_copy.config.name;
    std::string text =
        fmt::format("volume {} is open as /dev/mirror/{} and mirrored to node {}\n"
                    "to be sent: {} of {} blocks of 64 KiB, {}",
                    name, name, plan.target.node, result.blocks_to_send, result.total_blocks,
                    result.method.describe());
    if (plan.source.data.signature.usage == "filesystem")
        text += fmt::format("\nIn /etc/fstab, name /dev/mirror/{} in place of {}, with the "
                            "options nofail,x-systemd.requires=mirror-net.service",
                            name, plan.source.data.path);
    return text;
}

json result_document(const ops::CreatePlan& plan, const ops::CreateResult& result)
{
    return {{"volume", plan.source_copy.config.name},
            {"id", result.volume},
            {"node", plan.target.node},
            {"device", "/dev/mirror/" + plan.source_copy.config.name},
            {"blocks_to_send", result.blocks_to_send},
            {"total_blocks", result.total_blocks},
            {"sends", result.method.describe()}};
}

json refusals_document(const ops::CreateRefused& refused)
{
    json list = json::array();
    for (const auto& refusal : refused.refusals())
        list.push_back({{"code", refusal.code},
                        {"exit", static_cast<int>(refusal.status)},
                        {"message", refusal.text}});
    return list;
}

} // namespace mirrornet::ctl
