// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim_target.hpp"

#include "facts.hpp"

namespace kcore::sim {

mn_facts facts_of(const Identity &identity, u8 role)
{
    mn_facts facts = with_old_base(kcore::facts(role, identity.generation, identity.base, {}),
                                   identity.old_base);

    std::copy(identity.history, identity.history + MN_HISTORY, facts.history);
    facts.flags = identity.fresh ? MN_HELLO_F_BLANK : 0;
    facts.data_state = identity.inconsistent ? MN_DATA_INCONSISTENT : MN_DATA_CURRENT;
    return facts;
}

void Target::apply_one()
{
    if (frames.empty())
        return;
    Frame frame = frames.front();

    frames.pop_front();
    switch (frame.type) {
    case MN_FRAME_WRITE:
        disk.write(frame.block, frame.value);
        break;
    case MN_FRAME_SYNC_BEGIN:
        identity.inconsistent = true;
        identity.fresh = false;
        break;
    case MN_FRAME_SYNC_END:
        disk.flush();
        identity.inconsistent = false;
        mn_generation_advance(&identity.generation, identity.history, frame.value);
        identity.base = frame.value;
        break;
    }
    applied = frame.sequence;
    if (frame.type == MN_FRAME_SYNC_END)
        stable = applied;
}

void Target::flush()
{
    if (sabotage_ != Sabotage::stable_without_flush)
        disk.flush();
    stable = applied;
}

void Target::link_lost(Random &random)
{
    for (u64 count = random.range(0, frames.size()); count; count--)
        apply_one();
    frames.clear();
}

void Target::power_cut(Random &random)
{
    disk.power_cut(random);
    frames.clear();
}

}  // namespace kcore::sim
