// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/message.hpp"

#include "base/error.hpp"

#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <new>

namespace mirrornet::nl {

void Message::Free::operator()(nl_msg* message) const
{
    nlmsg_free(message);
}

Message::Message(int family, mn_cmd command, int flags, std::size_t room)
    : message_(nlmsg_alloc_size(room + NLMSG_HDRLEN + GENL_HDRLEN)), command_(command)
{
    if (!message_ || !genlmsg_put(raw(), NL_AUTO_PORT, NL_AUTO_SEQ, family, 0, flags,
                                  static_cast<std::uint8_t>(command), MN_GENL_VERSION))
        throw std::bad_alloc();
}

Message& Message::put(mn_attr which, const void* data, std::size_t length)
{
    if (nla_put(raw(), which, static_cast<int>(length), data) < 0)
        throw Error(ExitStatus::internal, "a request to the kernel module is too long");
    return *this;
}

Message& Message::flag(mn_attr which, bool set)
{
    return set ? put(which, nullptr, 0) : *this;
}

Message& Message::u8(mn_attr which, std::uint8_t value)
{
    return put(which, &value, sizeof value);
}

Message& Message::u32(mn_attr which, std::uint32_t value)
{
    return put(which, &value, sizeof value);
}

Message& Message::s32(mn_attr which, std::int32_t value)
{
    return put(which, &value, sizeof value);
}

Message& Message::u64(mn_attr which, std::uint64_t value)
{
    return put(which, &value, sizeof value);
}

Message& Message::text(mn_attr which, const std::string& value)
{
    return put(which, value.c_str(), value.size() + 1);
}

Message& Message::uuid(mn_attr which, const Uuid& value)
{
    if (which == MN_A_VOLUME_UUID)
        volume_ = value;
    return put(which, value.bytes().data(), value.bytes().size());
}

Message& Message::ranges(std::span<const mn_range> values)
{
    // The module checks strictly; older versions of libnl do not set the flag.
    nlattr* nest = nla_nest_start(raw(), MN_A_RANGES | NLA_F_NESTED);
    if (!nest)
        throw Error(ExitStatus::internal, "a request to the kernel module is too long");
    for (const mn_range& range : values)
        put(MN_A_RANGE, &range, sizeof range);
    nla_nest_end(raw(), nest);
    return *this;
}

} // namespace mirrornet::nl
