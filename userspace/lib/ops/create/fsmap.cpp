// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/create/fsmap.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstddef>
#include <limits>
#include <linux/fsmap.h>
#include <sys/ioctl.h>
#include <system_error>

namespace mirrornet::ops {

namespace {

constexpr std::size_t records_at_a_time = 4096;

// As the kernel writes device numbers into its records.
std::uint32_t encoded(DeviceNumber device)
{
    return (device.minor & 0xff) | (device.major << 8) | ((device.minor & ~0xffU) << 12);
}

struct Query {
    std::vector<std::byte> memory = std::vector<std::byte>(fsmap_sizeof(records_at_a_time));

    fsmap_head* head() { return reinterpret_cast<fsmap_head*>(memory.data()); }

    void ask_for_everything()
    {
        head()->fmh_count = records_at_a_time;
        fsmap& last = head()->fmh_keys[1];
        last.fmr_device = std::numeric_limits<std::uint32_t>::max();
        last.fmr_flags = std::numeric_limits<std::uint32_t>::max();
        last.fmr_physical = std::numeric_limits<std::uint64_t>::max();
        last.fmr_owner = std::numeric_limits<std::uint64_t>::max();
        last.fmr_offset = std::numeric_limits<std::uint64_t>::max();
    }
};

bool is_free(const fsmap& record)
{
    return (record.fmr_flags & FMR_OF_SPECIAL_OWNER) && record.fmr_owner == FMR_OWN_FREE;
}

void ask(int fd, fsmap_head* head)
{
    if (::ioctl(fd, FS_IOC_GETFSMAP, head) == 0)
        return;
    if (errno == ENOTTY || errno == EOPNOTSUPP)
        throw Error(ExitStatus::refused, "the kernel offers no map of this file system");
    throw Error(ExitStatus::refused, "the map of the file system cannot be read: " +
                                         std::generic_category().message(errno));
}

} // namespace

std::vector<ByteRange> free_extents(int fd, DeviceNumber device)
{
    std::vector<ByteRange> found;
    Query query;
    query.ask_for_everything();
    for (;;) {
        fsmap_head* head = query.head();
        ask(fd, head);
        for (std::uint32_t at = 0; at < head->fmh_entries; at++) {
            const fsmap& record = head->fmh_recs[at];
            if (record.fmr_device == encoded(device) && is_free(record))
                found.push_back({record.fmr_physical, record.fmr_length});
        }
        if (head->fmh_entries == 0 ||
            (head->fmh_recs[head->fmh_entries - 1].fmr_flags & FMR_OF_LAST))
            return found;
        fsmap_advance(head);
    }
}

} // namespace mirrornet::ops
