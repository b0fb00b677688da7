// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/uuid.hpp"

#include <array>
#include <cstdint>
#include <linux/dm_mirror_net.h>
#include <span>
#include <string>

struct nlattr;
struct nlmsghdr;

namespace mirrornet::nl {

// The attributes of one message of the module. They point into the message: use
// them only while it lives. An attribute that was not sent reads as zero, nil or
// empty; one of a wrong length is Error(internal).
class Attributes {
public:
    explicit Attributes(nlmsghdr* message);

    bool has(mn_attr which) const { return table_[which] != nullptr; }
    std::uint64_t number(mn_attr which) const; // u8, u32 or u64, as it was sent
    std::int32_t signed_number(mn_attr which) const;
    std::string text(mn_attr which) const;
    Uuid uuid(mn_attr which) const;
    // As many u64 as `into` has room for, sent as one binary attribute.
    void numbers(mn_attr which, std::span<std::uint64_t> into) const;
    std::span<const std::uint8_t> bytes(mn_attr which) const;

private:
    std::array<nlattr*, MN_A_MAX + 1> table_{};
};

} // namespace mirrornet::nl
