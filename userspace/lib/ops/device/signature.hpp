// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

namespace mirrornet::ops {

// What is recognisable on a device; all empty if nothing is.
struct Signature {
    std::string usage; // "filesystem", "raid", "crypto", "other", "partitions", "ambivalent"
    std::string type;  // "ext4", "xfs", "LVM2_member", "gpt", ...
    std::string label, uuid;

    bool any() const { return !usage.empty(); }
    std::string describe() const; // "an ext4 file system (label home)"
    bool operator==(const Signature&) const = default;
};

Signature read_signature(const std::string& path); // Error if it cannot be read

// Removes every signature that read_signature() would find. `fd` is open for
// writing; whatever it says it leaves the rest of the data alone.
void wipe_signatures(int fd);

} // namespace mirrornet::ops
