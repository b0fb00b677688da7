// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim_source.hpp"

namespace kcore::sim {

// A new mirror: everything is dirty, durably.
Source::Source(Random &random, Target &target, Sabotage sabotage)
    : disk(blocks), random_(random), target_(target), sabotage_(sabotage), bitmap_(blocks, true)
{
    identity_.generation = 1;
    boot();
}

// After an unclean stop: set intents count as dirty, durably, before they go.
void Source::boot()
{
    if (sabotage_ != Sabotage::forget_intents)
        for (u64 region : intents_)
            std::fill_n(bitmap_.begin() + static_cast<long>(region * region_blocks), region_blocks, true);
    intents_.clear();
    track_ = std::make_unique<Tracked>(blocks);
    track_->or_dirty(0, bitmap_);
    regions_memory_.assign(mn_regions_bytes(region_limit) / sizeof(u64) + 1, 0);
    mn_regions_init(&regions_, regions_memory_.data(), region_limit);
}

// I1: the intent is durable before the write goes anywhere.
bool Source::enter_region(u64 region)
{
    u64 index[region_limit];

    for (int attempt = 0; attempt < 3; attempt++) {
        if (mn_regions_enter(&regions_, region, region, ++now_) == MN_REGION_PASS)
            return true;
        u32 count = mn_regions_to_set(&regions_, index, region_limit);

        intents_.insert(index, index + count);
        mn_regions_set_done(&regions_, index, count, true);
        if (!count)
            clear_cold_region();
    }
    return false;
}

bool Source::is_writing(u64 block) const
{
    return std::any_of(writes_.begin(), writes_.end(), [&](auto &write) { return write.block == block; });
}

bool Source::is_unapplied(u64 block) const
{
    return std::any_of(unapplied_.begin(), unapplied_.end(), [&](auto &frame) { return frame.block == block; });
}

u64 Source::queue(u8 type, u64 block, u64 value)
{
    Frame frame{type, ++sequence_, block, value};

    target_.frames.push_back(frame);
    unapplied_.push_back(frame);
    return frame.sequence;
}

// I12: clean and the stream alive: sent; else dirty and nothing sent.
void Source::write()
{
    u64 block = random_.range(0, random_.one_in(2) ? blocks - 1 : 11);

    if (!may_open_ || is_writing(block) || !enter_region(block / region_blocks))
        return;
    LocalWrite write{block, ++last_value_};

    if (connected_ && !mn_track_all_dirty(&track_->track, block, block))
        queue(MN_FRAME_WRITE, block, write.value);
    else
        mn_track_set_dirty(&track_->track, block, block);
    writes_.push_back(write);
}

void Source::finish_write()
{
    if (writes_.empty())
        return;
    std::swap(writes_[random_.range(0, writes_.size() - 1)], writes_.back());
    LocalWrite write = writes_.back();

    writes_.pop_back();
    disk.write(write.block, write.value);
    mn_regions_leave(&regions_, write.block / region_blocks, write.block / region_blocks, ++now_);
}

// The cursor: the next dirty block nobody writes, or the end of the resync.
void Source::resync_one()
{
    u64 block = mn_track_next_dirty(&track_->track, random_.range(0, blocks - 1));

    if (!connected_ || mirroring_ || sync_end_)
        return;
    if (!track_->track.dirty_bits) {
        sync_end_ = queue(MN_FRAME_SYNC_END, blocks, identity_.generation);
        return;
    }
    if (block == blocks || is_writing(block))
        return;
    track_->set_pending(block, block);
    mn_track_clear_dirty(&track_->track, block, block);
    if (sabotage_ == Sabotage::pending_before_sequence)
        track_->stable(target_.stable, sequence_);
    queue(MN_FRAME_WRITE, block, disk.read(block));
}

void Source::receive_ack()
{
    if (!connected_)
        return;
    while (!unapplied_.empty() && unapplied_.front().sequence <= target_.applied) {
        if (unapplied_.front().type == MN_FRAME_WRITE)
            track_->set_pending(unapplied_.front().block, unapplied_.front().block);
        unapplied_.pop_front();
    }
    track_->stable(target_.stable, sequence_);
    if (sync_end_ && target_.stable >= sync_end_) {
        mirroring_ = true;
        sync_end_ = 0;
    }
}

void Source::write_back()
{
    bitmap_ = track_->union_of(0, blocks);
}

// I2: flush, make the region's bits durable, then take its intent back.
void Source::clear_cold_region()
{
    u64 region;

    if (!mn_regions_coldest(&regions_, now_, 0, &region, 1))
        return;
    u64 epoch = mn_regions_flush_starts(&regions_);

    if (sabotage_ != Sabotage::clear_without_flush)
        disk.flush();
    mn_regions_flush_ended(&regions_, epoch);
    for (const Frame &frame : unapplied_)
        if (frame.block / region_blocks == region)
            track_->set_pending(frame.block, frame.block);
    if (sabotage_ != Sabotage::clear_without_bitmap)
        write_back();
    if (!mn_region_clear_starts(&regions_, region))
        return;
    intents_.erase(region);
    mn_region_clear_ended(&regions_, region, true);
}

void Source::connect()
{
    if (connected_)
        return;
    mn_facts mine = facts_of(identity_, MN_ROLE_SOURCE), theirs = facts_of(target_.identity, MN_ROLE_TARGET);
    mn_verdict verdict = mn_generation_decide(&mine, &theirs);

    ASSERT_EQ(verdict.kind, target_.identity.fresh ? MN_VERDICT_FULL : MN_VERDICT_PARTIAL)
        << mn_reason_text(verdict.reason);
    if (verdict.kind == MN_VERDICT_FULL)
        mn_track_set_dirty(&track_->track, 0, blocks - 1);
    identity_.old_base = target_.identity.generation;
    identity_.base = identity_.generation;
    target_.connected();
    sequence_ = 0;
    connected_ = true;
    may_open_ = true;
    queue(MN_FRAME_SYNC_BEGIN, blocks, 0);
}

// What was sent and is not stable is dirty again. A target that may have taken
// the generation lacks what follows: a new one (I6).
void Source::lose_link()
{
    if (!connected_)
        return;
    if (sabotage_ != Sabotage::forget_unapplied)
        for (const Frame &frame : unapplied_)
            if (frame.block < blocks)
                mn_track_set_dirty(&track_->track, frame.block, frame.block);
    mn_track_give_up(&track_->track);
    if (mirroring_ || sync_end_)
        mn_generation_advance(&identity_.generation, identity_.history, identity_.generation + 1);
    unapplied_.clear();
    connected_ = mirroring_ = false;
    sync_end_ = 0;
}

void Source::power_cut()
{
    disk.power_cut(random_);
    writes_.clear();
    unapplied_.clear();
    connected_ = mirroring_ = may_open_ = false;
    sync_end_ = 0;
    boot();
}

bool Source::may_differ(u64 block) const
{
    return disk.read(block) != target_.disk.read(block) || target_.disk.uncertain(block);
}

std::string Source::fault() const
{
    std::vector<bool> known = track_->union_of(0, blocks);

    for (u64 block = 0; block < blocks; block++) {
        bool durable = bitmap_[block] || intents_.count(block / region_blocks);
        std::string name = "block " + std::to_string(block);

        if ((may_differ(block) || disk.uncertain(block) || is_writing(block)) && !durable)
            return name + " may differ after a power cut, and nothing durable says so";
        if (may_differ(block) && !known[block] && !is_unapplied(block) && !is_writing(block))
            return name + " may differ, and nobody knows";
        if (idle() && disk.read(block) != target_.disk.read(block))
            return name + " differs while mirroring";
    }
    return "";
}

}  // namespace kcore::sim
