// SPDX-License-Identifier: GPL-2.0-or-later
#include "story.hpp"

#include <numeric>

namespace sim {

Story::Story(u64 seed, int steps) : seed_(seed), steps_(static_cast<size_t>(steps))
{
    Dice dice(seed, ~u64{0});

    nodes_ = 2 + static_cast<int>(dice.below(most_nodes - 1));
    promotes_ = !dice.one_in(3);
    std::iota(steps_.begin(), steps_.end(), 0);
}

std::string Story::run(std::string *log)
{
    world_ = std::make_unique<World>(seed_, nodes_);
    world_->log = log;
    for (u64 step : steps_) {
        world_->dice = Dice(seed_, step);
        any_step();
        world_->check();
        if (!world_->ok())
            return "step " + std::to_string(step) + ": " + world_->fault();
    }
    settle();
    return world_->ok() ? "" : "at the end: " + world_->fault();
}

std::string Story::shorten()
{
    std::string fault = run();

    for (size_t chunk = steps_.size(); chunk && !fault.empty(); chunk /= 2)
        for (size_t at = 0; at < steps_.size();) {
            const std::vector<u64> before = steps_;
            const auto from = steps_.begin() + static_cast<long>(at);

            steps_.erase(from, from + static_cast<long>(std::min(chunk, steps_.size() - at)));
            const std::string left = run();
            if (left.empty()) {
                steps_ = before;
                at += chunk;
            } else {
                fault = left;
            }
        }
    return fault;
}

// ---- steps ----

void Story::any_step()
{
    World &world = *world_;
    int n = static_cast<int>(world.dice.below(static_cast<u64>(nodes_)));
    if (!world.node(n).is_source() && world.dice.one_in(3))
        n = (n + 1) % nodes_;
    const int peer = (n + 1 + static_cast<int>(world.dice.below(static_cast<u64>(nodes_ - 1)))) % nodes_;
    const u64 what = world.dice.below(100);

    if (what < 88)
        work(n);
    else if (what < 93)
        trouble(n, peer);
    else
        person(n, peer);
}

// Rather one with a link.
int Story::some_peer(int n)
{
    World &world = *world_;
    int peer = n;

    for (int i = 0; i < 4 && (peer == n || world.mirror(n, peer).end.phase == Phase::none); i++)
        peer = (n + 1 + static_cast<int>(world.dice.below(static_cast<u64>(nodes_ - 1)))) % nodes_;
    return peer;
}

template <typename What> void Story::some_times(What what)
{
    for (u64 count = world_->dice.below(10); count; count--)
        what();
}

// The daemons, timers and workers of a node: each a few times, in any order.
void Story::work(int n)
{
    World &world = *world_;

    if (!world.node(n).up && world.dice.one_in(4))
        world.boot(n);
    for (u64 count = 1 + world.dice.below(24); count; count--) {
        const int peer = some_peer(n);

        switch (world.dice.below(22)) {
        case 0: case 1: case 2: world.write(n); break;
        case 3: case 4: some_times([&] { world.finish(n); }); break;
        case 5: world.flush(n); break;
        case 6: case 7: case 8: case 9: case 10: some_times([&] { world.deliver(n, peer); }); break;
        case 11: world.flush_target(n, peer); break;
        case 12: case 13: some_times([&] { world.resync_one(n, peer); }); break;
        case 14: world.go_live(n, peer); break;
        case 15: world.connect(n, peer); break;
        case 16: world.record_loss(n); break;
        case 17: world.open_by_itself(n); break;
        case 18: world.tell_copies(n, peer); break;
        case 19: world.dice.one_in(2) ? world.clear_cold(n) : world.write_back(n); break;
        case 20: world.notice(n, peer); break;
        case 21: world.yield_now(n); break;
        }
    }
}

void Story::trouble(int n, int peer)
{
    World &world = *world_;

    switch (world.dice.below(10)) {
    case 0: return world.power_cut(n);
    case 1: return world.power_cut(a_source());
    case 2: case 3: case 4: return world.boot(n);
    case 5: case 6: return world.cut(n, peer);
    case 7: return world.dice.one_in(3) ? world.partition() : world.heal();
    case 8: return world.overflow(n, peer);
    default: return world.heal();
    }
}

void Story::person(int n, int peer)
{
    World &world = *world_;

    switch (world.dice.below(20)) {
    case 0: case 1: case 2: return world.unlock(n);
    case 16: case 17: return switch_over(a_source(), peer);
    case 18: case 19: return promotes_ ? fail_over(n) : void();
    case 3: return world.lock(n, world.dice.one_in(2) ? MN_LOCK_USER : MN_LOCK_HANDING_OVER);
    case 4: case 5: return world.give(n, peer);
    case 6: case 7: case 8:
        return world.messages().empty() ? void() : world.hand_over(world.messages().size() - 1 -
            world.dice.below(std::min<size_t>(world.messages().size(), 4)));
    case 9: return world.dice.one_in(3) ? world.shut_down(n) : world.boot(n);
    case 10: return world.dice.one_in(3) ? world.pause(n, peer) : world.go_on(n, peer);
    case 11: return promotes_ ? world.promote(n, world.dice.one_in(4)) : void();
    case 12: return promotes_ ? world.promote(n, false) : void();
    case 13: return promotes_ && world.dice.one_in(4) ? world.open_by_force(n) : void();
    case 14: return promotes_ && world.dice.one_in(4) ? world.discard(n, peer, world.dice.one_in(2)) : void();
    default:
        if (world.dice.one_in(4))
            return promotes_ && world.dice.one_in(2) ? world.take_back_by_force(n) : world.demote(n);
        return world.follow(n);
    }
}

// The first that has the role; without one, any node.
int Story::a_source()
{
    for (int n = 0; n < nodes_; n++)
        if (world_->node(n).is_source())
            return n;
    return static_cast<int>(world_->dice.below(static_cast<u64>(nodes_)));
}

// As the program does it, as far as it comes.
void Story::switch_over(int n, int peer)
{
    World &world = *world_;

    if (n == peer)
        return;
    for (int i = 0; i < 12; i++)
        world.finish(n);
    world.record_loss(n);
    world.lock(n, MN_LOCK_HANDING_OVER);
    for (int i = 0; i < 3; i++) {
        some_times([&] { world.deliver(peer, n); });
        world.flush_target(peer, n);
        some_times([&] { world.deliver(n, peer); });
    }
    world.give(n, peer);
    for (int i = 0; i < 2 && !world.messages().empty() && !world.dice.one_in(4); i++)
        world.hand_over(world.messages().size() - 1 - (i ? 0 : std::min<size_t>(world.messages().size() - 1, 1)));
}

// The source is gone, or cut off; somebody takes over.
void Story::fail_over(int n)
{
    World &world = *world_;
    const int old = a_source();

    if (old != n)
        world.dice.one_in(2) ? world.power_cut(old) : world.isolate(old);
    for (int peer = 0; peer < nodes_; peer++) {
        world.notice(n, peer);
        if (!world.mirror(n, peer).end.applying)
            world.end_link(n, peer);    // of two targets: it ends by itself
    }
    world.promote(n, world.dice.one_in(6));
    if (world.dice.one_in(2))
        world.unlock(n);
}

// ---- the end: everything works, persons decide, all copies become equal ----

void Story::settle()
{
    World &world = *world_;

    for (u64 round = 0; round < 600 && world.ok() && !world.all_in_sync(); round++) {
        world.dice = Dice(seed_, 1000000 + round);
        settle_round();
        world.check();
        if (round % 10 == 9)
            decide();
    }
    if (!world.ok())
        return;
    if (!world.all_in_sync())
        world.does_not_rest();
    world.check_equal();
}

void Story::settle_round()
{
    World &world = *world_;

    world.heal();
    for (int n = 0; n < nodes_; n++) {
        world.boot(n);
        for (int i = 0; i < 12; i++)
            world.finish(n);
        world.record_loss(n);
        world.open_by_itself(n);
        world.yield_now(n);
        for (int peer = 0; peer < nodes_; peer++) {
            if (peer == n)
                continue;
            world.connect(n, peer);
            world.notice(n, peer);
            for (int i = 0; i < 8; i++)
                world.deliver(n, peer);
            world.flush_target(n, peer);
            world.go_live(n, peer);
            for (int i = 0; i < 4; i++)
                world.resync_one(n, peer);
        }
    }
}

void Story::end_handovers()
{
    World &world = *world_;

    for (int n = 0; n < nodes_; n++) {
        if (!mn_handover_is_open(&world.node(n).super))
            continue;
        for (int peer = 0; peer < nodes_; peer++)
            if (peer != n)
                world.give(n, peer);
        const size_t last = world.messages().size();
        world.hand_over(last - 2);  // take it
        world.hand_over(last - 1);  // or never
        for (size_t answer = last; answer < world.messages().size(); answer++)
            world.hand_over(answer);
        world.take_back_by_force(n);
    }
}

void Story::decide()
{
    World &world = *world_;
    int kept = -1;

    end_handovers();
    for (int n = 0; n < nodes_; n++)
        if (world.node(n).is_source() && (kept < 0 || world.dice.one_in(2)))
            kept = n;
    for (int force = 0; force < 2 && kept < 0; force++)
        for (int n = 0; n < nodes_ && kept < 0; n++) {
            for (int peer = 0; peer < nodes_; peer++)
                if (peer != n)
                    world.end_link(n, peer);
            world.promote(n, force);
            kept = world.node(n).is_source() ? n : -1;
        }
    if (kept >= 0)
        one_source(kept);
}

void Story::one_source(int kept)
{
    World &world = *world_;

    for (int n = 0; n < nodes_; n++) {
        if (n == kept)
            continue;
        if (world.node(n).super.role == MN_ROLE_NONE) {
            for (int peer = 0; peer < nodes_; peer++)
                if (peer != n)
                    world.end_link(n, peer);
            world.follow(n);
        }
        if (world.node(n).is_source() || world.is_stuck(n, kept) || world.is_stuck(kept, n)) {
            world.lock(n, MN_LOCK_USER);
            for (int peer = 0; peer < nodes_; peer++)
                if (peer != n && peer != kept)
                    world.end_link(n, peer);
            if (!world.node(n).is_source())
                world.pause(n, kept);
            world.discard(n, kept, world.dice.one_in(2));
            world.go_on(n, kept);
        }
        if (world.is_stuck(kept, n))
            world.go_on(kept, n);
    }
}

}  // namespace sim
