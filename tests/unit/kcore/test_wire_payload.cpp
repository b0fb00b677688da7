// SPDX-License-Identifier: GPL-2.0-or-later
// The values inside hello, verdict and ack.
#include "kcore.hpp"

#include <cstring>

namespace kcore {

class WirePayload : public Test {
protected:
    static mn_wire_hello good_hello()
    {
        mn_wire_hello hello{};

        hello.version_min = 1;
        hello.version_max = 1;
        hello.role = MN_ROLE_SOURCE;
        hello.data_state = MN_DATA_CURRENT;
        hello.sector_size = 4096;
        hello.sectors = 1 << 20;
        std::memset(hello.volume_uuid, 1, MN_UUID_LEN);
        std::memset(hello.node_uuid, 2, MN_UUID_LEN);
        std::memset(hello.peer_uuid, 3, MN_UUID_LEN);
        hello.fresh = 1;
        hello.block_shift = MN_BLOCK_SHIFT;
        return hello;
    }

    template <typename Spoil> mn_wire_error hello_with(Spoil spoil)
    {
        mn_wire_hello hello = good_hello();

        spoil(hello);
        return mn_wire_check_hello(&hello, sizeof(hello));
    }

    template <typename Spoil> mn_wire_error verdict_with(Spoil spoil)
    {
        mn_wire_verdict verdict{};

        verdict.kind = MN_VERDICT_PARTIAL;
        std::memset(verdict.source_uuid, 1, MN_UUID_LEN);
        spoil(verdict);
        return mn_wire_check_verdict(&verdict, sizeof(verdict));
    }

    static mn_wire_error ack(u64 applied, u64 stable)
    {
        mn_wire_ack ack{applied, stable};

        return mn_wire_check_ack(&ack, sizeof(ack), 10, 5, 20);
    }
};

TEST_F(WirePayload, GoodHelloPasses)
{
    EXPECT_EQ(hello_with([](auto &) {}), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.flags = MN_HELLO_F_ALL; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 5; h.features = MN_FEATURE_ALL; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 4; h.features = 0x1f; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 3; h.features = MN_FEATURE_PACKED | MN_FEATURE_COMPARE; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 2; h.features = MN_FEATURE_PACKED; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.version_min = h.version_max = 2; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.version_min = 2, h.version_max = 6; h.features = 0x80; }), MN_WIRE_OK);
}

// A newer peer may name what this version has never heard of.
TEST_F(WirePayload, OnlyKnownFeaturesAreUsed)
{
    mn_wire_hello hello = good_hello();

    EXPECT_EQ(mn_wire_features(&hello), 0u);
    hello.features = ~0u;
    EXPECT_EQ(mn_wire_features(&hello), u32{MN_FEATURE_ALL});
    hello.features = 0x80 | MN_FEATURE_COPIES_4;
    EXPECT_EQ(mn_wire_features(&hello), 0u);
}

