// SPDX-License-Identifier: GPL-2.0-or-later
//
// The front of a volume: its dm device, /dev/mapper/NAME, opened by its users as
// /dev/mirror/NAME.
#pragma once

#include "dm/device_mapper.hpp"
#include "model/names.hpp"

#include <filesystem>
#include <string>

namespace mirrornet::dm {

// "MIRRORNET-<volume>-": what the dm UUID of every front of the volume begins
// with; the rest is random, so that a new front is never taken for an old one.
std::string front_uuid_prefix(const VolumeId& volume);
std::string new_front_uuid(const VolumeId& volume);

// The node that libdevmapper answers for: there as soon as the front is.
std::filesystem::path front_node(const std::string& volume_name); // /dev/mapper/NAME

// The table of the constructor: one line over the whole volume.
Table front_table(std::uint64_t sectors, const std::string& data_device,
                  const std::string& meta_device);

std::optional<Device> find_front(const VolumeId& volume);

// Makes the front, and /dev/mirror/NAME where no rule of udev does. A fresh front is
// locked. Whole or not at all.
void create_front(const std::string& name, const VolumeId& volume, const Table& table);
void remove_front(const std::string& name);

} // namespace mirrornet::dm
