// SPDX-License-Identifier: GPL-2.0-or-later
//
// A good superblock with any bytes changed, mostly with a right checksum: what is accepted can be
// laid out, and written again it is the same, byte for byte.
#include "fuzz.hpp"

#include <initializer_list>

#include <cstddef>

namespace {

void seal(mn_disk_super& disk)
{
    disk.crc = 0;
    disk.crc = cpu_to_le32(crc32c(~0U, &disk, sizeof(disk)));
}

mn_disk_super good()
{
    mn_super super{};
    mn_disk_super disk;

    super.sequence = 5;
    std::memset(super.volume_uuid, 1, sizeof(super.volume_uuid));
    std::memset(super.node_uuid, 2, sizeof(super.node_uuid));
    std::strcpy(super.name, "volume");
    super.sectors = 1U << 20;
    super.sector_size = super.page_bytes = 512;
    super.region_shift = 20;
    super.intent_limit = 68;
    super.generation = 7;
    std::memset(super.slot[0].peer_uuid, 3, sizeof(super.slot[0].peer_uuid));
    super.slot[0].used = true;
    mn_super_encode(&super, &disk);
    return disk;
}

void check_layout(const mn_super& super)
{
    mn_layout layout;

    MUST(mn_layout_compute(super.sectors, super.page_bytes, super.region_shift, &layout));
    MUST(layout.intent_start >= 2 * MN_SUPER_BYTES);
    auto end = layout.intent_start + std::uint64_t{layout.intent_pages} * layout.page_bytes;
    for (const auto* starts : {layout.bitmap_start, layout.unsent_start})
        for (int i = 0; i < MN_SLOTS; i++)
            MUST(starts[i] >= end &&
                 starts[i] + std::uint64_t{layout.bitmap_pages} * layout.page_bytes <= layout.total_bytes);
    MUST(std::uint64_t{layout.bitmap_pages} * layout.page_bits >= layout.blocks);
    MUST(std::uint64_t{layout.intent_pages} * layout.page_bits >= layout.regions);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);
    const auto honest = input.take<std::uint8_t>();
    auto disk = good();
    mn_disk_super again;
    mn_super super{};

    while (!input.empty()) {
        const auto at = input.take<std::uint16_t>() % sizeof(disk);
        reinterpret_cast<std::uint8_t*>(&disk)[at] = input.take<std::uint8_t>();
    }
    if (honest != 0xff)
        seal(disk);
    const auto error = mn_super_decode(&disk, &super);
    if (!error) {
        check_layout(super);
        MUST(mn_name_valid(super.name));
        mn_super_encode(&super, &again);
        MUST(!std::memcmp(&again, &disk, sizeof(disk)));
    }
    const auto chosen = mn_super_choose(error, super.sequence, MN_SUPER_OK, 7);
    MUST(chosen >= -1 && chosen <= 1 && (!error || chosen != 0));
    MUST(!shim_warnings);
    return 0;
}
