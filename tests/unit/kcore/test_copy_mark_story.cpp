// SPDX-License-Identifier: GPL-2.0-or-later
// A source and three targets: links come and go, sources die, targets take over. Where two of
// them differ, the slot of one says so (I13). The same with a rule left out, which must be noticed.
#include "kcore.hpp"
#include "tracked.hpp"

#include <deque>
#include <memory>
#include <optional>
#include <set>

namespace kcore {

namespace {

constexpr int nodes = 4;
constexpr u64 blocks = 64;

enum class Fault { none, heard_while_behind, resync_not_entered, mark_too_young, proven_too_early, sync_not_needed };

struct Frame {
    enum Kind { write, sync_end, copy } kind;
    u64 block, id, number, sequence;
    int about;  // copy: which node, and as_of in number
};

// What one node knows of another.
struct Slot {
    std::unique_ptr<Tracked> track = std::make_unique<Tracked>(blocks);
    u64 since = 0;
    bool full = false;
    // at the source
    bool live = false;
    u64 stream = 0, sequence = 0, applied = 0, stable = 0;
    std::deque<Frame> queue;
    std::deque<Frame> unstable;
    mn_copy_mark mark{};
};

struct Node {
    u64 content[blocks] = {};
    u64 number = 0;
    bool whole = false;
    Slot slot[nodes];
};

class Story {
public:
    Story(std::uint64_t seed, Fault fault) : random_(seed), fault_(fault)
    {
        for (int target = 1; target < nodes; target++) {
            rejoin(target);
            for (int third : others(target))
                node_[target].slot[third].full = true;
        }
    }

    // False: two copies differ in a block that neither knows of.
    bool run(int steps)
    {
        for (int i = 0; i < steps; i++) {
            step();
            if (!knows_all())
                return false;
        }
        return true;
    }

    unsigned int proven = 0;

private:
    // The targets but this one.
    std::vector<int> others(int target) const
    {
        std::vector<int> all;
        for (int i = 0; i < nodes; i++)
            if (i != source_ && i != target)
                all.push_back(i);
        return all;
    }
    int any_of(const std::vector<int> &some) { return some[random_.range(0, some.size() - 1)]; }
    int any_target() { return any_of(others(source_)); }
    Slot &link(int target) { return node_[source_].slot[target]; }

    void step()
    {
        switch (random_.range(0, 25)) {
        case 0: if (random_.one_in(2)) lose(any_target()); break;
        case 1: rejoin(any_target()); break;
        case 2: if (random_.one_in(8)) take_over(any_target()); break;
        case 3: if (random_.one_in(8)) add_anew(any_target()); break;
        case 4: case 5: case 6: tell(any_target()); break;
        case 7: case 8: case 9: case 10: write(random_.range(0, blocks - 1)); break;
        default: deliver(any_target());
        }
    }

    void write(u64 block)
    {
        Node &source = node_[source_];

        source.number++;
        source.content[block] = ++id_;
        for (int target : others(source_))
            send(target, {Frame::write, block, id_, source.number, 0, 0});
    }

    void send(int target, Frame frame)
    {
        Slot &to = link(target);
        bool sends = to.live && (frame.kind != Frame::write || !is_dirty(to, frame.block));

        if (sends) {
            frame.sequence = ++to.sequence;
            to.queue.push_back(frame);
        } else if (frame.kind == Frame::write) {
            mn_track_set_dirty(&to.track->track, frame.block, frame.block);
        }
    }

    static bool is_dirty(Slot &slot, u64 block) { return mn_track_all_dirty(&slot.track->track, block, block); }

    void deliver(int target)
    {
        Slot &from = link(target);
        if (from.queue.empty() || !from.live)
            return;
        const Frame frame = from.queue.front();
        from.queue.pop_front();
        if (frame.kind == Frame::copy)
            return heard(target, frame);
        apply(target, frame);
        from.applied = frame.sequence;
        from.unstable.push_back(frame);
        if (frame.kind == Frame::sync_end || random_.one_in(3))
            flush(from);
    }

    static void flush(Slot &from)
    {
        from.stable = from.applied;
        from.unstable.clear();
    }

    void apply(int target, const Frame &frame)
    {
        Node &node = node_[target];
        node.number = std::max(node.number, frame.number);
        if (frame.kind == Frame::sync_end) {
            empty(node.slot[source_]);
            for (int third : others(target))
                settle(node.slot[third]);
            node.whole = true;
            return;
        }
        if (fault_ != Fault::resync_not_entered || node.whole)
            for (int third : others(target))
                node.slot[third].track->set_pending(frame.block, frame.block);
        node.content[frame.block] = frame.id;
    }

    static void empty(Slot &slot)
    {
        mn_track_give_up(&slot.track->track);
        mn_track_clear_dirty(&slot.track->track, 0, blocks - 1);
    }

    static void settle(Slot &slot)
    {
        for (u64 block = 0; block < blocks; block++)
            if (is_dirty(slot, block)) {
                slot.track->set_pending(block, block);
                mn_track_clear_dirty(&slot.track->track, block, block);
            }
    }

