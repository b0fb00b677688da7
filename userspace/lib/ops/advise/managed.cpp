// SPDX-License-Identifier: GPL-2.0-or-later
//
// Advice for a volume that a cluster manager decides about: its roles are not a person's to change.
#include "ops/advise/advise.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

constexpr std::string_view verbs[] = {"switchover", "demote", "promote", "takeover", "split-brain resolve", "split-brain discard-local",
                                      "break", "delete", "release", "target remove", "target replace", "node replace"};

bool begins_with(std::string_view command, std::string_view verb)
{
    return command == verb || command.starts_with(std::string(verb) + " ");
}

} // namespace

bool changes_role_or_deletes(const std::string& command)
{
    if (begins_with(command, "up"))
        return command.find(" --as-source") != std::string::npos;
    if (begins_with(command, "pause"))
        return command.find(" --unlock") != std::string::npos && command.find(" --unlock=ro") == std::string::npos;
    if (begins_with(command, "unlock"))
        return command.find(" --read-only") == std::string::npos;
    return std::ranges::any_of(verbs, [&](auto verb) { return begins_with(command, verb); });
}

Advice under_manager(Advice advice, const std::string& manager)
{
    if (manager.empty())
        return advice;
    for (auto& step : advice.steps) {
        if (!changes_role_or_deletes(step.command))
            continue;
        step.command += " --override-cluster";
        step.condition += (step.condition.empty() ? "" : ", and ") + manager +
                          ", which manages the volume, is stopped, or cannot do it";
    }
    return advice;
}

} // namespace mirrornet::ops
