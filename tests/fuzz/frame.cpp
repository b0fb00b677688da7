// SPDX-License-Identifier: GPL-2.0-or-later
//
// A stream of headers from a peer that may send anything: what mn_wire_decode() lets through
// keeps its promises, whatever came before. Most headers get a right checksum, or the fuzzer would
// hardly ever come past it.
#include "fuzz.hpp"

#include <cstddef>

namespace {

using fuzz::Input;

mn_wire_limits take_limits(Input& input)
{
    static constexpr u32 sector_sizes[] = {512, 1024, 2048, 4096};
    mn_wire_limits limits{};
    const auto how = input.take<std::uint8_t>();

    limits.sector_size = sector_sizes[how & 3];
    limits.volume_sectors = input.take<std::uint32_t>() & ~7U;
    limits.from_source = how & 4;
    limits.hello_seen = how & 8;
    limits.features = (how & 16 ? MN_FEATURE_PACKED : 0) | (how & 32 ? MN_FEATURE_COMPARE : 0) |
                      (how & 64 ? MN_FEATURE_NEEDS_FULL : 0) | (how & 128 ? MN_FEATURE_RENEW : 0);
    return limits;
}

mn_wire_header take_header(Input& input)
{
    const auto honest = input.take<std::uint8_t>();
    auto header = input.take<mn_wire_header>();

    if (honest & 1) {
        header.magic = cpu_to_le32(MN_WIRE_MAGIC);
        header.version = MN_WIRE_VERSION;
        header.type %= __MN_FRAME_TYPE_MAX;
    }
    if (honest & 2)
        header.reserved = header.reserved2 = 0;
    if (honest != 0xff)
        header.header_crc = cpu_to_le32(crc32c(~0U, &header, offsetof(mn_wire_header, header_crc)));
    return header;
}

void check_data(const mn_frame& frame, const mn_wire_limits& limits)
{
    const u32 align = limits.sector_size / 512;

    MUST(frame.sectors);
    MUST(frame.sector <= limits.volume_sectors);
    MUST(frame.sectors <= limits.volume_sectors - frame.sector);
    MUST(frame.sector % align == 0 && frame.sectors % align == 0);
    if (frame.flags & MN_FRAME_F_PACKED) {
        MUST(frame.type == MN_FRAME_WRITE && (limits.features & MN_FEATURE_PACKED));
        MUST((frame.flags & MN_FRAME_F_PACKED) != MN_FRAME_F_PACKED);
        MUST(frame.sectors * 512ULL <= MN_FRAME_PAYLOAD_MAX);
        MUST(frame.payload_bytes && frame.payload_bytes < frame.sectors * 512ULL);
    } else if (frame.type == MN_FRAME_WRITE)
        MUST(frame.payload_bytes == frame.sectors * 512ULL);
    else
        MUST(!frame.payload_bytes);
}

void check_frame(const mn_frame& frame, const mn_wire_limits& limits, const mn_wire_header& header)
{
    mn_wire_header again;

    MUST(frame.type && frame.type < __MN_FRAME_TYPE_MAX);
    MUST(frame.payload_bytes <= MN_FRAME_PAYLOAD_MAX);
    MUST(mn_frame_is_sequenced(frame.type) == (frame.sequence != 0));
    if (frame.sequence) {
        MUST(limits.from_source);
        MUST(frame.sequence == limits.last_sequence + 1);
        MUST(frame.barrier < frame.sequence);
    }
    if (frame.type == MN_FRAME_WRITE || frame.type == MN_FRAME_WRITE_ZEROES)
        check_data(frame, limits);
    mn_wire_encode(&frame, &again);
    MUST(!std::memcmp(&again, &header, sizeof(header)));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    Input input(data, size);
    auto limits = take_limits(input);

    while (!input.empty()) {
        const auto header = take_header(input);
        mn_frame frame{};
        const auto error = mn_wire_decode(&header, &limits, &frame);

        MUST(mn_wire_error_text(error)[0]);
        if (error)
            continue;
        check_frame(frame, limits, header);
        // as recv.c goes on
        limits.hello_seen |= frame.type == MN_FRAME_HELLO;
        if (frame.sequence)
            limits.last_sequence = frame.sequence;
    }
    MUST(!shim_warnings);
    return 0;
}
