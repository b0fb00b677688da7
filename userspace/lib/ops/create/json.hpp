// SPDX-License-Identifier: GPL-2.0-or-later
//
// The facts of a copy as JSON. A key that is missing keeps its default, so that
// a node of another version is understood.
#pragma once

#include "ops/create/copy.hpp"
#include "ops/json.hpp"

namespace mirrornet {

template <> struct Words<ops::MetaMake> {
    static constexpr std::string_view kind = "place for metadata";
    static constexpr Word<ops::MetaMake> table[] = {{ops::MetaMake::use_device, "device"},
                                                    {ops::MetaMake::make_file, "new-file"},
                                                    {ops::MetaMake::make_lv, "new-lv"}};
};

} // namespace mirrornet

namespace mirrornet::ops {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(Signature, usage, type, label, uuid)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DeviceUser, kind, name)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(DeviceFacts, path, number, kernel_name, id,
                                                medium, bytes, sector_size, read_only, zoned,
                                                dax, logical_volume, signature, users,
                                                system_use, under)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MetaChoice, make, path, volume_group, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(MetaFacts, choice, bytes_needed, bytes_there,
                                                exists, nearly_full, direct_io, device,
                                                holds_volume, owner, file_system, under)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ExistingVolume, id, data_device, data_id,
                                                active, role, bytes, nodes, strays)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(ExamineRequest, volume, device, meta,
                                                region_bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(CopyFacts, node, node_id, boot_id, data, meta,
                                                existing, name_in_use, data_of, metadata_of,
                                                known_nodes, allowed_roles)

} // namespace mirrornet::ops
