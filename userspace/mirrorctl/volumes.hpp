// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "mirrorctl/verbs.hpp"

#include <functional>
#include <string>
#include <vector>

namespace mirrornet::ctl {

struct VolumeArguments {
    std::vector<std::string> names;
    bool all = false;
};

void add_volume_arguments(CLI::App& verb, VolumeArguments& arguments); // VOLUME... | --all

// One after the other. An error of one does not keep the others from their turn;
// the status is that of the error, or partly_done where others succeeded. Prints the
// errors; the document has what `action` returned in "results", and "errors".
int for_each_volume(const Invocation& invocation, const VolumeArguments& arguments,
                    const std::function<json(const std::string&)>& action);

} // namespace mirrornet::ctl
