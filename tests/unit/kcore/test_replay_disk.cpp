// SPDX-License-Identifier: GPL-2.0-or-later
// Which states a crash may leave, by hand and against the definition.
#include "kcore.hpp"
#include "points.hpp"
#include "recorded.hpp"

#include <algorithm>
#include <set>

namespace kcore {

using namespace replay;

namespace {

std::string shown(Bytes image)
{
    std::string text;

    for (std::size_t at = 0; at < image.size(); at += sector_bytes)
        text += image[at] == std::byte{} ? '.' : static_cast<char>(image[at]);
    return text;
}

class Crashes : public testing::Test {
protected:
    static constexpr std::uint64_t disk_sectors = 4;

    std::uint32_t write(std::uint64_t sector, char letter, std::uint64_t sectors = 1, int flags = 0)
    {
        return made_.write(data_device, sector, letters(letter, sectors), flags);
    }
    std::uint32_t begin(std::uint64_t sector, char letter, std::uint64_t sectors = 1, int flags = 0)
    {
        return made_.begin(data_device, sector, letters(letter, sectors), flags);
    }

    // Every state that comes out of many crashes at the end.
    std::set<std::string> states(std::uint32_t unit = 1)
    {
        Disk disk(made_.history, data_device, std::vector<std::byte>(disk_sectors * sector_bytes), unit);
        replay::Random random(1);
        std::set<std::string> found;

        disk.advance(made_.history.length());
        std::string durable = shown(disk.image());
        for (int round = 0; round < 400; round++) {
            Keep keep = static_cast<Keep>(round % 4);
            Disk::Overlay overlay(disk, disk.crash(keep, random));
            found.insert(shown(disk.image()));
        }
        EXPECT_EQ(shown(disk.image()), durable) << "the overlay is taken off";
        return found;
    }

