// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/volumes.hpp"

#include <CLI/CLI.hpp>

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
    json documents = json::array();
    std::optional<ExitStatus> failure;
    std::size_t failures = 0;
    for (const auto& name : names) {
        try {
            documents.push_back(action(name));
        } catch (const Error& error) {
            invocation.output.error(error);
            failure = error.status();
            failures++;
        }
    }
    if (!failure || failures < names.size())
        invocation.output.document(documents);
    if (!failure)
        return 0;
    return static_cast<int>(failures == names.size() ? *failure : ExitStatus::partly_done);
}

} // namespace mirrornet::ctl