TEST_F(WirePayload, HelloLengthIsExact)
{
    mn_wire_hello hello = good_hello();

    EXPECT_EQ(mn_wire_check_hello(&hello, sizeof(hello) - 1), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(mn_wire_check_hello(&hello, sizeof(hello) + 8), MN_WIRE_BAD_LENGTH);
}

TEST_F(WirePayload, HelloOffersAVersionThatIsKnown)
{
    EXPECT_EQ(hello_with([](auto &h) { h.version_min = h.version_max = 6; }), MN_WIRE_BAD_VERSION);
    EXPECT_EQ(hello_with([](auto &h) { h.version_min = 2; h.version_max = 1; }), MN_WIRE_BAD_VERSION);
    EXPECT_EQ(hello_with([](auto &h) { h.version_min = h.version_max = 0; }), MN_WIRE_BAD_VERSION);
    EXPECT_EQ(hello_with([](auto &h) { h.features = 1; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 2; h.features = 0x80; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 2; h.features = MN_FEATURE_COMPARE; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 3; h.features = MN_FEATURE_NEEDS_FULL; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 3; h.features = MN_FEATURE_RENEW; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 4; h.features = 0x80; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 4; h.features = MN_FEATURE_COPIES; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.version_max = 5; h.features = MN_FEATURE_COPIES_4; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.flags = MN_HELLO_F_ALL + 1; }), MN_WIRE_BAD_FLAGS);
    EXPECT_EQ(hello_with([](auto &h) { h.reserved[6] = 1; }), MN_WIRE_BAD_RESERVED);
}

TEST_F(WirePayload, HelloValuesAreKnown)
{
    EXPECT_EQ(hello_with([](auto &h) { h.role = 3; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.data_state = 4; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { std::memset(h.volume_uuid, 0, 16); }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { std::memset(h.node_uuid, 0, 16); }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { std::memset(h.peer_uuid, 0, 16); }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.block_shift = 12; }), MN_WIRE_BAD_PAYLOAD);
}

TEST_F(WirePayload, HelloStreamIsPossible)
{
    EXPECT_EQ(hello_with([](auto &h) { h.stream = 7; h.applied = h.sequence = 5; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.stream = 7; h.applied = 6; h.sequence = 5; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.sequence = 5; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.applied = h.sequence = 5; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.fresh = 0; }), MN_WIRE_BAD_PAYLOAD);
}

TEST_F(WirePayload, HelloSizesArePossible)
{
    EXPECT_EQ(hello_with([](auto &h) { h.sectors = MN_VOLUME_SECTORS_MAX; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.sector_size = 512; h.sectors = 1; }), MN_WIRE_OK);
    EXPECT_EQ(hello_with([](auto &h) { h.sectors = MN_VOLUME_SECTORS_MAX + 8; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.sectors = 0; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.sectors = 1001; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.sector_size = 0; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.sector_size = 256; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(hello_with([](auto &h) { h.sector_size = 520; }), MN_WIRE_BAD_PAYLOAD);
}

TEST_F(WirePayload, VerdictIsChecked)
{
    mn_wire_verdict verdict{};

    EXPECT_EQ(mn_wire_check_verdict(&verdict, sizeof(verdict) - 8), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(verdict_with([](auto &) {}), MN_WIRE_OK);
    EXPECT_EQ(verdict_with([](auto &v) { v.kind = __MN_VERDICT_MAX; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(verdict_with([](auto &v) { v.reason = __MN_REASON_MAX; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(verdict_with([](auto &v) { v.reserved[0] = 1; }), MN_WIRE_BAD_RESERVED);
}

TEST_F(WirePayload, VerdictToGoOnNamesItsSource)
{
    for (u8 kind = 0; kind < __MN_VERDICT_MAX; kind++) {
        bool needs_source = kind == MN_VERDICT_PARTIAL || kind == MN_VERDICT_FULL || kind == MN_VERDICT_RESUME;

        EXPECT_EQ(verdict_with([&](auto &v) {
            v.kind = kind;
            std::memset(v.source_uuid, 0, MN_UUID_LEN);
        }), needs_source ? MN_WIRE_BAD_PAYLOAD : MN_WIRE_OK) << "verdict " << int(kind);
    }
}

TEST_F(WirePayload, SyncBeginIsChecked)
{
    auto begin_with = [](auto spoil) {
        mn_wire_sync_begin begin{};

        begin.generation = 1ull << 63;
        spoil(begin);
        return mn_wire_check_sync_begin(&begin, sizeof(begin));
    };
    mn_wire_sync_begin begin{};

    EXPECT_EQ(mn_wire_check_sync_begin(&begin, 8), MN_WIRE_BAD_LENGTH);
    EXPECT_EQ(begin_with([](auto &) {}), MN_WIRE_OK);
    EXPECT_EQ(begin_with([](auto &b) { b.full = 1; }), MN_WIRE_OK);
    EXPECT_EQ(begin_with([](auto &b) { b.full = 2; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(begin_with([](auto &b) { b.generation = 0; }), MN_WIRE_BAD_PAYLOAD);
    EXPECT_EQ(begin_with([](auto &b) { b.reserved[6] = 1; }), MN_WIRE_BAD_RESERVED);
}

TEST_F(WirePayload, GenerationIsNeverZero)
{
    mn_wire_generation generation{1ull << 63};

    EXPECT_EQ(mn_wire_check_generation(&generation, 8), MN_WIRE_OK);
    EXPECT_EQ(mn_wire_check_generation(&generation, 16), MN_WIRE_BAD_LENGTH);
    generation.generation = 0;
    EXPECT_EQ(mn_wire_check_generation(&generation, 8), MN_WIRE_BAD_PAYLOAD);
}

// Before: applied 10, stable 5; sent up to 20.
TEST_F(WirePayload, WatermarksOnlyGoForward)
{
    EXPECT_EQ(ack(10, 5), MN_WIRE_OK);
    EXPECT_EQ(ack(20, 20), MN_WIRE_OK);
    EXPECT_EQ(ack(15, 15), MN_WIRE_OK);
    EXPECT_EQ(ack(9, 5), MN_WIRE_BAD_SEQUENCE);
    EXPECT_EQ(ack(10, 4), MN_WIRE_BAD_SEQUENCE);
    EXPECT_EQ(ack(10, 11), MN_WIRE_BAD_SEQUENCE);
    EXPECT_EQ(ack(21, 5), MN_WIRE_BAD_SEQUENCE);
    EXPECT_EQ(ack(~0ull, ~0ull), MN_WIRE_BAD_SEQUENCE);
}

TEST_F(WirePayload, AckLengthIsExact)
{
    mn_wire_ack ack{10, 5};

    EXPECT_EQ(mn_wire_check_ack(&ack, 8, 0, 0, 20), MN_WIRE_BAD_LENGTH);
}

}  // namespace kcore
