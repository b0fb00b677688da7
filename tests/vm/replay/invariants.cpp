// SPDX-License-Identifier: GPL-2.0-or-later
#include "invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace replay {

namespace {

constexpr std::uint64_t super_sectors = MN_SUPER_BYTES / sector_bytes;
constexpr std::size_t faults_shown = 10;
constexpr int random_states = 3;  // per change of the metadata, besides all and nothing

struct Decoded {
    mn_super_error error;
    mn_super super;
};

Decoded decode(Bytes bytes)
{
    mn_disk_super disk;
    Decoded decoded{};

    std::memcpy(&disk, bytes.data(), sizeof(disk));
    decoded.error = mn_super_decode(&disk, &decoded.super);
    return decoded;
}

bool all_zero(Bytes bytes)
{
    return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{}; });
}

bool is_super(const Write &write)
{
    return write.sector < 2 * super_sectors;
}

}  // namespace

Invariants::Invariants(const History &history, Disk &data, Disk &meta, Point lacking, std::uint64_t seed)
    : history_(history), data_(data), meta_(meta), lacking_(lacking), random_(seed)
{
    meta_changed();
}

void Invariants::fault(std::string text)
{
    if (counts_.faults++ < faults_shown)
        faults_.push_back(fmt::format("event {}: {}", data_.at(), text));
}

void Invariants::run()
{
    for (Point at = 0; at < history_.length(); at++) {
        const Event &event = history_.events[at];
        const Write &write = history_.writes[event.write];

        if (!event.end && write.sectors)
            write.device == data_device ? data_begins(write) : meta_begins(write);
        for (std::uint32_t index : data_.advance(at + 1))
            data_settled(history_.writes[index]);
        for (std::uint32_t index : meta_.advance(at + 1))
            meta_settled(history_.writes[index]);
        if (write.device == meta_device)
            meta_changed();
        counts_.points++;
    }
}

// ---- data ----

std::pair<std::uint64_t, std::uint64_t> Invariants::regions_of(const Write &write) const
{
    unsigned int shift = layout_.region_shift - 9;

    return {write.sector >> shift, (write.sector + write.sectors - 1) >> shift};
}

void Invariants::data_begins(const Write &write)
{
    counts_.data_writes++;
    if (!formatted_)
        return fault(fmt::format("I1: sectors {} + {} are written before there is metadata", write.sector,
                                 write.sectors));
    auto [first, last] = regions_of(write);
    for (std::uint64_t region = first; region <= last; region++) {
        if (!intents_[region])
            fault(fmt::format("I1: the write of sectors {} + {} begins while the intent of region {} is not durable",
                              write.sector, write.sectors, region));
        unstable_[region]++;
    }
    unstable_writes_++;
    if (may_be_clean_)
        fault(fmt::format("the write of sectors {} + {} begins while the superblock may say clean", write.sector,
                          write.sectors));
    if (data_.at() < lacking_)
        return;
    std::uint64_t block = write.sector >> (MN_BLOCK_SHIFT - 9);
    for (; block <= (write.sector + write.sectors - 1) >> (MN_BLOCK_SHIFT - 9); block++)
        lacked_[block] = true;
}

void Invariants::data_settled(const Write &write)
{
    if (!formatted_)
        return;
    auto [first, last] = regions_of(write);
    for (std::uint64_t region = first; region <= last; region++)
        unstable_[region]--;
    unstable_writes_--;
}

// ---- metadata: what is written ----

void Invariants::meta_begins(const Write &write)
{
    counts_.meta_writes++;
    if (!is_super(write))
        return pages_begin(write);
    if (write.sectors != super_sectors || write.sector % super_sectors || !write.fua || !write.preflush)
        return fault("a superblock is not written as a whole with PREFLUSH and FUA");
    Decoded decoded = decode(write.content);
    if (!decoded.error)
        super_begins(decoded.super);
    else if (sequence_ || !all_zero(write.content))
        fault(fmt::format("a superblock is written that cannot be read (error {})", int(decoded.error)));
}

void Invariants::super_begins(const mn_super &super)
{
    if (super.sequence != sequence_ + 1)
        fault(fmt::format("superblock {} is written after {}", super.sequence, sequence_));
    if (super.flags & MN_SUPER_F_CLEAN && unstable_writes_)
        fault(fmt::format("superblock {} says clean while {} writes are not flushed", super.sequence,
                          unstable_writes_));
}

