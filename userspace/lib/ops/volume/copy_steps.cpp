// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/copy_steps.hpp"

#include "dm/front.hpp"
#include "ops/create/discard.hpp"
#include "ops/device/announce.hpp"
#include "ops/device/facts.hpp"
#include "ops/meta/store.hpp"
#include "ops/volume/devices.hpp"
#include "ops/volume/role.hpp"

#include <filesystem>

namespace mirrornet::ops {

namespace {

constexpr std::uint32_t kib = 1024;

nl::MetaFormat format_of(const CopySpec& spec, const NodeId& node, const std::string& meta_device)
{
    nl::MetaFormat format;
    format.meta_path = meta_device;
    format.data_path = spec.local.data_device;
    format.volume = spec.config.id;
    format.node = node;
    format.name = spec.config.name;
    if (examine_size(spec.local.data_device) > spec.config.size)
        format.sectors = spec.config.size / 512;
    format.region_bytes =
        static_cast<std::uint32_t>(spec.config.options.get(Option::intent_region)) * kib;
    format.intent_limit =
        static_cast<std::uint32_t>(spec.config.options.get(Option::intent_limit));
    format.force = spec.force;
    return format;
}

std::string make_metadata(const CopySpec& spec, Undo& undo)
{
    make_meta_store(spec.meta, spec.meta_bytes);
    undo.add("remove " + spec.meta.path, [spec] { remove_meta_store(spec.meta); });
    const auto device = open_meta_store(spec.local.meta_kind, spec.local.meta_path);
    undo.add("close " + spec.meta.path,
             [spec] { close_meta_store(spec.local.meta_kind, spec.local.meta_path); });
    return device;
}

void save_configuration(const ConfigStore& store, const CopySpec& spec, Undo& undo)
{
    undo.add("remove the configuration of " + spec.config.name, [&store, spec] {
        store.remove_volume(spec.config.name);
        announce_change(spec.local.data_device);
    });
    store.save(spec.config);
    store.save(spec.config.name, spec.local);
}

// A logical volume that create made carries the volume's name.
MetaChoice made_for(const std::string& volume, const VolumeLocal& local)
{
    MetaChoice choice;
    choice.path = local.meta_path;
    if (local.meta_kind == MetaKind::file)
        choice.make = MetaMake::make_file;
    else if (std::filesystem::path(local.meta_path).filename() == volume + ".mirror-meta")
        choice.make = MetaMake::make_lv;
    return choice;
}

// Paths change hands: what does not hold the metadata of this volume is left alone.
// What was made for it goes as it is: were it erased first, and could then not be
// removed, nobody would know any more whose it was.
void dispose_of_metadata(const ConfigStore& store, nl::Kernel& kernel,
                         const VolumeConfig& config, const VolumeLocal& local)
{
    const auto place = find_metadata(local);
    if (!place || !record_of_copy(store, kernel, config))
        return;
    const auto made = made_for(config.name, local);
    if (made.make != MetaMake::use_device)
        return remove_meta_store(made);
    const auto region = static_cast<std::uint32_t>(config.options.get(Option::intent_region)) * kib;
    erase_metadata(*place, kernel.meta_size(config.size / 512, region));
}

} // namespace

void build_copy(const ConfigStore& store, nl::Kernel& kernel, const CopySpec& spec, Undo& undo)
{
    const std::string& name = spec.config.name;
    const auto meta_device = make_metadata(spec, undo);
    save_configuration(store, spec, undo); // before anything is erased: there may be no room for it
    if (spec.clear_target) {
        undo.lose("the content of " + spec.local.data_device + " on node " +
                  store.load_node().name + " is erased");
        clear_target(spec.local.data_device);
    }
    const auto bytes = kernel.meta_format(format_of(spec, store.load_node().id, meta_device));
    if (spec.meta.make == MetaMake::use_device) // anything else is removed whole
        undo.add("erase the metadata on " + meta_device,
                 [=] { erase_metadata(meta_device, bytes); });
    dm::create_front(name, spec.config.id,
                     dm::front_table(spec.config.size / 512, spec.local.data_device, meta_device));
    undo.add("deactivate " + name, [name] { dm::remove_front(name); });
}

void dismantle_copy(const ConfigStore& store, nl::Kernel& kernel, const std::string& volume)
{
    const auto config = store.load_volume(volume);
    const auto local = store.find_local(volume);
    const auto remove_what_it_left = [&] {
        if (local)
            dispose_of_metadata(store, kernel, config, *local);
        store.remove_volume(volume);
        if (local)
            announce_change(local->data_device);
    };
    const auto front = dm::find_front(config.id);
    if (!front)
        return remove_what_it_left();
    if (front->open_count > 0)
        throw_open(volume, "removed");
    dm::remove_front(front->name);
    finish_after("volume " + volume + " is stopped", remove_what_it_left);
}

OptionSet options_between(const VolumeConfig& config, const std::string& a, const std::string& b)
{
    OptionSet options(scope_mirror | scope_volume);
    for (const auto& [option, value] : config.options.values())
        options.set(option, value);
    if (const auto* mirror = config.find_mirror(a, b))
        for (const auto& [option, value] : mirror->options.values())
            options.set(option, value);
    return options;
}

void throw_open(const std::string& volume, const std::string& verb)
{
    const std::string path = dm::front_node(volume);
    std::vector<DeviceUser> users;
    if (const auto device = block_device_at(path))
        users = users_of(Sysfs(), path, *device);
    const auto who = describe(users), umounts = umount_commands(users);
    throw Error(ExitStatus::in_use,
                "volume " + volume + " cannot be " + verb + " while it is open" +
                    (who.empty() ? "" : ": it is " + who) + "; close it first" +
                    (umounts.empty() ? "" : " (" + umounts + ")") + ", then repeat");
}

} // namespace mirrornet::ops
