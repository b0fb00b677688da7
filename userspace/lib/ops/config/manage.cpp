// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/config/manage.hpp"

#include "base/error.hpp"
#include "nl/kernel.hpp"
#include "ops/operation_lock.hpp"
#include "ops/undo.hpp"
#include "ops/volume/everywhere.hpp"

namespace mirrornet::ops {

namespace {

struct Edit {
    VolumeConfig before, after;
};

std::vector<std::string> volumes_of(const ConfigStore& store, const Subject& subject)
{
    if (!subject.node.empty())
        throw Error(ExitStatus::usage, "a volume is managed as a whole, on all its nodes: name it, or job:NAME, alone");
    if (subject.kind == Subject::Kind::job)
        return store.load_job(subject.name).volumes;
    return {subject.name};
}

Edit edit_of(VolumeConfig before, const std::string& by)
{
    if (!by.empty() && !before.manager.empty() && before.manager != by)
        throw Error(ExitStatus::refused, "volume " + before.name + " is managed by " + before.manager + "; nothing was changed; if "
                                             "that one shall not decide any more: mirrorctl unmanage " + before.name);
    Edit edit{before, std::move(before)};
    edit.after.manager = by;
    if (edit.after != edit.before)
        edit.after.version++;
    edit.after.check();
    return edit;
}

} // namespace

ManageResult manage(const ConfigStore& store, const Subject& subject, const std::string& by)
{
    if (!by.empty())
        check_name("manager", by);
    ManageResult result{false, volumes_of(store, subject)};
    std::vector<OperationLock> locks;
    std::vector<Edit> edits;
    for (const auto& name : result.volumes) {
        locks.emplace_back(name, by.empty() ? "unmanage" : "manage");
        edits.push_back(edit_of(store.load_volume(name), by));
    }
    whole_or_not_at_all([&](Undo& undo) {
        for (const auto& edit : edits) {
            if (edit.after == edit.before)
                continue;
            change_everywhere(store, edit.before, edit.after);
            undo.add("put the configuration of volume " + edit.before.name + " back",
                     [&] { change_everywhere(store, edit.after, edit.before); });
            result.changed = true;
        }
    });
    return result;
}

bool is_source_here(const ConfigStore& store, const std::string& volume)
try {
    const auto config = store.find_volume(volume);
    const auto record = config ? nl::Kernel().find_volume(config->id) : std::nullopt;
    return record && record->role == Role::source;
} catch (const Error& error) {
    if (error.status() != ExitStatus::not_found) // else the module is not loaded
        throw;
    return false;
}

} // namespace mirrornet::ops
