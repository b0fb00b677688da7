// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/giving.hpp"

#include "ops/peer.hpp"
#include "ops/undo.hpp"
#include "ops/volume/allowed.hpp"
#include "ops/volume/unlock.hpp"

namespace mirrornet::ops {

nlohmann::json volume_there(const ConfigStore& store, const MirrorName& mirror)
{
    return Peer(store, mirror.node).call("status", {{"volumes", {mirror.volume}}}).at("volumes").at(0);
}

void require_handed_to(const ConfigStore& store, const nl::VolumeRecord& now, const MirrorName& mirror)
{
    if (now.handed_to == mirror.peer)
        return;
    const auto other = store.find_peer(now.handed_to);
    const auto name = other ? other->name : now.handed_to.to_string();
    throw Error(ExitStatus::refused, "volume " + mirror.volume + " was handed over to node " + name +
                                         ", and whether that one took it is not known; nothing was changed; finish "
                                         "that first: mirrorctl switchover " + mirror.volume + "@" + name);
}

namespace {

// That node would refuse to take it, too.
void require_may_be_source(const nlohmann::json& there, const MirrorName& mirror)
{
    const auto allowed = there.value("allowed_roles", "both");
    if (allowed == "both" || allowed == "source")
        return;
    throw Error(ExitStatus::refused,
                "node " + mirror.node + " may not be the source of volume " + mirror.volume + " (allowed-roles); nothing was "
                "changed; choose another node, or allow it, on node " + mirror.node + ": mirrorctl set " + mirror.volume +
                " allowed-roles=both, and mirrorctl set --node allowed-roles=both where that bars it");
}

} // namespace

Giving::Giving(const ConfigStore& store, nl::Kernel& kernel, const VolumeConfig& config,
               const MirrorName& mirror)
    : store_(store), kernel_(kernel), mirror_(mirror), gate_(kernel, config)
{
}

void Giving::check()
{
    require_allowed(store_, mirror_.volume, Role::target); // what this node is afterwards
    const auto record = kernel_.mirror(mirror_.id, mirror_.peer);
    if (record.state != MirrorState::mirroring)
        throw Error(ExitStatus::refused,
                    "volume " + mirror_.volume + " is not mirroring to node " + mirror_.node +
                        ", whose copy lacks something; nothing was changed; see: mirrorctl status " +
                        mirror_.volume);
    if (kernel_.volume(mirror_.id).meta_error)
        throw Error(ExitStatus::refused, "the metadata of volume " + mirror_.volume +
                                             " cannot be written on this node, so its role cannot change; "
                                             "nothing was changed; see: mirrorctl status " +
                                             mirror_.volume);
    require_operate();
    check_there();
}

// Without it the role could be given, and neither be taken nor come back.
void Giving::require_operate() const
{
    const auto info = Peer(store_, mirror_.node).call("node.info");
    const auto may = info.at("you").at("may").get<std::string>();
    if (!parse_permissions(may).allows(Permission::operate))
        throw Error(ExitStatus::not_permitted,
                    "node " + mirror_.node + " does not let this node operate its copies (it may: " + may +
                        "), so it would not take the role of volume " + mirror_.volume +
                        "; nothing was changed; over there, let it: mirrorctl node trust " +
                        info.at("you").at("name").get<std::string>() + " --may status,replicate,operate");
}

// It could not open what somebody holds (I5); who looks into the device for a moment is gone at once.
void Giving::check_there() const
{
    for (int tries = 20;; tries--) {
        const auto there = volume_there(store_, mirror_);
        if (there.value("role", "") != "target")
            throw Error(ExitStatus::refused, "node " + mirror_.node + " does not hold a target of volume " +
                                                 mirror_.volume + " now; nothing was changed");
        require_may_be_source(there, mirror_);
        if (there.value("openers", 0) == 0)
            return;
        if (tries == 0)
            throw Error(ExitStatus::in_use, "somebody holds volume " + mirror_.volume + " open on node " +
                                                mirror_.node + ", so that node could not open it as source; nothing "
                                                "was changed; close it there first (see: mirrorctl lock " +
                                                mirror_.volume + " -H " + mirror_.node + ")");
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

void Giving::close(std::chrono::seconds wait)
{
    gate_.close(wait);
}

Giving::Handover Giving::give(const ChangeoverOptions& options)
{
    close(options.wait);
    return hand_over(options);
}

Giving::Handover Giving::hand_over(const ChangeoverOptions& options)
{
    return drained(gate_, mirror_.volume, options,
                   [&] { return kernel_.handover_give(mirror_.id, mirror_.peer); });
}

void Giving::settle(const Handover& which)
{
    try {
        call("handover.take", which);
    } catch (const Error& error) {
        if (was_refused(which, error.what()))
            take_back(which, error);
    }
    finish_after("node " + mirror_.node + " is the source of volume " + mirror_.volume, [&] {
        kernel_.handover_end(mirror_.id, mirror_.peer, Role::target, which.number);
    });
}

bool Giving::cancel(const Handover& which)
{
    if (!was_refused(which, "its role was handed over before"))
        return false;
    kernel_.handover_end(mirror_.id, mirror_.peer, Role::source, which.number);
    unlock_when_free(kernel_, mirror_.id);
    return true;
}

void Giving::call(const std::string& method, const Handover& which)
{
    Peer(store_, mirror_.node)
        .call(method, {{"volume", mirror_.volume},
                       {"number", which.number},
                       {"generation", which.generation}});
}

bool Giving::was_refused(const Handover& which, const std::string& because)
{
    try {
        call("handover.refuse", which);
        return true;
    } catch (const Error& error) {
        if (error.status() == ExitStatus::exists)
            return false;
        throw Error(ExitStatus::timed_out,
                    "volume " + mirror_.volume + ": whether node " + mirror_.node +
                        " took the role is not known (" + because + "; " + error.what() +
                        "); the volume stays locked on this node, and nothing is lost. When node " +
                        mirror_.node + " answers again, repeat: mirrorctl switchover " + mirror_.volume +
                        "@" + mirror_.node);
    }
}

void Giving::take_back(const Handover& which, const Error& error)
{
    const auto why = "node " + mirror_.node + " did not take the role of volume " + mirror_.volume + " (" + error.what() + ")";
    try {
        kernel_.handover_end(mirror_.id, mirror_.peer, Role::source, which.number);
    } catch (const Error& here) {
        throw Error(here.status(), why + ", and this node could not take it back: " + here.what() +
                                       "; the volume stays locked here, and nothing is lost. When that is mended, repeat: "
                                       "mirrorctl switchover " + mirror_.volume + "@" + mirror_.node);
    }
    const auto open = gate_.reopen();
    throw Error(error.status() == ExitStatus::timed_out ? ExitStatus::unreachable : error.status(),
                why + "; this node is the source as before; nothing was changed" + open);
}

} // namespace mirrornet::ops
