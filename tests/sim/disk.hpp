// SPDX-License-Identifier: GPL-2.0-or-later
// A disk of numbered values with a volatile cache: what was not flushed may be lost in any part when the
// power goes, block by block back to any of the values it had since the last flush.
#pragma once

#include "dice.hpp"

#include <array>
#include <vector>

namespace sim {

constexpr unsigned int blocks = 32;
using Bits = std::uint32_t; // a bit for each block
using Values = std::array<std::uint32_t, blocks>;

inline Bits bit(unsigned int block) { return Bits{1} << block; }

// Of the whole copy: the sum of this over all blocks.
inline std::uint64_t mark_of(unsigned int block, std::uint32_t value)
{
    return value ? Dice(value, block).any() : 0;
}

class Disk {
public:
    const Values &values() const { return values_; }
    std::uint32_t read(unsigned int block) const { return values_[block]; }
    std::uint64_t hash() const { return hash_; }
    // Blocks that a power cut could change.
    Bits unflushed() const { return unflushed_; }

    void write(unsigned int block, std::uint32_t value)
    {
        cache_.emplace_back(block, value);
        unflushed_ |= bit(block);
        set(block, value);
    }

    void flush()
    {
        stable_ = values_;
        cache_.clear();
        unflushed_ = 0;
    }

    void power_cut(Dice &dice)
    {
        Values left = stable_;

        for (auto [block, value] : cache_)
            if (dice.one_in(2))
                left[block] = value;
        for (unsigned int block = 0; block < blocks; block++)
            set(block, left[block]);
        flush();
    }

private:
    void set(unsigned int block, std::uint32_t value)
    {
        hash_ += mark_of(block, value) - mark_of(block, values_[block]);
        values_[block] = value;
    }

    Values values_{}, stable_{};
    std::vector<std::pair<unsigned int, std::uint32_t>> cache_;
    std::uint64_t hash_ = 0;
    Bits unflushed_ = 0;
};

}  // namespace sim
