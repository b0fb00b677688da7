// SPDX-License-Identifier: GPL-2.0-or-later
// A disk of numbered values with a volatile cache: what was not flushed may be
// lost in any part when the power goes.
#pragma once

#include "kcore.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace kcore::sim {

class Disk {
public:
    explicit Disk(u64 blocks) : stable_(blocks) {}

    u64 read(u64 block) const
    {
        for (auto at = cache_.rbegin(); at != cache_.rend(); ++at)
            if (at->first == block)
                return at->second;
        return stable_[block];
    }

    // Could a power cut change what the block holds?
    bool uncertain(u64 block) const
    {
        return std::any_of(cache_.begin(), cache_.end(), [&](auto &write) { return write.first == block; });
    }

    void write(u64 block, u64 value) { cache_.emplace_back(block, value); }

    void flush()
    {
        for (auto [block, value] : cache_)
            stable_[block] = value;
        cache_.clear();
    }

    void power_cut(Random &random)
    {
        for (auto [block, value] : cache_)
            if (random.one_in(2))
                stable_[block] = value;
        cache_.clear();
    }

private:
    std::vector<u64> stable_;
    std::vector<std::pair<u64, u64>> cache_;
};

}  // namespace kcore::sim
