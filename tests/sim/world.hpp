// SPDX-License-Identifier: GPL-2.0-or-later
// Two to five nodes of one volume, and the links between them. Every method is one step of the module (or of
// the programs, or of a person), taken whole; between two of them anything may happen. It does nothing where the
// module would refuse. What decides is the module's pure core; what is around it is modelled after the files named
// at each part.
#pragma once

#include "node.hpp"

#include <string>

namespace sim {

// What was ever written: values are numbers that grow.
struct Written {
    u32 block, before;
    u8 writer;
    bool guarded;   // it returned, and all that were in sync had it
};

struct Message {    // of a handover; stays for ever, and comes as often as it likes
    enum Kind { take, refuse, took, refused } kind;
    u8 from, to;
    u64 number, generation;
};

class World {
public:
    World(u64 seed, int nodes);

    // ---- a node (node.cpp) ----
    void power_cut(int n);
    void shut_down(int n);
    void boot(int n);
    void clear_cold(int n);
    void write_back(int n);
    void flush_disk(int n);

    // ---- a source (source.cpp) ----
    void write(int n);
    void flush(int n);
    void finish(int n);
    void record_loss(int n);
    void overflow(int n, int peer);
    void resync_one(int n, int peer);
    void go_live(int n, int peer);
    void tell_copies(int n, int peer);

    // ---- links (link.cpp) ----
    void connect(int a, int b);
    void cut(int a, int b);
    void notice(int n, int peer);
    void end_link(int n, int peer) { end_session(n, peer, MN_REASON_OPERATION); }
    void deliver(int n, int peer);
    void flush_target(int n, int peer);
    void partition();
    void isolate(int n);
    void heal();

    // ---- roles (role.cpp), and persons ----
    void open_by_itself(int n);
    void unlock(int n);
    void lock(int n, u8 reason);
    void open_by_force(int n);
    void promote(int n, bool force);
    void demote(int n);
    void follow(int n);
    void pause(int n, int peer);
    void go_on(int n, int peer);
    void discard(int loser, int kept, bool proven);
    void yield_now(int n);
    void give(int n, int peer);
    void hand_over(size_t which);
    void take_back_by_force(int n);

    // ---- checks (check.cpp) ----
    void check();
    void check_equal();
    void does_not_rest();
    bool all_in_sync() const;

    int nodes() const { return nodes_; }
    Node &node(int n) { return node_[n]; }
    Mirror &mirror(int n, int peer) { return node_[n].mirror[peer]; }
    bool reach(int a, int b) const { return side_[a] == side_[b]; }
    bool is_stuck(int n, int peer) { return mn_state_is_durable(mirror(n, peer).state); }
    const std::vector<Message> &messages() const { return messages_; }
    const std::string &fault() const { return fault_; }
    bool ok() const { return fault_.empty(); }
    Dice dice;
    std::string *log = nullptr;

    // how often: a simulation in which nothing happens finds nothing
    struct {
        u64 in_sync, promoted, handed_over, yielded, split, resumed, proven, lost, full;
    } times{};

private:
    template <typename... Words> void say(const Words &...words)
    {
        if (log)
            ((*log += text(words)), ...), *log += '\n';
    }
    static std::string text(const char *word) { return word; }
    static std::string text(const std::string &word) { return word; }
    static std::string text(u64 number) { return std::to_string(number); }
    void fail(const std::string &what);
    u64 fresh() { return dice.any() | 1; }

    mn_super &begin(Node &node);
    void tick(Node &node) { node.now++; }
    bool enter_region(int n, u32 block);
    void set_bits(Node &node, Mirror &mirror, u32 block);
    void event(int n, int peer, mn_mirror_event what, u8 reason);
    mn_facts facts(int n, int peer) const;

    // streams
    void queue(int n, int peer, Frame frame, u64 io);
    void lose_sync(int n, int peer);
    void give_up(int n, int peer);
    void keep_or_give_up(int n, int peer, u8 reason);
    void drop_kept(int n, int peer);
    void drop_all_kept(int n);
    void release_writers(int n, int peer);
    void end_sync(int n, int peer);
    void acknowledged(int n, int peer, const Frame &ack);
    void advance(int n, mn_super &draft);
    void tell_generation(int n);
    void sync_done(int n, int peer);
    void leg_done(int n, u64 io, int by, u32 life);
    void end_if_done(int n);
    void complete(int n, const Io &io);
    void caught_up(int n, int peer);
    bool can_go_on(int n, int peer);
    void record_stream(int n, int peer);
    void begin_stream(int n, int peer);
    void send_again(int n, int peer);
    Bits writing(const Node &node) const;

    // links
    void end_session(int n, int peer, u8 reason);
    void end_all(int n, u8 reason);
    bool has_link(int n) const;
    void cut_sides();
    void send(int n, int peer, Frame frame);
    void drop_tail(std::deque<Frame> &frames);
    void on_hello(int n, int peer);
    void on_verdict(int n, int peer);
    void become_target(int n, int peer);
    void on_refusal(int n, int peer);
    void dispatch(int n, int peer, const Frame &frame);
    bool is_aside(int n, int peer) const;
    bool wants_link(int n, int peer) const;

    // target
    bool apply(int n, int peer, const Frame &frame);
    bool apply_write(int n, int peer, const Frame &frame);
    void apply_sync_begin(int n, int peer, const Frame &frame);
    void apply_sync_end(int n, int peer, const Frame &frame);
    void apply_generation(int n, int peer, const Frame &frame);
    void heard_copy(int n, const Frame &frame);
    void end_apply(int n, int peer);
    void ack(int n, int peer);
    void forget_received(Node &node);

    // roles
    bool passes_for_equal(const Node &node, int peer) const;
    void open_source(int n);
    void may_open(int n, int peer);
    bool close(int n, u8 reason);
    void role_is(int n, u8 locked);
    bool another_source_there(int n) const;
    bool is_behind(int n) const;
    bool still_yields(int n) const;
    void commit_yield(int n, bool unwritten);
    u64 common_generation(int loser, int kept) const;
    bool has_everything(int n) const;
    u32 lacking(int n) const;
    void on_take(const Message &message);
    void on_refuse(const Message &message);
    void on_answer(const Message &message);

    // checks
    void check_nodes();
    void check_marks(int a, int b);
    Bits differing(int a, int b) const;
    Bits known(int n, int peer, bool durable) const;
    bool would_be_partial(int a, int b) const;
    bool somebody_has(u32 value, int but, int depth) const;
    void give_up(u32 value, int kept);
    void check_overwrite(int n, int peer, const Frame &frame);
    void check_promise(int n, const char *when);

    int nodes_;
    Node node_[most_nodes];
    int side_[most_nodes]{};
    mn_facts hello_[most_nodes][most_nodes]{};
    mn_verdict verdict_[most_nodes][most_nodes]{};
    std::vector<Written> written_{1};
    std::vector<Message> messages_;
    u64 ios_ = 0;
    bool by_person_ = false;    // from here on there may be two sources
    std::string fault_;
};

}  // namespace sim
