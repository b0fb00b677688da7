// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/volumes.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace mirrornet::ctl {

void add_volume_arguments(CLI::App& verb, VolumeArguments& arguments)
{
    auto* names = verb.add_option("VOLUME", arguments.names, "One or more volumes");
    verb.add_flag("--all", arguments.all, "All volumes of this node")->excludes(names);
}

int for_each_volume(const Invocation& invocation, const VolumeArguments& arguments,
                    const std::function<json(const std::string&)>& action)
{
    if (!arguments.all && arguments.names.empty())
        throw Error(ExitStatus::usage, "name one or more volumes, or say --all");
    const auto names = arguments.all ? invocation.store.volume_names() : arguments.names;
    json results = json::array(), errors = json::array();
    std::optional<Error> failure;
    for (const auto& name : names) {
        try {
            results.push_back(action(name));
        } catch (const Error& error) {
            invocation.output.complain(error);
            errors.push_back(invocation.output.error_document(error));
            errors.back()["volume"] = name;
            failure = error;
        }
    }
    json document{{"results", results}, {"errors", errors}};
    if (failure && !results.empty())
        failure = Error(ExitStatus::partly_done,
                        fmt::format("{} of {} volumes failed", errors.size(), names.size()));
    if (failure)
        document["error"] = invocation.output.error_document(*failure);
    invocation.output.document(document);
    return failure ? static_cast<int>(failure->status()) : 0;
}

} // namespace mirrornet::ctl
