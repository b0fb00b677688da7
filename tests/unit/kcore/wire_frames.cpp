// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire_frames.hpp"

#include <linux/crc32c.h>

namespace kcore {

mn_wire_limits legal_limits(const FrameCase &what)
{
    mn_wire_limits limits{};

    limits.volume_sectors = volume_sectors;
    limits.sector_size = 4096;
    limits.last_sequence = 41;
    limits.from_source = what.from == From::source;
    limits.hello_seen = what.type != MN_FRAME_HELLO;
    limits.features = MN_FEATURE_ALL;
    return limits;
}

bool names_number(u8 type)
{
    return type == MN_FRAME_PING || type == MN_FRAME_RENEW_READY || type == MN_FRAME_RENEW;
}

static FrameCase plain(u8 type, From from, bool sequenced, u32 payload_bytes)
{
    FrameCase what{type, from, sequenced, 0, {}};

    what.legal.type = type;
    what.legal.payload_bytes = payload_bytes;
    what.legal.payload_crc = payload_bytes ? 0x12345678 : 0;
    what.legal.sequence = sequenced ? 42 : 0;
    what.legal.barrier = sequenced ? 40 : 0;
    what.legal.write_number = sequenced || names_number(type) ? 7 : 0;
    return what;
}

static FrameCase ranged(FrameCase what, u16 flags, u64 sector, u32 sectors)
{
    what.flags = flags;
    what.legal.sector = sector;
    what.legal.sectors = sectors;
    return what;
}

std::vector<FrameCase> frame_cases()
{
    constexpr u16 fua = 1, unmap = 2, resync = 4, lz4 = 8, zstd = 16;

    return {
        plain(MN_FRAME_HELLO, From::both, false, 216),
        plain(MN_FRAME_VERDICT, From::both, false, 24),
        ranged(plain(MN_FRAME_BITMAP, From::target, false, 2), 0, 500, 9),
        plain(MN_FRAME_BITMAP_END, From::target, false, 0),
        plain(MN_FRAME_SYNC_BEGIN, From::source, true, 16),
        plain(MN_FRAME_SYNC_READY, From::target, false, 0),
        plain(MN_FRAME_SYNC_END, From::source, true, 8),
        plain(MN_FRAME_SYNC_DONE, From::target, false, 0),
        ranged(plain(MN_FRAME_WRITE, From::source, true, 8192), fua | resync | lz4 | zstd, 800, 16),
        ranged(plain(MN_FRAME_WRITE_ZEROES, From::source, true, 0), fua | unmap | resync, 800, 16),
        plain(MN_FRAME_FLUSH, From::source, true, 0),
        plain(MN_FRAME_ACK, From::target, false, 16),
        plain(MN_FRAME_PING, From::both, false, 0),
        plain(MN_FRAME_PONG, From::both, false, 0),
        ranged(plain(MN_FRAME_BYE, From::both, false, 0), 0, 0, MN_REASON_SHUTDOWN),
        ranged(plain(MN_FRAME_COMPARE, From::source, true, 32), resync, 1024, 128),
        ranged(plain(MN_FRAME_DIFFERS, From::target, false, 0), 0, 1024, 128),
        plain(MN_FRAME_NEEDS_FULL, From::source, false, 0),
        plain(MN_FRAME_FULL_STORED, From::target, false, 0),
        plain(MN_FRAME_RENEW_READY, From::both, false, 0),
        plain(MN_FRAME_RENEW, From::both, false, 0),
        plain(MN_FRAME_RENEW_ASK, From::both, false, 0),
        plain(MN_FRAME_GENERATION, From::source, true, 8),
        plain(MN_FRAME_COPY, From::source, false, 40),
    };
}

mn_wire_header encoded(const mn_frame &frame)
{
    mn_wire_header header;

    mn_wire_encode(&frame, &header);
    return header;
}

void reseal(mn_wire_header &header)
{
    header.header_crc = crc32c(~0u, &header, 60);
}

mn_wire_error decode(const mn_frame &frame, const mn_wire_limits &limits)
{
    mn_wire_header header = encoded(frame);
    mn_frame out;

    return mn_wire_decode(&header, &limits, &out);
}

}  // namespace kcore