    using Set = std::set<std::string>;
    Recording made_;
};

}  // namespace

TEST_F(Crashes, PlainWritesAreInAnySubset)
{
    write(0, 'a');
    write(1, 'b');
    EXPECT_EQ(states(), (Set{"....", "a...", ".b..", "ab.."}));
}

TEST_F(Crashes, FlushCoversWhatHadEndedBeforeItBegan)
{
    write(0, 'a');
    auto open = begin(1, 'b');
    auto flush = made_.begin(data_device, 0, {}, Recording::preflush);
    made_.end(open);
    made_.end(flush);
    EXPECT_EQ(states(), (Set{"a...", "ab.."}));
}

TEST_F(Crashes, FlushThatHasNotEndedCoversNothing)
{
    write(0, 'a');
    made_.begin(data_device, 0, {}, Recording::preflush);
    EXPECT_EQ(states(), (Set{"....", "a..."}));
}

TEST_F(Crashes, FlushOfTheOtherDeviceIsNotOurs)
{
    write(0, 'a');
    made_.flush(meta_device);
    EXPECT_EQ(states(), (Set{"....", "a..."}));
}

TEST_F(Crashes, FuaIsThereItselfAndNothingElse)
{
    write(0, 'a');
    write(1, 'b', 1, Recording::fua);
    EXPECT_EQ(states(), (Set{".b..", "ab.."}));
}

TEST_F(Crashes, AnyVersionSinceTheDurableOne)
{
    write(0, 'a', 1, Recording::fua);
    write(0, 'b');
    write(0, 'c');
    EXPECT_EQ(states(), (Set{"a...", "b...", "c..."}));
}

TEST_F(Crashes, OlderThanTheDurableOneNeverComesBack)
{
    write(0, 'a');
    write(0, 'b', 1, Recording::fua);
    EXPECT_EQ(states(), (Set{"b..."}));
    made_.flush(data_device);
    EXPECT_EQ(states(), (Set{"b..."}));
}

TEST_F(Crashes, LongWritesTearAtTheUnit)
{
    begin(0, 'a', 4);
    EXPECT_EQ(states(2), (Set{"....", "aa..", "..aa", "aaaa"}));
    EXPECT_EQ(states(4), (Set{"....", "aaaa"}));
    EXPECT_EQ(states(1).size(), 16u);
}

TEST_F(Crashes, DataOfAPreflushComesAfterTheFlush)
{
    write(0, 'a');
    write(1, 'b');
    begin(2, 's', 1, Recording::preflush | Recording::fua);
    EXPECT_EQ(states(), (Set{"....", "a...", ".b..", "ab..", "abs."}));
}

TEST_F(Crashes, WhatIsBeyondTheDiskIsRefused)
{
    write(3, 'a', 2);
    EXPECT_THROW(states(), Bad);
}

// Random histories: whatever crash() gives must be legal as the page of the manual defines it.
TEST(RandomCrashes, AreLegal)
{
    kcore::Random random(77);

    for (int round = 0; round < 300; round++) {
        Recording made;
        std::vector<std::uint32_t> open;

        for (int step = 0; step < 60; step++) {
            if (!open.empty() && random.one_in(2)) {
                std::size_t which = random.range(0, open.size() - 1);
                made.end(open[which]);
                open.erase(open.begin() + static_cast<std::ptrdiff_t>(which));
            } else if (random.one_in(5)) {
                open.push_back(made.begin(data_device, 0, {}, Recording::preflush));
            } else {
                open.push_back(made.begin(data_device, random.range(0, 6),
                                          letters(static_cast<char>('A' + step), random.range(1, 2)),
                                          random.one_in(4) ? Recording::fua : Recording::plain));
            }
        }
        for (std::uint32_t write : open)
            made.end(write);

        const History &history = made.history;
        auto point = static_cast<Point>(random.range(0, history.length()));
        Disk disk(history, data_device, std::vector<std::byte>(8 * sector_bytes), 1);
        replay::Random choice(random.any());
        disk.advance(point);
        Disk::Overlay overlay(disk, disk.crash(static_cast<Keep>(round % 4), choice));

        auto durable = [&](const Write &write) {
            if (write.ended >= point)
                return false;
            return write.fua || std::ranges::any_of(history.writes, [&](const Write &flush) {
                       return flush.preflush && write.ended < flush.queued && flush.ended < point;
                   });
        };
        for (std::uint64_t sector = 0; sector < 8; sector++) {
            char letter = shown(disk.image())[sector];
            const Write *from = nullptr;
            for (const Write &write : history.writes)
                if (write.sectors && write.content[0] == std::byte(letter))
                    from = &write;
            ASSERT_TRUE(letter == '.' || (from && from->queued < point)) << "from the future";
            for (const Write &write : history.writes)
                if (sector >= write.sector && sector < write.sector + write.sectors && durable(write)) {
                    ASSERT_TRUE(from) << "a durable write is lost";
                    EXPECT_GE(from->ended, write.queued) << "older than what is durable";
                }
        }
    }
}

TEST_F(Crashes, PointsAreTheSameForTheSameSeed)
{
    for (int i = 0; i < 50; i++) {
        write(0, 'a');
        made_.flush(i % 2 ? data_device : meta_device);
    }
    auto points = choose_points(made_.history, 20, 30, 5);

    EXPECT_EQ(points, choose_points(made_.history, 20, 30, 5));
    EXPECT_NE(points, choose_points(made_.history, 20, 30, 6));
    EXPECT_EQ(points.size(), 30u);
    EXPECT_EQ(points.front(), 20u);
    EXPECT_EQ(points.back(), made_.history.length());
    EXPECT_EQ(choose_points(made_.history, 0, 0, 1).size(), 26u);
    EXPECT_EQ(choose_points(made_.history, 190, 1000, 1).size(), 11u);
    EXPECT_EQ(choose_points(made_.history, 1000, 5, 1), std::vector<Point>{200});
}

}  // namespace kcore
