// SPDX-License-Identifier: GPL-2.0-or-later
//
// The text of each configuration file: print() is the inverse of parse_...().
// `file` is the name that errors carry.
#pragma once

#include "model/records.hpp"

#include <string>
#include <string_view>

namespace mirrornet {

std::string print(const NodeConfig& node);
NodeConfig parse_node(std::string_view text, const std::string& file);

std::string print(const PeerConfig& peer);
PeerConfig parse_peer(std::string_view text, const std::string& file);

std::string print(const VolumeConfig& volume);
VolumeConfig parse_volume(std::string_view text, const std::string& file);

std::string print(const JobConfig& job);
JobConfig parse_job(std::string_view text, const std::string& file);

std::string print(const VolumeLocal& local);
VolumeLocal parse_volume_local(std::string_view text, const std::string& file);

} // namespace mirrornet
