// SPDX-License-Identifier: GPL-2.0-or-later
// What each type may carry, from whom, and where: one field spoilt at a time.
#include "wire_frames.hpp"

namespace kcore {

class WireRules : public Test {
protected:
    // Spoil the legal frame of a type and decode it.
    template <typename Spoil> mn_wire_error spoilt(u8 type, Spoil spoil)
    {
        FrameCase what = frame_cases()[type - 1];
        mn_wire_limits limits = legal_limits(what);

        spoil(what.legal, limits);
        return decode(what.legal, limits);
    }

    mn_wire_error write_at(u64 sector, u32 sectors, u32 payload_bytes)
    {
        return spoilt(MN_FRAME_WRITE, [&](mn_frame &frame, mn_wire_limits &) {
            frame.sector = sector;
            frame.sectors = sectors;
            frame.payload_bytes = payload_bytes;
        });
    }

    mn_wire_error zeroes_at(u64 sector, u32 sectors)
    {
        return spoilt(MN_FRAME_WRITE_ZEROES, [&](mn_frame &frame, mn_wire_limits &limits) {
            limits.volume_sectors = 1ull << 30;
            frame.sector = sector;
            frame.sectors = sectors;
        });
    }

    mn_wire_error bitmap_at(u64 block, u32 bits, u32 payload_bytes)
    {
        return spoilt(MN_FRAME_BITMAP, [&](mn_frame &frame, mn_wire_limits &) {
            frame.sector = block;
            frame.sectors = bits;
            frame.payload_bytes = payload_bytes;
        });
    }
};

TEST_F(WireRules, EachTypeHasItsDirection)
{
    for (const FrameCase &what : frame_cases()) {
        for (bool from_source : {false, true}) {
            mn_wire_limits limits = legal_limits(what);
            bool legal = what.from == From::both || from_source == (what.from == From::source);

            limits.from_source = from_source;
            EXPECT_EQ(decode(what.legal, limits), legal ? MN_WIRE_OK : MN_WIRE_BAD_DIRECTION)
                << mn_frame_type_text(what.type);
        }
    }
}

TEST_F(WireRules, HelloComesFirstAndOnce)
{
    for (const FrameCase &what : frame_cases()) {
        mn_wire_limits limits = legal_limits(what);

        // A side may be asked for life, or be turned away, before it has heard the other.
        bool anytime = what.type == MN_FRAME_PING || what.type == MN_FRAME_PONG || what.type == MN_FRAME_BYE;

        limits.hello_seen = !limits.hello_seen;
        EXPECT_EQ(decode(what.legal, limits), anytime ? MN_WIRE_OK : MN_WIRE_BAD_TYPE)
            << mn_frame_type_text(what.type);
    }
}

TEST_F(WireRules, EachTypeHasItsFlags)
{
    for (const FrameCase &what : frame_cases()) {
        for (unsigned int bit = 0; bit < 16; bit++) {
            mn_frame frame = what.legal;
            bool legal = what.flags & (1u << bit);

            frame.flags = static_cast<u16>(1u << bit);
            if (legal && (frame.flags & MN_FRAME_F_PACKED))
                frame.payload_bytes = 100;
            EXPECT_EQ(decode(frame, legal_limits(what)), legal ? MN_WIRE_OK : MN_WIRE_BAD_FLAGS)
                << mn_frame_type_text(what.type) << " flag " << frame.flags;
        }
    }
}

TEST_F(WireRules, SequenceIsTheLastPlusOneOrNone)
{
    for (const FrameCase &what : frame_cases()) {
        EXPECT_EQ(mn_frame_is_sequenced(what.type), what.sequenced);
        for (u64 sequence : {0ull, 1ull, 41ull, 42ull, 43ull, ~0ull}) {
            mn_frame frame = what.legal;
            bool legal = sequence == (what.sequenced ? 42 : 0);

            frame.sequence = sequence;
            EXPECT_EQ(decode(frame, legal_limits(what)), legal ? MN_WIRE_OK : MN_WIRE_BAD_SEQUENCE)
                << mn_frame_type_text(what.type) << " sequence " << sequence;
        }
    }
}

TEST_F(WireRules, BarrierLiesBeforeTheFrame)
{
    for (const FrameCase &what : frame_cases()) {
        for (u64 barrier : {0ull, 1ull, 41ull, 42ull, 43ull, ~0ull}) {
            mn_frame frame = what.legal;
            bool legal = what.sequenced ? barrier < 42 : barrier == 0;

            frame.barrier = barrier;
            EXPECT_EQ(decode(frame, legal_limits(what)), legal ? MN_WIRE_OK : MN_WIRE_BAD_SEQUENCE)
                << mn_frame_type_text(what.type) << " barrier " << barrier;
        }
    }
}

TEST_F(WireRules, SequenceDoesNotWrap)
{
    EXPECT_EQ(spoilt(MN_FRAME_FLUSH, [](mn_frame &frame, mn_wire_limits &limits) {
        limits.last_sequence = ~0ull;
        frame.sequence = 0;
        frame.barrier = 0;
    }), MN_WIRE_BAD_SEQUENCE);
}

TEST_F(WireRules, FixedPayloadsHaveTheirLength)
{
    for (const FrameCase &what : frame_cases()) {
        for (int difference : {-1, 1}) {
            mn_frame frame = what.legal;

            frame.payload_bytes += difference;
            EXPECT_EQ(decode(frame, legal_limits(what)), MN_WIRE_BAD_LENGTH)
                << mn_frame_type_text(what.type) << " " << frame.payload_bytes;
        }
    }
}

TEST_F(WireRules, NoPayloadNoChecksum)
{
    for (const FrameCase &what : frame_cases()) {
        mn_frame frame = what.legal;

        frame.payload_crc = 1;
        EXPECT_EQ(decode(frame, legal_limits(what)), frame.payload_bytes ? MN_WIRE_OK : MN_WIRE_BAD_RESERVED)
            << mn_frame_type_text(what.type);
    }
}

TEST_F(WireRules, UnusedFieldsAreZero)
{
    for (const FrameCase &what : frame_cases()) {
        if (what.legal.sectors)
            continue;
        mn_frame sector = what.legal, sectors = what.legal;

        sector.sector = 8;
        sectors.sectors = 8;
        EXPECT_EQ(decode(sector, legal_limits(what)), MN_WIRE_BAD_RESERVED) << mn_frame_type_text(what.type);
        EXPECT_EQ(decode(sectors, legal_limits(what)), MN_WIRE_BAD_RESERVED) << mn_frame_type_text(what.type);
    }
}

TEST_F(WireRules, OnlyPingAndTheStreamAreNumbered)
{
    for (const FrameCase &what : frame_cases()) {
        mn_frame frame = what.legal;

        frame.write_number = 9;
        EXPECT_EQ(decode(frame, legal_limits(what)),
                  what.sequenced || names_number(what.type) ? MN_WIRE_OK : MN_WIRE_BAD_RESERVED)
            << mn_frame_type_text(what.type);
    }
}

TEST_F(WireRules, WriteFitsItsPayloadAndTheVolume)
{
    EXPECT_EQ(write_at(0, 8, 4096), MN_WIRE_OK);
    EXPECT_EQ(write_at(0, 2048, 1 << 20), MN_WIRE_OK);
    EXPECT_EQ(write_at(volume_sectors - 8, 8, 4096), MN_WIRE_OK);
    EXPECT_EQ(write_at(0, 2056, (1 << 20) + 4096), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(write_at(0, 8, 8192), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(write_at(0, 8, 0), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(write_at(0, 1u << 23, 0), MN_WIRE_BAD_LENGTH);  // times 512 is 2^32
    EXPECT_EQ(write_at(0, 0, 0), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(write_at(volume_sectors, 8, 4096), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(write_at(volume_sectors - 8, 16, 8192), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(write_at(~0ull - 7, 8, 4096), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(write_at(~0ull - 7, 16, 8192), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(write_at(4, 8, 4096), MN_WIRE_BAD_ALIGNMENT);
    EXPECT_EQ(write_at(8, 4, 2048), MN_WIRE_BAD_ALIGNMENT);
}

// The last block of a volume may be a short one; nothing else is.
TEST_F(WireRules, OneWholeBlockIsCompared)
{
    auto at = [&](u8 type, u64 sector, u32 sectors, u64 size, u32 features = MN_FEATURE_ALL) {
        return spoilt(type, [&](mn_frame &frame, mn_wire_limits &limits) {
            limits.features = features;
            limits.volume_sectors = size;
            frame.sector = sector;
            frame.sectors = sectors;
        });
    };

    for (u8 type : {MN_FRAME_COMPARE, MN_FRAME_DIFFERS}) {
        EXPECT_EQ(at(type, 0, 128, 1024), MN_WIRE_OK);
        EXPECT_EQ(at(type, 896, 128, 1024), MN_WIRE_OK);
        EXPECT_EQ(at(type, 1024, 8, 1032), MN_WIRE_OK);
        EXPECT_EQ(at(type, 1024, 128, 1032), MN_WIRE_BAD_RANGE);
        EXPECT_EQ(at(type, 1024, 128, 1024), MN_WIRE_BAD_RANGE);
        EXPECT_EQ(at(type, ~0ull - 127, 128, 1024), MN_WIRE_BAD_RANGE);
        EXPECT_EQ(at(type, 64, 128, 1024), MN_WIRE_BAD_ALIGNMENT);
        EXPECT_EQ(at(type, 0, 64, 1024), MN_WIRE_BAD_RANGE);
        EXPECT_EQ(at(type, 0, 256, 1024), MN_WIRE_BAD_RANGE);
        EXPECT_EQ(at(type, 0, 0, 1024), MN_WIRE_BAD_RANGE);
        EXPECT_EQ(at(type, 0, 128, 1024, MN_FEATURE_PACKED), MN_WIRE_BAD_TYPE);
    }
}

// Eight KiB of data, packed.
TEST_F(WireRules, PackedPayloadsAreShorterThanTheirData)
{
    auto packed = [&](u16 flags, u32 sectors, u32 payload_bytes, u32 features = MN_FEATURE_PACKED) {
        return spoilt(MN_FRAME_WRITE, [&](mn_frame &frame, mn_wire_limits &limits) {
            limits.features = features;
            frame.flags = flags;
            frame.sector = 0;
            frame.sectors = sectors;
            frame.payload_bytes = payload_bytes;
            frame.payload_crc = payload_bytes ? 0x12345678 : 0;
        });
    };

    for (u16 flag : {MN_FRAME_F_LZ4, MN_FRAME_F_ZSTD}) {
        EXPECT_EQ(packed(flag, 16, 1), MN_WIRE_OK);
        EXPECT_EQ(packed(flag | MN_FRAME_F_FUA | MN_FRAME_F_RESYNC, 16, 8191), MN_WIRE_OK);
        EXPECT_EQ(packed(flag, 2048, (1 << 20) - 1), MN_WIRE_OK);
        EXPECT_EQ(packed(flag, 16, 0), MN_WIRE_BAD_LENGTH);
        EXPECT_EQ(packed(flag, 16, 8192), MN_WIRE_BAD_LENGTH);
        EXPECT_EQ(packed(flag, 16, ~0u), MN_WIRE_BAD_LENGTH);
        EXPECT_EQ(packed(flag, 2056, 1000), MN_WIRE_BAD_LENGTH);  // data of more than 1 MiB
        EXPECT_EQ(packed(flag, 1u << 23, 1000), MN_WIRE_BAD_LENGTH);
        EXPECT_EQ(packed(flag, ~0u, 1000), MN_WIRE_BAD_LENGTH);
        EXPECT_EQ(packed(flag, 0, 1), MN_WIRE_BAD_LENGTH);
        EXPECT_EQ(packed(flag, 12, 100), MN_WIRE_BAD_ALIGNMENT);
        EXPECT_EQ(packed(flag, 16, 100, 0), MN_WIRE_BAD_FLAGS);  // never agreed
    }
    EXPECT_EQ(packed(MN_FRAME_F_LZ4 | MN_FRAME_F_ZSTD, 16, 100), MN_WIRE_BAD_FLAGS);
}

TEST_F(WireRules, ZeroesFitTheVolumeAndAreCapped)
{
    EXPECT_EQ(zeroes_at(0, 1 << 17), MN_WIRE_OK);
    EXPECT_EQ(zeroes_at((1ull << 30) - 8, 8), MN_WIRE_OK);
    EXPECT_EQ(zeroes_at(0, (1 << 17) + 8), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(zeroes_at(0, 0), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(zeroes_at((1ull << 30) - 8, 16), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(zeroes_at(~0ull - 7, 16), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(zeroes_at(1, 8), MN_WIRE_BAD_ALIGNMENT);
    EXPECT_EQ(zeroes_at(8, 9), MN_WIRE_BAD_ALIGNMENT);
}

// 1001 blocks: the short one at the end has a bit too.
TEST_F(WireRules, BitmapFitsItsPayloadAndTheBlocks)
{
    EXPECT_EQ(bitmap_at(0, 1001, 126), MN_WIRE_OK);
    EXPECT_EQ(bitmap_at(1000, 1, 1), MN_WIRE_OK);
    EXPECT_EQ(bitmap_at(0, 1001, 125), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(bitmap_at(0, 1000, 126), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(bitmap_at(0, 4097 * 8, 4097), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(bitmap_at(0, ~0u, 0), MN_WIRE_BAD_LENGTH);  // plus 7 would wrap
    EXPECT_EQ(bitmap_at(0, 0, 0), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(bitmap_at(1000, 2, 1), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(bitmap_at(1001, 1, 1), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(bitmap_at(~0ull, 1, 1), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(bitmap_at(~0ull, 2, 1), MN_WIRE_BAD_RANGE);
}

TEST_F(WireRules, ByeNamesAReasonThatExists)
{
    auto bye = [&](u64 sector, u32 reason) {
        return spoilt(MN_FRAME_BYE, [&](mn_frame &frame, mn_wire_limits &) {
            frame.sector = sector;
            frame.sectors = reason;
        });
    };

    for (u32 reason = 0; reason < __MN_REASON_MAX; reason++)
        EXPECT_EQ(bye(0, reason), MN_WIRE_OK) << reason;
    EXPECT_EQ(bye(0, __MN_REASON_MAX), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(bye(0, 256), MN_WIRE_BAD_RANGE);
    EXPECT_EQ(bye(1, 0), MN_WIRE_BAD_RANGE);
}

}  // namespace kcore
