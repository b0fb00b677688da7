// SPDX-License-Identifier: GPL-2.0-or-later
// What must hold on the metadata device of a volume at every moment of its history, whatever
// a crash leaves of the unflushed writes; on the module's own layout.c (docs/crash-consistency.md).
#pragma once

#include "disk.hpp"

#include <optional>

extern "C" {
#include "layout.h"
}

namespace replay {

class Invariants {
public:
    // lacking: from this point on no mirror gets anything any more. seed: of the crash states.
    Invariants(const History &history, Disk &data, Disk &meta, Point lacking, std::uint64_t seed);

    void run();

    struct Counts {
        std::uint64_t points, states, data_writes, meta_writes, faults;
    };
    const Counts &counts() const { return counts_; }
    // The first ones, as sentences.
    const std::vector<std::string> &faults() const { return faults_; }

private:
    using Bits = std::vector<bool>;

    void fault(std::string text);
    void data_begins(const Write &write);
    void data_settled(const Write &write);
    void meta_begins(const Write &write);
    void super_begins(const mn_super &super);
    void pages_begin(const Write &write);
    void meta_settled(const Write &write);
    void meta_changed();
    void look_at_super();
    void look_at_bits();
    void open_all();
    void open_state();
    void pages_open(const mn_layout &layout, const mn_super &super);
    void regions_stay(const Bits &before);
    bool covered(std::uint64_t block) const;

    std::optional<mn_super> chosen() const;
    std::pair<std::uint64_t, std::uint64_t> regions_of(const Write &write) const;
    Bits sure_bits(std::uint64_t start, std::uint32_t pages, std::uint8_t kind, std::uint8_t slot,
                   std::uint64_t count) const;
    void keep_only(Bits &bits, std::uint32_t page, Bytes content, std::uint8_t kind, std::uint8_t slot) const;

    const History &history_;
    Disk &data_;
    Disk &meta_;
    Point lacking_;
    Random random_;

    bool formatted_ = false;  // the layout is known
    mn_layout layout_{};
    mn_super super_{};  // the durable one
    std::uint64_t sequence_ = 0;
    bool may_be_clean_ = true;
    Bits intents_;                     // set in whatever a crash leaves
    std::array<Bits, MN_SLOTS> dirty_;  // the same of the slots in use
    std::vector<std::uint32_t> unstable_;  // per region: writes begun and not flushed
    std::uint64_t unstable_writes_ = 0;
    Bits lacked_;  // blocks written since nobody gets them

    Counts counts_{};
    std::vector<std::string> faults_;
};

}  // namespace replay
