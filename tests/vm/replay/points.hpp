// SPDX-License-Identifier: GPL-2.0-or-later
// Which moments of a history are tried, and what a crash at one of them leaves.
#pragma once

#include "disk.hpp"

namespace replay {

// `count` points not before `from`, in order: half of them where a FLUSH or FUA has just ended or is
// about to, the rest anywhere; the first is `from`, the last one the end. count 0: the end of every
// FLUSH and FUA of the data device.
std::vector<Point> choose_points(const History &history, Point from, std::size_t count, std::uint64_t seed);

// Both disks after a crash: what is to be laid over what is durable.
struct Crash {
    std::array<std::vector<Piece>, devices> pieces;
    std::string story;  // for people
};

// The disks are at the point.
Crash make_crash(const History &history, const std::array<Disk, devices> &disks, std::uint64_t seed);

}  // namespace replay
