// SPDX-License-Identifier: GPL-2.0-or-later
//
// The place where the metadata of a copy lies: made, opened, closed, removed.
#pragma once

#include "model/records.hpp"
#include "ops/meta/choice.hpp"

#include <cstdint>
#include <string>

namespace mirrornet::ops {

// Makes what the choice asks for, at least `bytes` large: writes the file in full,
// or has LVM make the volume. Nothing to do for a device.
void make_meta_store(const MetaChoice& choice, std::uint64_t bytes);

// Undoes make_meta_store(); a device that was there before is left alone.
void remove_meta_store(const MetaChoice& choice);

// The block device to hand to the kernel; of a file its loop device.
std::string open_meta_store(MetaKind kind, const std::string& path);
void close_meta_store(MetaKind kind, const std::string& path);

// Opened for a look.
class OpenMetaStore {
public:
    OpenMetaStore(MetaKind kind, const std::string& path);
    OpenMetaStore(const OpenMetaStore&) = delete;
    OpenMetaStore& operator=(const OpenMetaStore&) = delete;
    ~OpenMetaStore();
    const std::string& device() const { return device_; }

private:
    MetaKind kind_;
    std::string path_, device_;
};

// Overwrites the metadata, so that the device is free for something new.
void erase_metadata(const std::string& device, std::uint64_t bytes);

} // namespace mirrornet::ops
