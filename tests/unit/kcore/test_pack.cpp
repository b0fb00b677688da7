// SPDX-License-Identifier: GPL-2.0-or-later
// A packed payload: its table, levels and flags, and whether to try at all.
#include "kcore.hpp"

#include <asm/byteorder.h>

#include <vector>

namespace kcore {

constexpr u32 chunk = 65536;

class Pack : public Test {
protected:
    // A table of these lengths, for a payload of so many bytes.
    bool read(std::vector<u32> table, u32 packed, u32 data)
    {
        std::vector<__le32> raw;
        for (u32 length : table)
            raw.push_back(cpu_to_le32(length));
        EXPECT_EQ(raw.size() * 4, mn_pack_table_bytes(data));
        return mn_pack_read_table(raw.data(), packed, data, lengths_);
    }

    u32 lengths_[MN_PACK_CHUNKS] = {};
};

TEST_F(Pack, LevelsGoFromFastToSmall)
{
    EXPECT_EQ(mn_pack_level(0).method, MN_PACK_NONE);
    for (u32 level = 1; level <= 3; level++)
        EXPECT_EQ(mn_pack_level(level).method, MN_PACK_LZ4);
    for (u32 level = 4; level <= 9; level++)
        EXPECT_EQ(mn_pack_level(level).method, MN_PACK_ZSTD);
    for (u32 level = 5; level <= 9; level++)
        EXPECT_GT(mn_pack_level(level).strength, mn_pack_level(level - 1).strength);
    EXPECT_LT(mn_pack_level(3).strength, mn_pack_level(2).strength);
    EXPECT_EQ(mn_pack_level(10).method, MN_PACK_NONE);
    EXPECT_EQ(mn_pack_level(~0u).method, MN_PACK_NONE);
}

TEST_F(Pack, FlagsNameTheMethod)
{
    for (u8 method : {MN_PACK_NONE, MN_PACK_LZ4, MN_PACK_ZSTD})
        EXPECT_EQ(mn_pack_method(mn_pack_flag(method)), method);
    EXPECT_EQ(mn_pack_flag(MN_PACK_NONE), 0);
    EXPECT_EQ(mn_pack_flag(MN_PACK_LZ4) | mn_pack_flag(MN_PACK_ZSTD), MN_FRAME_F_PACKED);
}

TEST_F(Pack, ChunksAddUpToTheData)
{
    for (u32 data : {512u, 4096u, chunk - 512, chunk, chunk + 512, 3 * chunk, (1u << 20) - 512, 1u << 20}) {
        u32 sum = 0;
        for (u32 i = 0; i < mn_pack_chunks(data); i++) {
            EXPECT_GT(mn_pack_chunk_data(data, i), 0u);
            EXPECT_LE(mn_pack_chunk_data(data, i), chunk);
            sum += mn_pack_chunk_data(data, i);
        }
        EXPECT_EQ(sum, data);
        EXPECT_LE(mn_pack_chunks(data), u32{MN_PACK_CHUNKS});
        EXPECT_LE(mn_pack_table_bytes(data), MN_PACK_TABLE_MAX);
        EXPECT_LT(mn_pack_worth(data), data);
    }
}

TEST_F(Pack, OneChunkHasNoTable)
{
    EXPECT_TRUE(read({}, 100, 4096));
    EXPECT_EQ(lengths_[0], 100u);
    EXPECT_TRUE(read({}, 1, chunk));
    EXPECT_FALSE(read({}, 0, chunk));
    EXPECT_FALSE(read({}, 4097, 4096));
}

TEST_F(Pack, TheLastChunkIsWhatRemains)
{
    EXPECT_TRUE(read({1000, chunk}, 8 + 1000 + chunk + 500, 2 * chunk + 512));
    EXPECT_EQ(lengths_[0], 1000u);
    EXPECT_EQ(lengths_[1], chunk);
    EXPECT_EQ(lengths_[2], 500u);
}

TEST_F(Pack, LiesAreFound)
{
    EXPECT_FALSE(read({1000}, 4, 2 * chunk));                     // the table alone
    EXPECT_FALSE(read({1000}, 4 + 1000, 2 * chunk));              // nothing for the last
    EXPECT_FALSE(read({1000}, 4 + 999, 2 * chunk));               // less than named
    EXPECT_FALSE(read({0}, 4 + 1000, 2 * chunk));                 // an empty one
    EXPECT_FALSE(read({chunk + 1}, 4 + chunk + 100, 2 * chunk));  // longer than its data
    EXPECT_FALSE(read({~0u}, 4 + 1000, 2 * chunk));
    EXPECT_FALSE(read({1000}, 4 + 1000 + 513, chunk + 512));      // the last longer than its data
}

TEST_F(Pack, FailuresMakeItRare)
{
    mn_pack_luck luck{};
    u32 tries = 0;

    for (int i = 0; i < 10'000; i++) {
        if (!mn_pack_try(&luck))
            continue;
        tries++;
        mn_pack_tried(&luck, false);
    }
    EXPECT_GE(tries, 10'000u / 65);
    EXPECT_LE(tries, 10'000u / 65 + 8);
}

TEST_F(Pack, ASuccessMakesItNormalAgain)
{
    mn_pack_luck luck{};
    int waited = 0;

    for (int i = 0; i < 1000; i++)
        if (mn_pack_try(&luck))
            mn_pack_tried(&luck, false);
    while (!mn_pack_try(&luck))
        waited++;
    EXPECT_LE(waited, 64);
    mn_pack_tried(&luck, true);
    for (int i = 0; i < 100; i++) {
        EXPECT_TRUE(mn_pack_try(&luck));
        mn_pack_tried(&luck, true);
    }
    EXPECT_TRUE(mn_pack_try(&luck));
    mn_pack_tried(&luck, false);
    EXPECT_FALSE(mn_pack_try(&luck));
    EXPECT_TRUE(mn_pack_try(&luck));
}

}  // namespace kcore
