// SPDX-License-Identifier: GPL-2.0-or-later
#include "disk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace replay {

Disk::Disk(const History &history, Device device, std::vector<std::byte> image, std::uint32_t unit)
    : history_(history), device_(device), unit_(unit), image_(std::move(image)),
      durable_(image_.size() / sector_bytes, never)
{
    for (const Write &write : history.writes)
        if (write.device == device && (write.sector > durable_.size() || write.sectors > durable_.size() - write.sector))
            throw Bad(fmt::format("a write of sectors {} + {} is beyond the end of the disk", write.sector,
                                  write.sectors));
}

std::vector<std::uint32_t> Disk::advance(Point to)
{
    std::vector<std::uint32_t> settled;

    for (; at_ < to; at_++) {
        const Event &event = history_.events[at_];

        if (history_.writes[event.write].device != device_)
            continue;
        if (event.end)
            end(event.write, settled);
        else
            queue(event.write);
    }
    return settled;
}

void Disk::queue(std::uint32_t index)
{
    if (history_.writes[index].sectors)
        unsettled_.push_back(index);
}

// A flush makes durable what had ended before it began, FUA the write itself.
void Disk::end(std::uint32_t index, std::vector<std::uint32_t> &settled)
{
    const Write &ended = history_.writes[index];
    auto stays = [&](std::uint32_t other) {
        const Write &write = history_.writes[other];
        return other == index ? !ended.fua : !(ended.preflush && write.ended < ended.queued);
    };
    auto rest = std::stable_partition(unsettled_.begin(), unsettled_.end(), stays);

    std::sort(rest, unsettled_.end(),
              [&](auto a, auto b) { return history_.writes[a].ended < history_.writes[b].ended; });
    for (auto at = rest; at != unsettled_.end(); ++at) {
        settle(*at);
        settled.push_back(*at);
    }
    unsettled_.erase(rest, unsettled_.end());
}

// What ended later shows; of two at the same time either may.
void Disk::settle(std::uint32_t index)
{
    const Write &write = history_.writes[index];

    for (std::uint64_t i = 0; i < write.sectors; i++) {
        std::uint32_t &shown = durable_[write.sector + i];

        if (shown != never && history_.writes[shown].ended > write.ended)
            continue;
        shown = index;
        std::memcpy(&image_[(write.sector + i) * sector_bytes], &write.content[i * sector_bytes], sector_bytes);
    }
}

// Not where a durable write began after this one had ended: a disk does not go back.
bool Disk::may_show(const Write &write, std::uint64_t sector) const
{
    std::uint32_t shown = durable_[sector];

    return shown == never || write.ended >= history_.writes[shown].queued;
}

void Disk::keep_range(std::vector<Piece> &pieces, std::uint32_t index, std::uint64_t first, std::uint64_t last) const
{
    const Write &write = history_.writes[index];

    for (std::uint64_t sector = first; sector < last; sector++) {
        if (!may_show(write, sector))
            continue;
        if (!pieces.empty() && pieces.back().write == index &&
            write.sector + pieces.back().first + pieces.back().sectors == sector)
            pieces.back().sectors++;
        else
            pieces.push_back({index, sector - write.sector, 1});
    }
}

void Disk::keep_units(std::vector<Piece> &pieces, std::uint32_t index, unsigned int percent, Random &random) const
{
    const Write &write = history_.writes[index];
    std::uint64_t end = write.sector + write.sectors;

    for (std::uint64_t sector = write.sector, next; sector < end; sector = next) {
        next = std::min((sector / unit_ + 1) * unit_, end);
        if (random() % 100 < percent)
            keep_range(pieces, index, sector, next);
    }
}

std::vector<std::uint32_t> Disk::in_order_of_end() const
{
    std::vector<std::uint32_t> order = unsettled_;

    std::ranges::sort(order, {}, [&](auto index) { return history_.writes[index].ended; });
    return order;
}

// The data of a write with PREFLUSH is sent to the disk when the flush has ended: where any of it
// is there, so is all that had ended before it began.
std::vector<Piece> Disk::crash(Keep keep, Random &random) const
{
    unsigned int percent = keep == Keep::nothing ? 0 : keep == Keep::everything ? 100 : 5 + random() % 91;
    std::vector<std::vector<Piece>> kept;
    std::vector<std::uint32_t> order = in_order_of_end();
    Point flushed = 0;

    for (std::uint32_t index : order) {
        const Write &write = history_.writes[index];
        auto &pieces = kept.emplace_back();

        if (keep == Keep::some_units)
            keep_units(pieces, index, percent, random);
        else if (random() % 100 < percent)
            keep_range(pieces, index, write.sector, write.sector + write.sectors);
        if (write.preflush && !pieces.empty())
            flushed = std::max(flushed, write.queued);
    }
    std::vector<Piece> all;
    for (std::size_t i = 0; i < order.size(); i++) {
        const Write &write = history_.writes[order[i]];

        if (write.ended < flushed) {
            kept[i].clear();
            keep_range(kept[i], order[i], write.sector, write.sector + write.sectors);
        }
        all.insert(all.end(), kept[i].begin(), kept[i].end());
    }
    return all;
}

Disk::Overlay::Overlay(Disk &disk, const std::vector<Piece> &pieces) : disk_(disk)
{
    for (const Piece &piece : pieces) {
        const Write &write = disk.history_.writes[piece.write];
        auto start = disk.image_.begin() + static_cast<std::ptrdiff_t>((write.sector + piece.first) * sector_bytes);

        before_.emplace_back(start - disk.image_.begin(),
                             std::vector<std::byte>(start, start + static_cast<std::ptrdiff_t>(piece.sectors * sector_bytes)));
        lay(disk.history_, {piece}, disk.image_);
    }
}

Disk::Overlay::~Overlay()
{
    for (auto at = before_.rbegin(); at != before_.rend(); ++at)
        std::ranges::copy(at->second, disk_.image_.begin() + static_cast<std::ptrdiff_t>(at->first));
}

void lay(const History &history, const std::vector<Piece> &pieces, std::span<std::byte> image)
{
    for (const Piece &piece : pieces) {
        const Write &write = history.writes[piece.write];

        std::memcpy(&image[(write.sector + piece.first) * sector_bytes], &write.content[piece.first * sector_bytes],
                    piece.sectors * sector_bytes);
    }
}

}  // namespace replay
