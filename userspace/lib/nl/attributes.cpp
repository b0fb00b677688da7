// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/attributes.hpp"

#include "base/error.hpp"

#include <cstring>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

namespace mirrornet::nl {

namespace {

[[noreturn]] void malformed(mn_attr which)
{
    throw Error(ExitStatus::internal,
                "the kernel module sent attribute " + std::to_string(which) +
                    " in an unknown form; install the same version of tool and module");
}

} // namespace

Attributes::Attributes(nlmsghdr* message)
{
    if (genlmsg_parse(message, 0, table_.data(), MN_A_MAX, nullptr) < 0)
        throw Error(ExitStatus::internal, "the kernel module sent a malformed message");
}

std::uint64_t Attributes::number(mn_attr which) const
{
    const nlattr* attribute = table_[which];
    if (!attribute)
        return 0;
    switch (nla_len(attribute)) {
    case sizeof(std::uint8_t):
        return nla_get_u8(attribute);
    case sizeof(std::uint32_t):
        return nla_get_u32(attribute);
    case sizeof(std::uint64_t):
        return nla_get_u64(attribute);
    default:
        malformed(which);
    }
}

std::int32_t Attributes::signed_number(mn_attr which) const
{
    const nlattr* attribute = table_[which];
    if (!attribute)
        return 0;
    if (nla_len(attribute) != sizeof(std::int32_t))
        malformed(which);
    return nla_get_s32(attribute);
}

std::string Attributes::text(mn_attr which) const
{
    const nlattr* attribute = table_[which];
    if (!attribute)
        return {};
    const auto* data = static_cast<const char*>(nla_data(attribute));
    return {data, ::strnlen(data, static_cast<std::size_t>(nla_len(attribute)))};
}

Uuid Attributes::uuid(mn_attr which) const
{
    const nlattr* attribute = table_[which];
    if (!attribute)
        return {};
    if (nla_len(attribute) != MN_UUID_LEN)
        malformed(which);
    Uuid::Bytes bytes;
    std::memcpy(bytes.data(), nla_data(attribute), bytes.size());
    return Uuid(bytes);
}

void Attributes::numbers(mn_attr which, std::span<std::uint64_t> into) const
{
    const nlattr* attribute = table_[which];
    if (!attribute)
        return;
    if (static_cast<std::size_t>(nla_len(attribute)) != into.size_bytes())
        malformed(which);
    std::memcpy(into.data(), nla_data(attribute), into.size_bytes());
}

std::span<const std::uint8_t> Attributes::bytes(mn_attr which) const
{
    const nlattr* attribute = table_[which];
    if (!attribute)
        return {};
    return {static_cast<const std::uint8_t*>(nla_data(attribute)), static_cast<std::size_t>(nla_len(attribute))};
}

} // namespace mirrornet::nl