// The areas follow each other; what a page is can be seen from where it lies.
void Invariants::pages_begin(const Write &write)
{
    for (std::uint64_t at = 0; at < write.content.size() && formatted_; at += layout_.page_bytes) {
        mn_disk_page page;
        auto *bytes = write.content.data() + at;
        std::uint64_t start;

        std::memcpy(&page, bytes, sizeof(page));
        if (page.slot >= MN_SLOTS)
            return fault("a page for a slot that cannot be");
        start = page.kind == MN_PAGE_INTENT ? layout_.intent_start :
                page.kind == MN_PAGE_BITMAP ? layout_.bitmap_start[page.slot] : layout_.unsent_start[page.slot];
        if (start + std::uint64_t{page.index} * layout_.page_bytes != write.sector * sector_bytes + at ||
            !mn_page_check(reinterpret_cast<const mn_disk_page *>(bytes), layout_.page_bytes, super_.volume_uuid,
                           page.kind, page.slot, page.index))
            fault(fmt::format("sector {} gets a page that is damaged or belongs elsewhere",
                              write.sector + at / sector_bytes));
    }
}

// ---- metadata: what is there ----

void Invariants::meta_settled(const Write &write)
{
    if (!is_super(write))
        return;
    Decoded decoded = decode(write.content);
    if (!decoded.error)
        sequence_ = std::max<std::uint64_t>(sequence_, decoded.super.sequence);
}

void Invariants::meta_changed()
{
    look_at_super();
    if (formatted_)
        look_at_bits();
    open_all();
}

std::optional<mn_super> Invariants::chosen() const
{
    Decoded copy[2] = {decode(meta_.image().first(MN_SUPER_BYTES)),
                       decode(meta_.image().subspan(MN_SUPER_BYTES, MN_SUPER_BYTES))};
    int which = mn_super_choose(copy[0].error, copy[0].super.sequence, copy[1].error, copy[1].super.sequence);

    return which < 0 ? std::optional<mn_super>{} : copy[which].super;
}

void Invariants::look_at_super()
{
    auto super = chosen();

    may_be_clean_ = !super || super->flags & MN_SUPER_F_CLEAN;
    for (std::uint32_t index : meta_.unsettled()) {
        const Write &write = history_.writes[index];

        if (is_super(write))
            may_be_clean_ |= bool(decode(write.content).super.flags & MN_SUPER_F_CLEAN);
    }
    if (!super)
        return;
    super_ = *super;
    sequence_ = std::max<std::uint64_t>(sequence_, super_.sequence);
    if (formatted_)
        return;
    formatted_ = mn_layout_compute(super_.sectors, super_.page_bytes, super_.region_shift, &layout_);
    unstable_.resize(layout_.regions);
    lacked_.resize(layout_.blocks);
}

// A damaged page counts as full when it is loaded.
void Invariants::keep_only(Bits &bits, std::uint32_t page, Bytes content, std::uint8_t kind, std::uint8_t slot) const
{
    std::uint64_t first = std::uint64_t{page} * layout_.page_bits;
    std::uint64_t end = std::min<std::uint64_t>(first + layout_.page_bits, bits.size());

    if (!mn_page_check(reinterpret_cast<const mn_disk_page *>(content.data()), layout_.page_bytes,
                       super_.volume_uuid, kind, slot, page))
        return;
    for (std::uint64_t bit = first; bit < end; bit++) {
        std::byte byte = content[sizeof(mn_disk_page) + (bit - first) / 8];
        if ((byte >> (bit - first) % 8 & std::byte{1}) == std::byte{})
            bits[bit] = false;
    }
}

// The bits that are set in the durable pages and in all that may replace them.
Invariants::Bits Invariants::sure_bits(std::uint64_t start, std::uint32_t pages, std::uint8_t kind,
                                       std::uint8_t slot, std::uint64_t count) const
{
    Bits bits(count, true);
    std::uint64_t bytes = layout_.page_bytes;

    for (std::uint32_t page = 0; page < pages; page++)
        keep_only(bits, page, meta_.image().subspan(start + page * bytes, bytes), kind, slot);
    for (std::uint32_t index : meta_.unsettled()) {
        const Write &write = history_.writes[index];
        std::uint64_t from = write.sector * sector_bytes;

        for (std::uint64_t at = 0; at < write.content.size(); at += bytes)
            if (from + at >= start && from + at < start + pages * bytes)
                keep_only(bits, static_cast<std::uint32_t>((from + at - start) / bytes),
                          write.content.subspan(at, bytes), kind, slot);
    }
    return bits;
}

