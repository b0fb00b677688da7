// SPDX-License-Identifier: GPL-2.0-or-later
// The table against the plainest model there is, for many random steps.
#include "kcore.hpp"

#include <algorithm>
#include <map>
#include <vector>

namespace kcore {

// A write that ended is in `ended` until a flush that began after it is over.
struct ModelRegion {
    u8 state;
    unsigned int inflight;
    u64 last_used;
    u64 ended;  // step of the last write's end that no good flush covers; 0: none
};

struct Span { u64 first, last; };
struct Flush { u64 epoch, began; };

class RegionsRandom : public Test, public testing::WithParamInterface<u32> {
protected:
    RegionsRandom() : random_(GetParam()), limit_(GetParam()), memory_(mn_regions_bytes(limit_) / 8 + 1)
    {
        mn_regions_init(&regions_, memory_.data(), limit_);
    }

    Span span()
    {
        u64 first = random_.range(0, limit_ * 2) * (random_.one_in(4) ? 1024 : 1);

        return {first, first + random_.range(0, limit_ / 4 - 1)};
    }

    void step_enter();
    void step_leave();
    void step_set_done();
    void step_flush();
    void step_clear();
    void step_clear_ended();
    void compare();
    void compare_to_set();
    void compare_coldest();

    Random random_;
    u32 limit_;
    std::vector<u64> memory_;
    mn_regions regions_;
    std::map<u64, ModelRegion> model_;
    std::vector<Span> writes_;
    std::vector<Flush> flushes_;
    u64 now_ = 1;
    unsigned int passed_ = 0, cleared_ = 0, full_ = 0;
};

void RegionsRandom::step_enter()
{
    Span want = span();
    mn_region_answer expected = MN_REGION_PASS;

    for (u64 index = want.first; index <= want.last; index++) {
        auto at = model_.find(index);

        if (at != model_.end()) {
            at->second.last_used = now_;
            if (at->second.state != MN_REGION_SET)
                expected = std::max(expected, MN_REGION_WAIT);
        } else if (model_.size() < limit_) {
            model_[index] = {MN_REGION_SETTING, 0, now_, 0};
            expected = std::max(expected, MN_REGION_WAIT);
        } else {
            expected = MN_REGION_FULL;
        }
    }
    ASSERT_EQ(mn_regions_enter(&regions_, want.first, want.last, now_), expected);
    full_ += expected == MN_REGION_FULL;
    if (expected != MN_REGION_PASS)
        return;
    passed_++;
    writes_.push_back(want);
    for (u64 index = want.first; index <= want.last; index++)
        model_[index].inflight++;
}

void RegionsRandom::step_leave()
{
    if (writes_.empty())
        return;
    std::swap(writes_[random_.range(0, writes_.size() - 1)], writes_.back());
    Span done = writes_.back();

    writes_.pop_back();
    mn_regions_leave(&regions_, done.first, done.last, now_);
    for (u64 index = done.first; index <= done.last; index++) {
        model_[index].inflight--;
        model_[index].last_used = now_;
        model_[index].ended = now_;
    }
}

void RegionsRandom::step_set_done()
{
    std::vector<u64> index(limit_);
    bool ok = !random_.one_in(10);

    index.resize(mn_regions_to_set(&regions_, index.data(), static_cast<u32>(random_.range(0, limit_))));
    mn_regions_set_done(&regions_, index.data(), static_cast<u32>(index.size()), ok);
    for (u64 one : index) {
        ASSERT_EQ(model_.at(one).state, MN_REGION_SETTING);
        if (ok)
            model_[one].state = MN_REGION_SET;
        else
            model_.erase(one);
    }
}

// Starts one, or ends any of those under way, well or not at all.
void RegionsRandom::step_flush()
{
    if (flushes_.size() < 3 && random_.one_in(2)) {
        flushes_.push_back({mn_regions_flush_starts(&regions_), now_});
    } else if (!flushes_.empty()) {
        std::swap(flushes_[random_.range(0, flushes_.size() - 1)], flushes_.back());
        Flush done = flushes_.back();

        flushes_.pop_back();
        if (random_.one_in(5))
            return;
        mn_regions_flush_ended(&regions_, done.epoch);
        for (auto &[index, region] : model_)
            if (region.ended && region.ended < done.began)
                region.ended = 0;
    }
}

void RegionsRandom::step_clear()
{
    if (model_.empty())
        return;
    auto at = std::next(model_.begin(), random_.range(0, model_.size() - 1));
    bool may = at->second.state == MN_REGION_SET && !at->second.inflight && !at->second.ended;

    ASSERT_EQ(mn_region_clear_starts(&regions_, at->first), may);
    if (may)
        at->second.state = MN_REGION_CLEARING;
}

void RegionsRandom::step_clear_ended()
{
    bool ok = !random_.one_in(4);

    for (auto at = model_.begin(); at != model_.end(); ++at) {
        if (at->second.state != MN_REGION_CLEARING)
            continue;
        mn_region_clear_ended(&regions_, at->first, ok);
        cleared_ += ok;
        at->second.state = MN_REGION_SET;
        if (ok)
            model_.erase(at);
        return;
    }
}

void RegionsRandom::compare_to_set()
{
    std::vector<u64> index(limit_), expected;

    index.resize(mn_regions_to_set(&regions_, index.data(), limit_));
    std::sort(index.begin(), index.end());
    for (auto &[one, region] : model_)
        if (region.state == MN_REGION_SETTING)
            expected.push_back(one);
    ASSERT_EQ(index, expected);
    ASSERT_EQ(regions_.setting, expected.size());
}

// Equally cold ones may come in any order: their times are compared.
void RegionsRandom::compare_coldest()
{
    u64 idle = random_.range(0, 100);
    std::vector<u64> index(random_.range(1, limit_)), times, expected;

    for (auto &[one, region] : model_)
        if (region.state == MN_REGION_SET && !region.inflight && now_ - region.last_used >= idle)
            expected.push_back(region.last_used);
    std::sort(expected.begin(), expected.end());
    expected.resize(std::min(expected.size(), index.size()));
    index.resize(mn_regions_coldest(&regions_, now_, idle, index.data(), static_cast<u32>(index.size())));
    for (u64 one : index)
        times.push_back(model_.at(one).last_used);
    ASSERT_EQ(times, expected);
}

void RegionsRandom::compare()
{
    ASSERT_EQ(regions_.used, model_.size());
    for (auto &[index, region] : model_) {
        mn_region *found = mn_region_find(&regions_, index);

        ASSERT_NE(found, nullptr);
        ASSERT_EQ(found->state, region.state);
        ASSERT_EQ(found->inflight, region.inflight);
        ASSERT_EQ(found->last_used, region.last_used);
        ASSERT_EQ(found->unflushed, region.ended != 0);
    }
    u64 other = span().last;

    ASSERT_EQ(mn_region_find(&regions_, other) != nullptr, model_.count(other) != 0);
}

TEST_P(RegionsRandom, AgreesWithTheModel)
{
    for (int step = 0; step < 60000 && !HasFatalFailure(); step++, now_++) {
        switch (random_.range(0, 8)) {
        case 0: case 1: case 2: step_enter(); break;
        case 3: case 4: step_leave(); break;
        case 5: step_set_done(); break;
        case 6: step_flush(); break;
        case 7: step_clear(); break;
        default: step_clear_ended(); break;
        }
        compare();
        if (step % 16 == 0) {
            compare_to_set();
            compare_coldest();
        }
    }
    EXPECT_GT(passed_, 100u);
    EXPECT_GT(cleared_, 100u);
    EXPECT_GT(full_, 100u);
}

INSTANTIATE_TEST_SUITE_P(Limits, RegionsRandom, testing::Values(16, 17, 100));

}  // namespace kcore
