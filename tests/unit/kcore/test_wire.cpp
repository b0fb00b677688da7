// SPDX-License-Identifier: GPL-2.0-or-later
// The header itself: bytes on the wire, checksum, envelope, and the way back.
#include "wire_frames.hpp"

#include <linux/crc32c.h>

#include <array>
#include <cstring>
#include <set>
#include <string>

namespace kcore {

class Wire : public Test {};

// crc32c of the nine digits: the check value of every description of it.
TEST_F(Wire, ChecksumOfTheShimIsCrc32c)
{
    EXPECT_EQ(~crc32c(~0u, "123456789", 9), 0xe3069283u);
}

TEST_F(Wire, BytesAreWhereTheyBelong)
{
    mn_frame frame{MN_FRAME_WRITE, 0x0005, 0x00021000, 0xa1a2a3a4, 0x1112131415161718,
                   0x2122232425262728, 0x00000108, 0x0102030405060708, 0x3132333435363738};
    const std::array<u8, 60> expected{
        0x31, 0x46, 0x4e, 0x4d, 1, 9, 5, 0, 0x00, 0x10, 0x02, 0x00, 0xa4, 0xa3, 0xa2, 0xa1,
        0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 0x28, 0x27, 0x26, 0x25, 0x24, 0x23, 0x22, 0x21,
        0x08, 0x01, 0x00, 0x00, 0, 0, 0, 0, 0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,
        0x38, 0x37, 0x36, 0x35, 0x34, 0x33, 0x32, 0x31, 0, 0, 0, 0};
    mn_wire_header header = encoded(frame);

    EXPECT_EQ(std::memcmp(&header, expected.data(), expected.size()), 0);
    EXPECT_EQ(header.header_crc, crc32c(~0u, expected.data(), 60));
}

TEST_F(Wire, EveryTypeComesBackAsItWas)
{
    for (const FrameCase &what : frame_cases()) {
        mn_wire_limits limits = legal_limits(what);
        mn_wire_header header = encoded(what.legal);
        mn_frame out{};

        ASSERT_EQ(mn_wire_decode(&header, &limits, &out), MN_WIRE_OK) << mn_frame_type_text(what.type);
        EXPECT_EQ(out.type, what.legal.type);
        EXPECT_EQ(out.flags, what.legal.flags);
        EXPECT_EQ(out.payload_bytes, what.legal.payload_bytes);
        EXPECT_EQ(out.payload_crc, what.legal.payload_crc);
        EXPECT_EQ(out.sequence, what.legal.sequence);
        EXPECT_EQ(out.sector, what.legal.sector);
        EXPECT_EQ(out.sectors, what.legal.sectors);
        EXPECT_EQ(out.barrier, what.legal.barrier);
        EXPECT_EQ(out.write_number, what.legal.write_number);
    }
}

TEST_F(Wire, EveryFlippedBitIsCaught)
{
    for (const FrameCase &what : frame_cases()) {
        mn_wire_limits limits = legal_limits(what);

        for (unsigned int bit = 0; bit < 64 * 8; bit++) {
            mn_wire_header header = encoded(what.legal);
            mn_frame out;

            reinterpret_cast<u8 *>(&header)[bit / 8] ^= 1 << bit % 8;
            EXPECT_EQ(mn_wire_decode(&header, &limits, &out), bit < 32 ? MN_WIRE_BAD_MAGIC : MN_WIRE_BAD_CRC)
                << mn_frame_type_text(what.type) << " bit " << bit;
        }
    }
}

TEST_F(Wire, EnvelopeIsChecked)
{
    FrameCase flush = frame_cases()[MN_FRAME_FLUSH - 1];
    mn_wire_limits limits = legal_limits(flush);
    auto decode_spoilt = [&](auto spoil) {
        mn_wire_header header = encoded(flush.legal);
        mn_frame out;

        spoil(header);
        reseal(header);
        return mn_wire_decode(&header, &limits, &out);
    };

    EXPECT_EQ(decode_spoilt([](auto &) {}), MN_WIRE_OK);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.version = 0; }), MN_WIRE_BAD_VERSION);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.version = 2; }), MN_WIRE_BAD_VERSION);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.reserved = 1; }), MN_WIRE_BAD_RESERVED);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.reserved2 = 1u << 31; }), MN_WIRE_BAD_RESERVED);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.type = 0; }), MN_WIRE_BAD_TYPE);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.type = __MN_FRAME_TYPE_MAX; }), MN_WIRE_BAD_TYPE);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.type = 255; }), MN_WIRE_BAD_TYPE);
    EXPECT_EQ(decode_spoilt([](auto &h) { h.flags = 8; }), MN_WIRE_BAD_FLAGS);
}

TEST_F(Wire, TextsAreThereAndDiffer)
{
    std::set<std::string> errors, types;

    for (int error = 0; error < __MN_WIRE_ERROR_MAX; error++)
        errors.insert(mn_wire_error_text(static_cast<mn_wire_error>(error)));
    EXPECT_EQ(errors.size(), static_cast<std::size_t>(__MN_WIRE_ERROR_MAX));
    for (u8 type = MN_FRAME_HELLO; type < __MN_FRAME_TYPE_MAX; type++)
        types.insert(mn_frame_type_text(type));
    EXPECT_EQ(types.size(), frame_cases().size());
    EXPECT_STREQ(mn_frame_type_text(0), "unknown");
    EXPECT_STREQ(mn_frame_type_text(200), "unknown");
    EXPECT_STREQ(mn_wire_error_text(static_cast<mn_wire_error>(99)), "unknown error");
}

}  // namespace kcore
