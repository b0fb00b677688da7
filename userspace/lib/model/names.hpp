// SPDX-License-Identifier: GPL-2.0-or-later
//
// What volumes, nodes and jobs may be called, and how a verb names its object.
#pragma once

#include "base/uuid.hpp"

#include <string>
#include <string_view>

namespace mirrornet {

using NodeId = Uuid;
using VolumeId = Uuid;

// [A-Za-z0-9][A-Za-z0-9._-]{0,63}: safe as file name, dm name and in a URL.
bool is_name(std::string_view text);

// The text, or Error(usage) that says what `kind` ("volume", "node", "job") may
// be called.
std::string check_name(std::string_view kind, std::string_view text);

// What a verb acts on: VOLUME, VOLUME@NODE, job:NAME or job:NAME@NODE.
struct Subject {
    enum class Kind { volume, mirror, job };
    Kind kind = Kind::volume;
    std::string name; // of the volume or job
    std::string node; // of a mirror, or of the mirrors of a job's volumes; else empty

    static Subject parse(std::string_view text); // Error(usage) if malformed
    std::string to_string() const;
    bool operator==(const Subject&) const = default;
};

} // namespace mirrornet