void Invariants::look_at_bits()
{
    Bits before = std::move(intents_);

    intents_ = sure_bits(layout_.intent_start, layout_.intent_pages, MN_PAGE_INTENT, 0, layout_.regions);
    for (std::uint8_t slot = 0; slot < MN_SLOTS; slot++)
        if (super_.slot[slot].used)
            dirty_[slot] = sure_bits(layout_.bitmap_start[slot], layout_.bitmap_pages, MN_PAGE_BITMAP, slot,
                                     layout_.blocks);
    if (!before.empty())
        regions_stay(before);
    for (std::uint64_t block = 0; block < layout_.blocks; block++)
        if (lacked_[block] && !covered(block)) {
            fault(fmt::format("I2: a mirror lacks block {}, and neither intent nor bitmap say so", block));
            lacked_[block] = false;
        }
}

void Invariants::regions_stay(const Bits &before)
{
    for (std::uint64_t region = 0; region < layout_.regions; region++)
        if (before[region] && !intents_[region] && unstable_[region])
            fault(fmt::format("I2: the intent of region {} goes while {} writes in it are not flushed", region,
                              unstable_[region]));
}

bool Invariants::covered(std::uint64_t block) const
{
    if (intents_[block >> (layout_.region_shift - MN_BLOCK_SHIFT)])
        return true;
    for (std::uint8_t slot = 0; slot < MN_SLOTS; slot++)
        if (super_.slot[slot].used && !(super_.slot[slot].flags & MN_SLOT_F_FULL_NEEDED) && !dirty_[slot][block])
            return false;
    return true;
}

// ---- metadata: it opens ----

void Invariants::open_all()
{
    std::vector<Keep> how{Keep::nothing};

    if (!meta_.unsettled().empty()) {
        how.push_back(Keep::everything);
        how.insert(how.end(), random_states, Keep::some_units);
    }
    for (Keep keep : how) {
        Disk::Overlay state(meta_, meta_.crash(keep, random_));
        open_state();
    }
}

void Invariants::open_state()
{
    auto super = chosen();

    counts_.states++;
    if (!super) {
        if (sequence_)
            fault(fmt::format("after a crash here neither superblock is to be relied on (it was at {})", sequence_));
        return;
    }
    if (super->sequence < sequence_ || super->sequence > sequence_ + 1)
        fault(fmt::format("after a crash here the superblock is {}; it was at {}", super->sequence, sequence_));
    mn_layout layout;
    if (!mn_layout_compute(super->sectors, super->page_bytes, super->region_shift, &layout) ||
        layout.total_bytes > meta_.image().size())
        return fault("after a crash here the sizes do not fit the device");
    pages_open(layout, *super);
}

void Invariants::pages_open(const mn_layout &layout, const mn_super &super)
{
    auto area = [&](std::uint64_t start, std::uint32_t pages, std::uint8_t kind, std::uint8_t slot) {
        for (std::uint32_t page = 0; page < pages; page++) {
            Bytes bytes = meta_.image().subspan(start + std::uint64_t{page} * layout.page_bytes, layout.page_bytes);
            if (!mn_page_check(reinterpret_cast<const mn_disk_page *>(bytes.data()), layout.page_bytes,
                               super.volume_uuid, kind, slot, page))
                fault(fmt::format("after a crash here page {} of kind {}, slot {} is damaged", page, kind, slot));
        }
    };

    area(layout.intent_start, layout.intent_pages, MN_PAGE_INTENT, 0);
    for (std::uint8_t slot = 0; slot < MN_SLOTS; slot++) {
        area(layout.bitmap_start[slot], layout.bitmap_pages, MN_PAGE_BITMAP, slot);
        area(layout.unsent_start[slot], layout.bitmap_pages, MN_PAGE_UNSENT, slot);
    }
}

}  // namespace replay
