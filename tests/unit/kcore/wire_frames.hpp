// SPDX-License-Identifier: GPL-2.0-or-later
// Legal frames of every type, to be spoilt by the tests one field at a time.
#pragma once

#include "kcore.hpp"

#include <vector>

namespace kcore {

enum class From { source, target, both };

// What docs/wire.md says of a type, written down once more.
struct FrameCase {
    u8 type;
    From from;
    bool sequenced;
    u16 flags;      // all that are legal
    mn_frame legal; // for legal_limits()
};

constexpr u64 volume_sectors = 1000 * 128 + 8;  // 1001 blocks, the last one short

bool names_number(u8 type);  // in write_number, without a sequence
mn_wire_limits legal_limits(const FrameCase &what);
std::vector<FrameCase> frame_cases();

// A header that is right as far as its checksum goes.
mn_wire_header encoded(const mn_frame &frame);
void reseal(mn_wire_header &header);

mn_wire_error decode(const mn_frame &frame, const mn_wire_limits &limits);

}  // namespace kcore
