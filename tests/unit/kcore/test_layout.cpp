// SPDX-License-Identifier: GPL-2.0-or-later
// Where the areas lie, which copy counts, pages, names.
#include "kcore.hpp"

#include <cstring>
#include <string>
#include <vector>

namespace kcore {

class Layout : public Test {
protected:
    Random random_{2};

    static mn_layout of(u64 sectors, u32 page_bytes, u8 region_shift)
    {
        mn_layout layout{};

        EXPECT_TRUE(mn_layout_compute(sectors, page_bytes, region_shift, &layout));
        return layout;
    }
};

// 1 TiB, 512-byte pages, 1 MiB regions: worked out by hand.
TEST_F(Layout, OneTebibyte)
{
    mn_layout layout = of(1ull << 31, 512, 20);

    EXPECT_EQ(layout.page_bits, 3840u);
    EXPECT_EQ(layout.blocks, 1u << 24);
    EXPECT_EQ(layout.regions, 1u << 20);
    EXPECT_EQ(layout.intent_start, 8192u);
    EXPECT_EQ(layout.intent_pages, 274u);
    EXPECT_EQ(layout.bitmap_pages, 4370u);
    EXPECT_EQ(layout.bitmap_start[0], 8192u + 143360u);
    EXPECT_EQ(layout.bitmap_start[1], layout.bitmap_start[0] + 2240512u);
    EXPECT_EQ(layout.total_bytes, layout.bitmap_start[0] + 16 * 2240512u);
}

TEST_F(Layout, SmallestAndLargest)
{
    mn_layout smallest = of(1, 4096, 26);
    mn_layout largest = of(MN_VOLUME_SECTORS_MAX, 512, 16);

    EXPECT_EQ(smallest.blocks, 1u);
    EXPECT_EQ(smallest.regions, 1u);
    EXPECT_EQ(smallest.total_bytes, 8192u + 17 * 4096u);
    EXPECT_EQ(largest.blocks, 1ull << 34);
    EXPECT_EQ(largest.regions, 1ull << 34);
    EXPECT_EQ(largest.intent_pages, 4473925u);
}

TEST_F(Layout, WhatIsOutOfRangeIsRefused)
{
    mn_layout layout;

    EXPECT_FALSE(mn_layout_compute(0, 512, 20, &layout));
    EXPECT_FALSE(mn_layout_compute(MN_VOLUME_SECTORS_MAX + 1, 512, 20, &layout));
    EXPECT_FALSE(mn_layout_compute(8, 512, 15, &layout));
    EXPECT_FALSE(mn_layout_compute(8, 512, 27, &layout));
    for (u32 page_bytes : {0u, 1u, 32u, 256u, 513u, 1536u, 8192u, 65536u, ~0u})
        EXPECT_FALSE(mn_layout_compute(8, page_bytes, 20, &layout)) << page_bytes;
}

// Every bit has its place, areas are aligned, in order and do not overlap.
TEST_F(Layout, AreasHoldTheirBitsAndDoNotOverlap)
{
    for (int i = 0; i < 20000; i++) {
        u64 sectors = random_.range(1, 1ull << random_.range(1, 41));
        u32 page_bytes = 512u << random_.range(0, 3);
        u8 shift = static_cast<u8>(random_.range(16, 26));
        mn_layout layout = of(sectors, page_bytes, shift);
        std::vector<std::pair<u64, u64>> areas{{0, 8192}, {layout.intent_start, layout.intent_pages}};

        for (u64 start : layout.bitmap_start)
            areas.emplace_back(start, layout.bitmap_pages);
        for (u64 start : layout.unsent_start)
            areas.emplace_back(start, layout.bitmap_pages);
        areas.emplace_back(layout.total_bytes, 0);
        for (std::size_t at = 1; at < areas.size(); at++) {
            u64 bytes = at == 1 ? 8192 : areas[at - 1].second * page_bytes;

            ASSERT_EQ(areas[at].first % 4096, 0u);
            ASSERT_GE(areas[at].first, areas[at - 1].first + bytes);
            ASSERT_LT(areas[at].first, areas[at - 1].first + bytes + 4096);
        }
        ASSERT_EQ(layout.blocks, (sectors + 127) / 128);
        ASSERT_EQ(layout.regions, (sectors * 512 + (1ull << shift) - 1) >> shift);
        u64 first, last, region = random_.range(0, layout.regions - 1);
        mn_layout_region_blocks(&layout, region, &first, &last);
        ASSERT_EQ(first, region << (shift - MN_BLOCK_SHIFT));
        ASSERT_EQ(last, std::min(first + (1u << (shift - MN_BLOCK_SHIFT)), layout.blocks) - 1);
        ASSERT_EQ(region == layout.regions - 1, last == layout.blocks - 1);
        ASSERT_GE(u64{layout.intent_pages} * layout.page_bits, layout.regions);
        ASSERT_LT(u64{layout.intent_pages - 1} * layout.page_bits, layout.regions);
        ASSERT_GE(u64{layout.bitmap_pages} * layout.page_bits, layout.blocks);
        ASSERT_LT(u64{layout.bitmap_pages - 1} * layout.page_bits, layout.blocks);
    }
}

// A copy which was read as whole but not understood may be the younger one.
TEST_F(Layout, ChoosesTheYoungerGoodCopy)
{
    auto ok = MN_SUPER_OK;

    EXPECT_EQ(mn_super_choose(ok, 7, ok, 6), 0);
    EXPECT_EQ(mn_super_choose(ok, 7, ok, 8), 1);
    EXPECT_EQ(mn_super_choose(ok, 7, ok, 7), 0);
    EXPECT_EQ(mn_super_choose(ok, 0, ok, ~0ull), 1);
    for (auto torn : {MN_SUPER_NO_MAGIC, MN_SUPER_BAD_CRC}) {
        EXPECT_EQ(mn_super_choose(ok, 1, torn, 9), 0);
        EXPECT_EQ(mn_super_choose(torn, 9, ok, 1), 1);
    }
    for (auto strange : {MN_SUPER_NEWER_VERSION, MN_SUPER_BAD_VALUE}) {
        EXPECT_EQ(mn_super_choose(ok, 9, strange, 1), -1);
        EXPECT_EQ(mn_super_choose(strange, 1, ok, 9), -1);
    }
    for (int a = MN_SUPER_NO_MAGIC; a < __MN_SUPER_ERROR_MAX; a++)
        for (int b = MN_SUPER_NO_MAGIC; b < __MN_SUPER_ERROR_MAX; b++)
            EXPECT_EQ(mn_super_choose(static_cast<mn_super_error>(a), 1, static_cast<mn_super_error>(b), 2), -1);
}

TEST_F(Layout, PagesKnowThemselves)
{
    std::vector<u8> bytes(512);
    u8 uuid[MN_UUID_LEN], other[MN_UUID_LEN];
    auto *page = reinterpret_cast<mn_disk_page *>(bytes.data());
    auto check = [&](const u8 *volume, u8 kind, u8 slot, u32 index) {
        return mn_page_check(page, 512, volume, kind, slot, index);
    };

    random_.fill(bytes.data(), bytes.size());
    random_.fill(uuid, sizeof(uuid));
    random_.fill(other, sizeof(other));
    mn_page_seal(page, 512, uuid, MN_PAGE_BITMAP, 3, 70000);
    EXPECT_TRUE(check(uuid, MN_PAGE_BITMAP, 3, 70000));
    EXPECT_FALSE(check(other, MN_PAGE_BITMAP, 3, 70000));
    EXPECT_FALSE(check(uuid, MN_PAGE_UNSENT, 3, 70000));
    EXPECT_FALSE(check(uuid, MN_PAGE_BITMAP, 2, 70000));
    EXPECT_FALSE(check(uuid, MN_PAGE_BITMAP, 3, 70000 - 65536));
    for (std::size_t bit = 0; bit < bytes.size() * 8; bit++) {
        bytes[bit / 8] ^= 1 << bit % 8;
        ASSERT_FALSE(check(uuid, MN_PAGE_BITMAP, 3, 70000)) << "bit " << bit;
        bytes[bit / 8] ^= 1 << bit % 8;
    }
}

TEST_F(Layout, SealingLeavesTheBitsAlone)
{
    for (u32 page_bytes : {512u, 1024u, 2048u, 4096u}) {
        std::vector<u8> bytes(page_bytes);
        u8 uuid[MN_UUID_LEN]{1};

        random_.fill(bytes.data(), bytes.size());
        std::vector<u8> before = bytes;
        mn_page_seal(reinterpret_cast<mn_disk_page *>(bytes.data()), page_bytes, uuid, MN_PAGE_INTENT, 0, 1);
        EXPECT_TRUE(std::equal(bytes.begin() + 32, bytes.end(), before.begin() + 32));
        EXPECT_TRUE(mn_page_check(reinterpret_cast<mn_disk_page *>(bytes.data()), page_bytes, uuid,
                                  MN_PAGE_INTENT, 0, 1));
    }
}

TEST_F(Layout, Names)
{
    for (const char *good : {"a", "Z", "0", "db", "db.1", "a-b_c.d", "9-"})
        EXPECT_TRUE(mn_name_valid(good)) << good;
    for (const char *bad : {"", ".", "-a", "_a", "a b", "a/b", "a\n", "\xc3\xa4", "a\x80", "a:b", "a@b"})
        EXPECT_FALSE(mn_name_valid(bad)) << bad;
    EXPECT_TRUE(mn_name_valid(std::string(64, 'x').c_str()));
    EXPECT_FALSE(mn_name_valid(std::string(65, 'x').c_str()));
}

}  // namespace kcore