    void heard(int target, const Frame &frame)
    {
        Node &node = node_[target];
        Slot &slot = node.slot[frame.about];

        if (!node.whole && fault_ != Fault::heard_while_behind)
            return;
        if (mn_copy_mark_proves(frame.number, slot.since) || fault_ == Fault::proven_too_early) {
            proven += slot.full;
            slot.full = false;
        }
        slot.track->stable(frame.number, node.number);
    }

    void tell(int target)
    {
        const int about = any_of(others(target));
        Slot &of = link(about);
        const mn_copy_now now = {
            .in_sync = fault_ == Fault::sync_not_needed || (of.live && !of.track->track.dirty_bits),
            .stream = of.stream, .sequence = of.sequence, .stable = of.stable,
            .number = node_[source_].number,
        };

        mn_copy_mark_look(&of.mark, &now);
        if (fault_ == Fault::mark_too_young && of.mark.as_of)
            of.mark.as_of = now.number;
        if (of.mark.as_of && link(target).live)
            overtake(link(target).queue, {Frame::copy, 0, 0, of.mark.as_of, 0, about});
    }

    // A resync is not queued all at once, as it is here.
    void overtake(std::deque<Frame> &queue, const Frame &frame)
    {
        queue.insert(queue.begin() + static_cast<long>(random_.range(0, queue.size())), frame);
    }

    void lose(int target)
    {
        Slot &to = link(target);

        for (const auto *frames : {&to.queue, &to.unstable})
            for (const Frame &frame : *frames)
                if (frame.kind == Frame::write)
                    mn_track_set_dirty(&to.track->track, frame.block, frame.block);
        to.queue.clear();
        to.unstable.clear();
        to.live = false;
        if (random_.one_in(2))
            node_[target].number -= std::min<u64>(node_[target].number, random_.range(0, 3));  // a crash
    }

    // The union of what both know, then SYNC_END.
    void rejoin(int target)
    {
        Slot &to = link(target), &back = node_[target].slot[source_];
        Node &source = node_[source_];

        if (to.live)
            return;
        if (to.full || back.full) {
            mn_track_set_dirty(&to.track->track, 0, blocks - 1);
            to.full = back.full = false;
        }
        mn_track_give_up(&to.track->track);
        to.track->or_dirty(0, back.track->union_of(0, blocks));
        to.stream = ++streams_;
        to.live = true;
        to.sequence = to.applied = to.stable = 0;
        node_[target].whole = false;
        for (u64 block = 0; block < blocks; block++)
            if (is_dirty(to, block)) {
                mn_track_clear_dirty(&to.track->track, block, block);
                send(target, {Frame::write, block, source.content[block], source.number, 0, 0});
            }
        send(target, {Frame::sync_end, 0, 0, ++source.number, 0, 0});
    }

    void take_over(int target)
    {
        if (!node_[target].whole)
            return;
        for (int each : others(source_))
            lose(each);
        for (Slot &slot : node_[target].slot)
            mn_track_give_up(&slot.track->track);
        source_ = target;
    }

    // The slot that a target has for the other is removed and added: it proves nothing.
    void add_anew(int target)
    {
        Slot &slot = node_[target].slot[any_of(others(target))];

        empty(slot);
        slot.full = true;
        slot.since = node_[target].number;
    }

    bool known(int a, int b, u64 block)
    {
        const auto in = [&](int x, int y) {
            Slot &slot = node_[x].slot[y];
            return slot.full || is_dirty(slot, block) || slot.track->pending(block);
        };
        return in(a, b) || in(b, a);
    }

    // Also in the middle of a resync: either may be made source, by force.
    bool knows_all()
    {
        for (int a : others(source_))
            for (int b : others(a))
                for (u64 block = 0; block < blocks; block++)
                    if (node_[a].content[block] != node_[b].content[block] && !known(a, b, block))
                        return false;
        return true;
    }

    Random random_;
    Fault fault_;
    Node node_[nodes];
    int source_ = 0;
    u64 id_ = 0, streams_ = 0;
};

// The first story, of so many, that ends in a difference which nobody knows of; 0: none does.
std::uint64_t first_failure(Fault fault, std::uint64_t stories, unsigned int *proven = nullptr)
{
    for (std::uint64_t seed = 1; seed <= stories; seed++) {
        Story story(seed, fault);

        if (!story.run(400))
            return seed;
        if (proven)
            *proven += story.proven;
    }
    return 0;
}

}  // namespace

TEST(CopyMarkStory, WhereTwoTargetsDifferOneOfThemKnows)
{
    unsigned int proven = 0;

    EXPECT_EQ(first_failure(Fault::none, 2000, &proven), 0u) << "seed of the story";
    EXPECT_GT(proven, 1000u) << "slots that came to prove something";
}

TEST(CopyMarkStory, EveryRuleIsNeeded)
{
    for (Fault fault : {Fault::heard_while_behind, Fault::resync_not_entered, Fault::mark_too_young,
                        Fault::proven_too_early, Fault::sync_not_needed})
        EXPECT_NE(first_failure(fault, 20000), 0u) << "left out: rule " << static_cast<int>(fault);
}

}  // namespace kcore
