// SPDX-License-Identifier: GPL-2.0-or-later
// A disk with a volatile cache, as of some point of a history: what must be on it, and what a
// crash may have left of the rest (docs/crash-consistency.md).
#pragma once

#include "history.hpp"

#include <random>

namespace replay {

using Random = std::mt19937_64;

// A part of a write, `sectors` of it from `first` on.
struct Piece {
    std::uint32_t write;
    std::uint64_t first;
    std::uint64_t sectors;
};

// What a crash keeps of the writes that are not settled.
enum class Keep { nothing, everything, some_writes, some_units };

class Disk {
public:
    // image: before the first event. unit: sectors that are not torn apart.
    Disk(const History &history, Device device, std::vector<std::byte> image, std::uint32_t unit);

    // Only forward. Returns the writes that became durable, in no order.
    std::vector<std::uint32_t> advance(Point to);

    Point at() const { return at_; }
    Bytes image() const { return image_; }
    // Writes that have begun and are not durable, in the order in which they began.
    const std::vector<std::uint32_t> &unsettled() const { return unsettled_; }

    // In the order in which they are to be laid over the image.
    std::vector<Piece> crash(Keep keep, Random &random) const;

    // The image with pieces over it, while it lives. Not to be advanced meanwhile.
    class Overlay {
    public:
        Overlay(Disk &disk, const std::vector<Piece> &pieces);
        ~Overlay();
        Overlay(const Overlay &) = delete;
        Overlay &operator=(const Overlay &) = delete;

    private:
        Disk &disk_;
        std::vector<std::pair<std::uint64_t, std::vector<std::byte>>> before_;
    };

private:
    void queue(std::uint32_t index);
    void end(std::uint32_t index, std::vector<std::uint32_t> &settled);
    void settle(std::uint32_t index);
    bool may_show(const Write &write, std::uint64_t sector) const;
    void keep_range(std::vector<Piece> &pieces, std::uint32_t index, std::uint64_t first, std::uint64_t last) const;
    void keep_units(std::vector<Piece> &pieces, std::uint32_t index, unsigned int percent, Random &random) const;
    std::vector<std::uint32_t> in_order_of_end() const;

    const History &history_;
    Device device_;
    std::uint32_t unit_;
    Point at_ = 0;
    std::vector<std::byte> image_;
    std::vector<std::uint32_t> durable_;  // per sector: the write that it shows, or never
    std::vector<std::uint32_t> unsettled_;
};

// The pieces' bytes in the image.
void lay(const History &history, const std::vector<Piece> &pieces, std::span<std::byte> image);

}  // namespace replay
