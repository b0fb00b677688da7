// SPDX-License-Identifier: GPL-2.0-or-later
// One node: what is on its disks, what is in its memory, and its ends of links.
#pragma once

#include "track.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace sim {

constexpr int most_nodes = 5;
constexpr unsigned int region_blocks = 4, regions = blocks / region_blocks;
constexpr u32 region_limit = 4;

enum class Kind : u8 {
    hello, verdict, bitmap, write, flush, sync_begin, sync_end, generation, copy, ack, sync_ready, sync_done,
    ping,
};

struct Frame {
    Kind kind;
    bool resync = false, full = false;
    u8 about = 0;               // copy: which node
    u32 block = 0, value = 0, life = 0;
    Bits bits = 0;
    u64 sequence = 0, number = 0, generation = 0;
    u64 applied = 0, stable = 0;
    u64 hash = 0;               // for the checks: what the copy is when this was applied
};

// A write, or a flush, of the application: what it still waits for, and who has it.
struct Io {
    u64 id;
    bool is_flush = false;
    u32 block = 0, value = 0;
    int open_legs = 1;
    bool local_done = false;
    bool covered = true;        // whoever is in sync has it: nobody may lose it unasked
    std::array<bool, most_nodes> held_by{};
    std::array<u32, most_nodes> life{};
    std::vector<Values> promised{}; // flush: as of its start
    u64 epoch = 0;
};

struct Leg {
    Frame frame;
    u64 io;                     // 0: nobody waits
};

// One node's end of a link.
enum class Phase { none, hello, verdict, collect, starting, recorded, stream };

struct End {
    Phase phase = Phase::none;
    bool is_source = false, applying = false, whole = false;
    bool sync_begun = false, sync_ending = false;
    mn_facts mine{}, peers{};
    mn_verdict verdict{};
    bool said = false;          // HELLO has gone
    u64 fresh = 0, generation = 0, sync_generation = 0;
    u64 stream = 0, applied = 0, stable = 0;
    bool cut = false;           // nothing more will come than what is in `in`
    std::deque<Frame> in;
};

// What a node has of another: slot, bitmap, stream.
struct Mirror {
    bool used = false, sync = true;
    Bits on_disk = 0;           // the bitmap
    // in memory
    std::unique_ptr<Track> track;
    mn_state state{};
    bool live = false, kept = false, in_sync = false, catching_up = false, agreed = false;
    u8 peer_role = MN_ROLE_NONE, peer_data_state = MN_DATA_UNKNOWN;
    u64 stream = 0, sequence = 0, applied = 0, stable = 0, told = 0, sync_begin = 0, backlog = 0;
    u64 peer_position = 0, tracked = 0, received_stream = 0, received_applied = 0;
    mn_copy_mark mark{};
    std::deque<Leg> unapplied;
    End end;
};

struct Node {
    // on its disks
    Disk disk;
    mn_super super{};
    u8 intents = 0;             // a bit for each region
    // in memory
    bool up = false;
    u8 lock = MN_LOCK_USER;
    bool asks = false;          // it was promoted: the others are asked again before it opens
    bool may_open = false, writable = false, unwritten = false, loss_pending = false;
    u64 write_number = 0, now = 0;
    u8 yield = MN_YIELD_NO;
    u64 yield_from = 0;
    mn_regions table{};
    std::vector<u64> table_memory;
    std::vector<Io> ios;
    Values logical{};           // as of the last write that was classified
    u64 logical_hash = 0;
    Mirror mirror[most_nodes];
    // for the checks
    u32 life = 0;               // of this copy: ends with a power cut, a promotion, a resync
    bool torn = false;          // blocks of a resync are here, not all
    Bits released = 0;          // a person gave these up
    Values promised{}, promised_stable{}; // what a source returned and this copy has
    std::vector<u64> had;       // a bit for each value that was ever here

    bool is_source() const { return super.role == MN_ROLE_SOURCE; }
    bool is_open() const { return up && lock == MN_LOCK_NONE; }
    bool has_had(u32 value) const { return !value || (value / 64 < had.size() && had[value / 64] >> value % 64 & 1); }
    void write(u32 block, u32 value)
    {
        disk.write(block, value);
        if (had.size() <= value / 64)
            had.resize(value / 64 + 1);
        had[value / 64] |= u64{1} << value % 64;
        released &= ~bit(block);
    }
};

}  // namespace sim
