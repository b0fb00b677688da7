// SPDX-License-Identifier: GPL-2.0-or-later
// Everything in it is little-endian. First a superblock of one sector, then the entries: one
// sector that describes, and what was written. Marks keep their text in the sector itself,
// a DISCARD has no data.
#include "log.hpp"

#include <fmt/format.h>

#include <bit>

namespace replay {

namespace {

constexpr std::uint64_t magic = 0x6a736677736872;
constexpr std::uint64_t version = 1;
constexpr std::uint64_t entry_head = 32;

enum Flag : std::uint64_t { f_flush = 1, f_fua = 2, f_discard = 4, f_mark = 8, f_metadata = 16, f_all = 31 };

std::uint64_t number(Bytes from, std::size_t at, unsigned int bytes)
{
    std::uint64_t value = 0;

    for (unsigned int i = bytes; i-- > 0;)
        value = value << 8 | std::to_integer<std::uint64_t>(from[at + i]);
    return value;
}

class Parser {
public:
    explicit Parser(Bytes log) : log_(log) {}

    std::vector<Entry> parse()
    {
        std::uint64_t count = super();
        std::vector<Entry> entries;

        for (std::uint64_t i = 0; i < count; i++)
            entries.push_back(entry(i));
        if (entries.empty() || !entries.back().mark || entries.back().text != "dm-log-writes-end")
            throw Bad("the log has no end: it was read while it was being written, or logging broke off");
        return entries;
    }

private:
    std::uint64_t super()
    {
        if (log_.size() < sector_bytes || number(log_, 0, 8) != magic)
            throw Bad("not a log of dm-log-writes");
        if (number(log_, 8, 8) != version)
            throw Bad(fmt::format("a log of version {}, known is {}", number(log_, 8, 8), version));
        unit_ = number(log_, 24, 4);
        if (unit_ < sector_bytes || unit_ > 4096 || !std::has_single_bit(unit_))
            throw Bad(fmt::format("a log with sectors of {} bytes", unit_));
        at_ = unit_;
        return number(log_, 16, 8);
    }

    Bytes take(std::uint64_t units, std::uint64_t index)
    {
        if (at_ > log_.size() || units > (log_.size() - at_) / unit_)
            throw Bad(fmt::format("entry {} reaches beyond the end of the log", index));
        Bytes taken = log_.subspan(at_, units * unit_);
        at_ += taken.size();
        return taken;
    }

    Entry entry(std::uint64_t index)
    {
        Bytes head = take(1, index);
        std::uint64_t sector = number(head, 0, 8), units = number(head, 8, 8), flags = number(head, 16, 8);
        std::uint64_t scale = unit_ / sector_bytes;

        if (flags & ~std::uint64_t{f_all})
            throw Bad(fmt::format("entry {} has unknown flags {:#x}", index, flags));
        if (sector > UINT64_MAX / unit_ || units > UINT64_MAX / unit_ - sector)
            throw Bad(fmt::format("entry {} is for sectors that no device has", index));
        Entry entry{sector * scale, units * scale, bool(flags & f_flush), bool(flags & f_fua),
                    bool(flags & f_discard), bool(flags & f_mark), {}, {}};
        if (entry.mark)
            entry.text = text(head, index);
        else if (!entry.discard)
            entry.data = take(units, index);
        return entry;
    }

    std::string text(Bytes head, std::uint64_t index) const
    {
        std::uint64_t length = number(head, 24, 8);

        if (length > unit_ - entry_head)
            throw Bad(fmt::format("the mark in entry {} is longer than its sector", index));
        return {reinterpret_cast<const char *>(head.data()) + entry_head, length};
    }

    Bytes log_;
    std::uint64_t unit_ = 0;
    std::uint64_t at_ = 0;
};

}  // namespace

std::vector<Entry> parse_log(Bytes log)
{
    return Parser(log).parse();
}

}  // namespace replay
