// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/status/selection.hpp"

#include "ops/volume/mirror_verbs.hpp"

#include <algorithm>

namespace mirrornet::ops {

namespace {

bool means(const Subject& subject, const std::string& volume, const std::string& node)
{
    return subject.name == volume && (subject.node.empty() || node.empty() || subject.node == node);
}

void require_volume(const std::vector<VolumeStatus>& volumes, const std::string& name)
{
    if (std::ranges::none_of(volumes, [&](const auto& each) { return each.name == name; }))
        throw Error(ExitStatus::not_found,
                    "there is no volume " + name + " on this node; see: mirrorctl list");
}

void require_mirror(const VolumeStatus& volume, const std::string& node)
{
    if (std::ranges::none_of(volume.mirrors, [&](const auto& each) { return each.node == node; }))
        throw Error(ExitStatus::not_found, "volume " + volume.name + " has no mirror on node " + node +
                                               "; see: mirrorctl status " + volume.name);
}

} // namespace

Selection::Selection(const ConfigStore& store, const std::vector<std::string>& names)
{
    for (const auto& name : names) {
        const auto volumes = volumes_of(store, Subject::parse(name));
        subjects_.insert(subjects_.end(), volumes.begin(), volumes.end());
    }
}

bool Selection::has(const std::string& volume, const std::string& node) const
{
    return subjects_.empty() || std::ranges::any_of(subjects_, [&](const auto& subject) {
               return means(subject, volume, node);
           });
}

void Selection::keep(std::vector<VolumeStatus>& volumes) const
{
    for (const auto& subject : subjects_)
        require_volume(volumes, subject.name);
    std::erase_if(volumes, [&](const auto& each) { return !has(each.name, ""); });
}

void Selection::keep_mirrors(VolumeStatus& volume) const
{
    for (const auto& subject : subjects_)
        if (volume.record && subject.name == volume.name && !subject.node.empty())
            require_mirror(volume, subject.node);
    std::erase_if(volume.mirrors,
                  [&](const auto& mirror) { return !has(volume.name, mirror.node); });
}

} // namespace mirrornet::ops
