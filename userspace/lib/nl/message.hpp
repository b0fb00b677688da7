// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/uuid.hpp"

#include <cstdint>
#include <linux/dm_mirror_net.h>
#include <memory>
#include <optional>
#include <span>
#include <string>

struct nl_msg;

namespace mirrornet::nl {

// A request under construction. Too little room is Error(internal): `room` is
// what the attributes take, headers not counted.
class Message {
public:
    Message(int family, mn_cmd command, int flags = 0, std::size_t room = 4096);

    Message& flag(mn_attr which, bool set = true);
    Message& u8(mn_attr which, std::uint8_t value);
    Message& u32(mn_attr which, std::uint32_t value);
    Message& s32(mn_attr which, std::int32_t value);
    Message& u64(mn_attr which, std::uint64_t value);
    Message& text(mn_attr which, const std::string& value);
    Message& uuid(mn_attr which, const Uuid& value);
    Message& ranges(std::span<const mn_range> values);

    nl_msg* raw() const { return message_.get(); }
    mn_cmd command() const { return command_; }
    const std::optional<Uuid>& volume() const { return volume_; } // that it is about

private:
    struct Free {
        void operator()(nl_msg* message) const;
    };
    Message& put(mn_attr which, const void* data, std::size_t length);

    std::unique_ptr<nl_msg, Free> message_;
    mn_cmd command_;
    std::optional<Uuid> volume_;
};

} // namespace mirrornet::nl
