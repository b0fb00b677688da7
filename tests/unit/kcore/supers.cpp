// SPDX-License-Identifier: GPL-2.0-or-later
#include "supers.hpp"

#include <linux/crc32c.h>

#include <cstring>
#include <string>

namespace kcore {

static std::string random_name(Random &random)
{
    static const std::string letters = "abzAZ059._-";
    std::string name = "v";

    for (u64 rest = random.range(0, MN_NAME_MAX - 1); rest; rest--)
        name += letters[random.range(0, letters.size() - 1)];
    return name;
}

static mn_slot random_slot(Random &random)
{
    mn_slot slot{};

    random.fill(slot.peer_uuid, sizeof(slot.peer_uuid));
    slot.used = true;
    slot.flags = static_cast<u32>(random.range(0, MN_SLOT_F_ALL));
    slot.state = static_cast<s8>(static_cast<int>(random.range(0, 6)) - 1);
    slot.reason = static_cast<u8>(random.range(0, __MN_REASON_MAX - 1));
    slot.base = random.any();
    slot.old_base = random.any();
    slot.peer_position = random.any();
    slot.since = random.any();
    slot.handover = random.any();
    return slot;
}

static void random_geometry(Random &random, mn_super &super)
{
    super.sector_size = 512u << random.range(0, 3);
    super.sectors = random.range(1, MN_VOLUME_SECTORS_MAX / 8) * (super.sector_size >> 9);
    super.page_bytes = 512u << random.range(0, 3);
    super.region_shift = static_cast<u8>(random.range(MN_REGION_SHIFT_MIN, MN_REGION_SHIFT_MAX));
    super.intent_limit = static_cast<u32>(random.range(MN_INTENT_LIMIT_MIN, MN_INTENT_LIMIT_MAX));
}

mn_super random_super(Random &random)
{
    mn_super super;

    std::memset(&super, 0, sizeof(super));
    super.sequence = random.any();
    random.fill(super.volume_uuid, MN_UUID_LEN);
    random.fill(super.node_uuid, MN_UUID_LEN);
    std::strcpy(super.name, random_name(random).c_str());
    random_geometry(random, super);
    super.role = static_cast<u8>(random.range(0, MN_ROLE_TARGET));
    super.locked = static_cast<u8>(random.range(0, MN_LOCK_HANDING_OVER));
    super.data_state = static_cast<u8>(random.range(0, MN_DATA_INCONSISTENT));
    super.flags = static_cast<u32>(random.range(0, MN_SUPER_F_ALL));
    super.data_since = random.any();
    super.generation = random.any();
    random.fill(super.history, sizeof(super.history));
    super.write_number = random.any();
    random.fill(super.fingerprint, sizeof(super.fingerprint));
    super.handover = random.any() | 1;
    if (super.locked == MN_LOCK_HANDED_OVER) {
        super.role = MN_ROLE_SOURCE;
        random.fill(super.handed_to, MN_UUID_LEN);
        super.handed_to[0] |= 1;
    }
    for (mn_slot &slot : super.slot)
        if (random.one_in(2))
            slot = random_slot(random);
    return super;
}

mn_disk_super encoded(const mn_super &super)
{
    mn_disk_super disk;

    std::memset(&disk, 0xff, sizeof(disk));
    mn_super_encode(&super, &disk);
    return disk;
}

void reseal(mn_disk_super &disk)
{
    disk.crc = 0;
    disk.crc = crc32c(~0u, &disk, sizeof(disk));
}

static bool same_slot(const mn_slot &a, const mn_slot &b)
{
    return a.used == b.used && !std::memcmp(a.peer_uuid, b.peer_uuid, MN_UUID_LEN) &&
           a.flags == b.flags && a.state == b.state && a.reason == b.reason && a.base == b.base &&
           a.old_base == b.old_base &&
           a.peer_position == b.peer_position && a.since == b.since &&
           a.handover == b.handover;
}

static bool same_identity(const mn_super &a, const mn_super &b)
{
    return !std::memcmp(a.volume_uuid, b.volume_uuid, MN_UUID_LEN) &&
           !std::memcmp(a.node_uuid, b.node_uuid, MN_UUID_LEN) && !std::strcmp(a.name, b.name) &&
           a.sectors == b.sectors && a.sector_size == b.sector_size && a.page_bytes == b.page_bytes &&
           a.region_shift == b.region_shift && a.intent_limit == b.intent_limit;
}

bool same_super(const mn_super &a, const mn_super &b)
{
    for (int i = 0; i < MN_SLOTS; i++)
        if (!same_slot(a.slot[i], b.slot[i]))
            return false;
    return same_identity(a, b) && a.sequence == b.sequence && a.role == b.role && a.locked == b.locked &&
           a.data_state == b.data_state && a.flags == b.flags && a.data_since == b.data_since &&
           a.generation == b.generation && !std::memcmp(a.history, b.history, sizeof(a.history)) &&
           a.write_number == b.write_number && a.handover == b.handover &&
           !std::memcmp(a.handed_to, b.handed_to, MN_UUID_LEN) &&
           !std::memcmp(a.fingerprint, b.fingerprint, sizeof(a.fingerprint));
}

}  // namespace kcore
