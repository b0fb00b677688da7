// SPDX-License-Identifier: GPL-2.0-or-later
//
// Why a mirror cannot be created. Pure: decides from facts, so that everything is
// known before anything is changed, and all reasons are shown at once.
#pragma once

#include "base/error.hpp"
#include "ops/create/copy.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct Refusal {
    ExitStatus status;
    std::string code; // "target-smaller"; a fixed word for scripts
    std::string text; // what is wrong, what it means, what to do
};

struct CreateChecks {
    std::string volume;
    bool force = false; // overwrite what the target or the metadata device holds
    bool trusted = false; // both devices are said to be equal already
    std::string command = {}; // what was typed, for a person to repeat
};

std::vector<Refusal> refusals_of_create(const CopyFacts& source, const CopyFacts& target,
                                        const CreateChecks& checks);

// On the target's node, for what another one asks it to build: everything above that
// is about the target.
std::vector<Refusal> refusals_of_target(const CopyFacts& source, const CopyFacts& target,
                                        const CreateChecks& checks);

// About the target's data device alone: what can be known while another copy is still there.
std::vector<Refusal> refusals_of_device(const CopyFacts& source, const CopyFacts& target,
                                        const CreateChecks& checks);

// True where the source is the volume itself, which gets a further target.
bool adds_target(const CopyFacts& source);

// True where the very mirror that is asked for is there: nothing is left to do.
bool is_created(const CopyFacts& source, const CopyFacts& target);

// The three commands for a source that is mounted; `create` as it was typed.
std::string umount_create_mount(const CopyFacts& source, const std::string& volume,
                                const std::string& create);

// Parts of the above, by what they look at; each appends.
void check_source_device(const CopyFacts& source, const CreateChecks& checks,
                         std::vector<Refusal>& refusals);
void check_target_device(const CopyFacts& source, const CopyFacts& target,
                         const CreateChecks& checks, std::vector<Refusal>& refusals);
void check_metadata(const CopyFacts& copy, const CreateChecks& checks,
                    std::vector<Refusal>& refusals);

} // namespace mirrornet::ops
