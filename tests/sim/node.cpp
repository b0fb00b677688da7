// SPDX-License-Identifier: GPL-2.0-or-later
// A node starts, stops, dies; its intents and bitmaps (recover.c, region_log.c, volume.c).
#include "world.hpp"

#include <cstring>

namespace sim {

// The superblock as a real one would be: what is written is read again at the next start.
static mn_super blank_super(int self, int nodes, u8 role)
{
    mn_super super{};

    std::strcpy(super.name, "v");
    super.volume_uuid[0] = 1;
    super.node_uuid[0] = static_cast<u8>(self + 1);
    super.sectors = u64{blocks} << (MN_BLOCK_SHIFT - 9);
    super.sector_size = super.page_bytes = 512;
    super.region_shift = MN_BLOCK_SHIFT + 2;
    super.intent_limit = MN_INTENT_LIMIT_MIN;
    super.role = role;
    super.locked = role == MN_ROLE_SOURCE ? MN_LOCK_USER : MN_LOCK_TARGET;
    super.data_state = role == MN_ROLE_SOURCE ? MN_DATA_CURRENT : MN_DATA_INCONSISTENT;
    super.generation = role == MN_ROLE_SOURCE ? 1 : 0;
    for (int peer = 0; peer < nodes; peer++) {
        super.slot[peer].used = peer != self;
        super.slot[peer].peer_uuid[0] = peer != self ? static_cast<u8>(peer + 1) : 0;
        super.slot[peer].flags = peer != self ? MN_SLOT_F_FULL_NEEDED : 0;
    }
    if (role == MN_ROLE_TARGET)
        super.slot[0].flags |= MN_SLOT_F_BLANK;
    return super;
}

// As after a first resync, when everything was stopped in order.
static void make_equal(mn_super &super)
{
    super.generation = 1;
    super.data_state = MN_DATA_CURRENT;
    for (mn_slot &slot : super.slot)
        if (slot.used) {
            slot.base = slot.old_base = 1;
            slot.flags = 0;
        }
}

// Node 0 was created on. The others are its new targets, or have been it for long.
World::World(u64 seed, int nodes) : dice(seed), nodes_(nodes)
{
    const bool is_new = dice.one_in(4);

    for (int n = 0; n < nodes_; n++) {
        node_[n].super = blank_super(n, nodes_, n ? MN_ROLE_TARGET : MN_ROLE_SOURCE);
        for (int peer = 0; peer < nodes_; peer++) {
            mirror(n, peer).used = peer != n;
            mirror(n, peer).sync = !dice.one_in(4);
            mirror(n, peer).on_disk = is_new ? ~Bits{0} : 0;
        }
        if (!is_new)
            make_equal(node_[n].super);
    }
    for (int n = 0; n < nodes_; n++)
        boot(n);
    node_[0].may_open = true;
}

void World::fail(const std::string &what)
{
    if (fault_.empty())
        fault_ = what;
    say("FAULT ", what);
}

// mn_volume_begin(): every write of the superblock has the positions of now.
mn_super &World::begin(Node &node)
{
    mn_super &super = node.super;

    super.write_number = std::max(super.write_number, node.write_number);
    for (int peer = 0; peer < nodes_; peer++)
        if (node.mirror[peer].used)
            super.slot[peer].peer_position = node.mirror[peer].peer_position;
    return super;
}

void World::event(int n, int peer, mn_mirror_event what, u8 reason)
{
    mirror(n, peer).state = mn_state_next(mirror(n, peer).state, what, reason);
}

static void load_mirror(Node &node, Mirror &mirror, const mn_slot &slot)
{
    const mn_state stored = {slot.state, slot.reason}, none = {MN_STATE_NONE, MN_REASON_NONE};
    Mirror fresh;

    fresh.used = true;
    fresh.sync = mirror.sync;
    fresh.on_disk = mirror.on_disk;
    fresh.track = std::make_unique<Track>();
    fresh.track->or_dirty(mirror.on_disk);
    for (unsigned int region = 0; region < regions; region++)
        for (u32 block = region * region_blocks; node.intents >> region & 1 && block < (region + 1) * region_blocks; block++)
            fresh.track->set_dirty(block);
    fresh.on_disk = fresh.track->all();
    fresh.state = mn_state_is_durable(stored) ? stored : mn_state_next(none, MN_EV_ADDED, MN_REASON_NONE);
    fresh.tracked = node.write_number;
    fresh.peer_position = slot.peer_position;
    mirror = std::move(fresh);
}

static u8 initial_lock(const mn_super &super)
{
    if (super.role == MN_ROLE_TARGET)
        return MN_LOCK_TARGET;
    if (super.role != MN_ROLE_SOURCE)
        return MN_LOCK_USER;
    return super.locked != MN_LOCK_NONE ? super.locked : u8(MN_LOCK_WAIT_PEER);
}

void World::boot(int n)
{
    Node &node = node_[n];
    mn_disk_super disk;

    if (node.up)
        return;
    mn_super_encode(&node.super, &disk);
    if (mn_super_decode(&disk, &node.super) != MN_SUPER_OK)
        return fail("the superblock of " + text(u64(n)) + " cannot be read again");
    node.write_number = node.super.write_number;
    for (int peer = 0; peer < nodes_; peer++)
        if (peer != n)
            load_mirror(node, mirror(n, peer), node.super.slot[peer]);
    node.intents = 0;
    node.table_memory.assign(mn_regions_bytes(region_limit) / sizeof(u64) + 1, 0);
    mn_regions_init(&node.table, node.table_memory.data(), region_limit);
    node.ios.clear();
    node.may_open = node.writable = node.unwritten = node.loss_pending = false;
    node.yield = MN_YIELD_NO;
    node.logical = node.disk.values();
    node.logical_hash = node.disk.hash();
    begin(node).flags &= ~(MN_SUPER_F_CLEAN | MN_SUPER_F_FINGERPRINT);
    node.lock = initial_lock(node.super);
    node.up = true;
    say("boot ", u64(n), " lock ", mn_lock_reason_text(node.lock));
}

void World::power_cut(int n)
{
    Node &node = node_[n];

    if (!node.up)
        return;
    say("power cut ", u64(n));
    node.up = false;
    for (int peer = 0; peer < nodes_; peer++) {
        if (peer == n)
            continue;
        mirror(n, peer).end = {};
        mirror(peer, n).end.cut = true;
        drop_tail(mirror(peer, n).end.in);
    }
    const Values before = node.disk.values();
    node.disk.power_cut(dice);
    // what only returned, and was not flushed, may go
    for (u32 block = 0; block < blocks; block++)
        for (u32 value = before[block]; value && value != node.disk.read(block); value = written_[value].before)
            written_[value].guarded = false;
    node.promised = node.promised_stable;
    node.life++;
    check_promise(n, "after a power cut");
}

// mn_volume_stop(): links, loss, flush, bitmaps, intents, clean.
void World::shut_down(int n)
{
    Node &node = node_[n];

    if (!node.up || !close(n, node.lock == MN_LOCK_NONE ? u8(MN_LOCK_USER) : node.lock))
        return;
    say("stop ", u64(n));
    end_all(n, MN_REASON_SHUTDOWN);
    drop_all_kept(n);
    record_loss(n);
    flush_disk(n);
    for (Mirror &each : node.mirror)
        if (each.used)
            each.on_disk = each.track->all();
    node.intents = 0;
    begin(node).flags |= MN_SUPER_F_CLEAN;
    node.up = false;
}

void World::flush_disk(int n)
{
    Node &node = node_[n];
    const u64 epoch = mn_regions_flush_starts(&node.table);

    node.disk.flush();
    mn_regions_flush_ended(&node.table, epoch);
}

// I2: flush, what each mirror may lack of the region durably into its bitmap, then the intent.
void World::clear_cold(int n)
{
    Node &node = node_[n];
    u64 region;

    if (!node.up || !mn_regions_coldest(&node.table, node.now, 0, &region, 1))
        return;
    flush_disk(n);
    if (!mn_region_clear_starts(&node.table, region))
        return;
    for (Mirror &each : node.mirror) {
        if (!each.used)
            continue;
        for (const Leg &leg : each.unapplied)
            if (leg.frame.kind == Kind::write && !leg.frame.resync && leg.frame.block / region_blocks == region)
                each.track->set_pending(leg.frame.block);
        each.on_disk = each.track->all();
    }
    node.intents &= static_cast<u8>(~(1u << region));
    mn_region_clear_ended(&node.table, region, true);
}

// The lazy one: what was cleared since is cleared on disk, too.
void World::write_back(int n)
{
    Node &node = node_[n];

    if (!node.up)
        return;
    for (Mirror &each : node.mirror)
        if (each.used)
            each.on_disk = each.track->all();
    begin(node);    // positions
}

// I1: the intent is durable before the write goes anywhere.
bool World::enter_region(int n, u32 block)
{
    Node &node = node_[n];
    const u64 region = block / region_blocks;

    for (int attempt = 0; attempt < 4; attempt++) {
        u64 index[region_limit];

        tick(node);
        if (mn_regions_enter(&node.table, region, region, node.now) == MN_REGION_PASS)
            return true;
        const u32 count = mn_regions_to_set(&node.table, index, region_limit);
        for (u32 i = 0; i < count; i++)
            node.intents |= static_cast<u8>(1u << index[i]);
        mn_regions_set_done(&node.table, index, count, true);
        if (!count)
            clear_cold(n);
    }
    return false;
}

}  // namespace sim
