// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/open_target.hpp"

#include "ops/operation_lock.hpp"
#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/lock.hpp"
#include "ops/volume/managed.hpp"
#include "ops/volume/unlock.hpp"

namespace mirrornet::ops {

namespace {

// One mirror, as this node sees it; the other node is asked.
class Pair {
public:
    Pair(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror)
        : store_(store), kernel_(kernel), mirror_(mirror), target_here_(is_target(kernel, mirror))
    {
    }

    bool pause_here()
    {
        require_not_broken(record(), mirror_);
        if (waits_for_person(record()))
            return false;
        kernel_.pause(mirror_.id, mirror_.peer);
        return true;
    }

    bool break_here()
    {
        if (record().state == MirrorState::broken)
            return false;
        kernel_.break_(mirror_.id, mirror_.peer);
        return true;
    }

    void continue_here() { kernel_.continue_(mirror_.id, mirror_.peer); }

    bool tell(const std::string& method, nlohmann::json params = nlohmann::json::object())
    {
        params["volume"] = mirror_.volume;
        return Peer(store_, mirror_.node).call(method, with_managers(store_, {mirror_.volume}, params)).value("changed", true);
    }

    // False: it is open in this way already.
    bool unlock_target(const nl::Unlock& how)
    {
        if (!target_here_)
            return tell("volume.unlock", {{"read_only", how.read_only}, {"force", how.force}});
        if (is_open(kernel_.volume(mirror_.id), how))
            return false;
        unlock_when_free(kernel_, mirror_.id, how);
        return true;
    }

    bool unlock_if_here(bool force)
    {
        return target_here_ && unlock_target({.read_only = false, .force = force});
    }

    // A target that is being resynced, or was.
    bool target_is_inconsistent()
    {
        if (target_here_)
            return kernel_.volume(mirror_.id).data == DataState::inconsistent;
        const auto there = Peer(store_, mirror_.node).call("status", {{"volumes", {mirror_.volume}}});
        return there.at("volumes").at(0).value("data_state", "") == "inconsistent";
    }

    std::string target_node() const { return target_here_ ? "this node" : "node " + mirror_.node; }
    const MirrorName& name() const { return mirror_; }

private:
    nl::MirrorRecord record() { return kernel_.mirror(mirror_.id, mirror_.peer); }

    const ConfigStore& store_;
    nl::Kernel& kernel_;
    MirrorName mirror_;
    bool target_here_;
};

// `way_out`: what the verb offers for those who want it all the same.
void require_consistent(Pair& pair, ExitStatus status, const std::string& way_out)
{
    if (!pair.target_is_inconsistent())
        return;
    throw Error(status,
                "volume " + pair.name().volume + ": the copy on " + pair.target_node() +
                    " is inconsistent, because a resync into it has not ended; a file system on it is damaged. "
                    "Wait for the end of the resync: mirrorctl status " + pair.name().volume +
                    " --watch" + way_out + ". Nothing was changed");
}

// A request that timed out may have been carried out.
bool pause_there(Pair& pair, Undo& undo)
{
    try {
        return pair.tell("mirror.pause");
    } catch (const Error& error) {
        if (error.status() == ExitStatus::timed_out)
            undo.lose("the mirror may be paused on node " + pair.name().node);
        throw;
    }
}

bool pause_and_unlock_one(Pair& pair, bool read_only)
{
    bool changed = false;
    require_consistent(pair, ExitStatus::refused, "");
    whole_or_not_at_all([&](Undo& undo) {
        if (pair.pause_here()) {
            changed = true;
            undo.add("continue the mirror here", [&] { pair.continue_here(); });
        }
        if (pause_there(pair, undo)) {
            changed = true;
            undo.add("continue the mirror on node " + pair.name().node,
                     [&] { pair.tell("mirror.continue"); });
        }
        changed |= pair.unlock_target({.read_only = read_only, .force = false});
    });
    return changed;
}

void require_confirmed(const Pair& pair, const BreakOptions& options)
{
    if (options.confirmed)
        return;
    throw Error(ExitStatus::needs_force,
                "breaking the mirror of volume " + pair.name().volume + " to node " + pair.name().node +
                    " forgets what was in sync: only a full resync brings it back (a pause would need "
                    "a partial one); repeat with --yes if you want it",
                "--yes");
}

bool break_one(Pair& pair, const BreakOptions& options)
{
    require_confirmed(pair, options);
    if (options.local_only) {
        const bool broken = pair.break_here();
        return pair.unlock_if_here(options.force) || broken;
    }
    if (!options.force)
        require_consistent(pair, ExitStatus::needs_force,
                           "; to break the mirror and open the copy all the same, repeat with --force");
    bool changed = pair.break_here();
    finish_after("this node's side of the mirror is broken", [&] {
        changed |= pair.tell("mirror.break");
        changed |= pair.unlock_target({.read_only = false, .force = options.force});
    });
    return changed;
}

template <typename Step>
VerbResult for_each_pair(const ConfigStore& store, const Subject& subject, const std::string& verb,
                         Step step)
{
    VerbResult result{meant_mirrors(store, subject), false, {}, {}};
    const auto locks = lock_volumes(store, subject, verb);
    nl::Kernel kernel;
    for (const auto& mirror : result.mirrors) {
        require_active(kernel, mirror.volume, mirror.id);
        Pair pair(store, kernel, mirror);
        result.changed |= step(pair);
    }
    return result;
}

bool for_one(const ConfigStore& store, const std::string& volume, const std::string& node,
             const std::string& verb, bool (Pair::*step)())
{
    const Subject subject{Subject::Kind::mirror, volume, node};
    return for_each_pair(store, subject, verb, [step](Pair& pair) { return (pair.*step)(); }).changed;
}

} // namespace

VerbResult pause_and_unlock(const ConfigStore& store, const Subject& subject, bool read_only)
{
    return for_each_pair(store, subject, "pause", [read_only](Pair& pair) {
        return pause_and_unlock_one(pair, read_only);
    });
}

VerbResult break_(const ConfigStore& store, const Subject& subject, const BreakOptions& options)
{
    return for_each_pair(store, subject, "break",
                         [&options](Pair& pair) { return break_one(pair, options); });
}

bool pause_for(const ConfigStore& store, const std::string& volume, const std::string& node)
{
    return for_one(store, volume, node, "pause", &Pair::pause_here);
}

bool break_for(const ConfigStore& store, const std::string& volume, const std::string& node)
{
    return for_one(store, volume, node, "break", &Pair::break_here);
}

bool unlock_for(const ConfigStore& store, const std::string& volume, const std::string& node,
                const nl::Unlock& how)
{
    const auto mirror = mirrors_of(store, {Subject::Kind::mirror, volume, node}).front();
    nl::Kernel kernel;
    require_active(kernel, volume, mirror.id);
    if (!is_target(kernel, mirror))
        throw Error(ExitStatus::refused, "this node does not hold a target of volume " + volume +
                                             "; only targets are unlocked from outside");
    return unlock(store, volume, how).changed;
}

} // namespace mirrornet::ops
