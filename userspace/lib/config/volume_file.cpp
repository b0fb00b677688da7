// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/files.hpp"
#include "config/printer.hpp"
#include "config/reader.hpp"

namespace mirrornet {

constexpr std::uint64_t volume_format = 1;
constexpr std::uint64_t local_format = 1;

namespace {

VolumeNode read_node(Reader reader)
{
    VolumeNode node{reader.text("name"), reader.uuid("uuid")};
    reader.finish();
    return node;
}

MirrorConfig read_mirror(Reader reader)
{
    const auto nodes = reader.texts("nodes");
    if (nodes.size() != 2)
        reader.fail("nodes", "must be the names of two nodes");
    MirrorConfig mirror;
    mirror.first = nodes[0];
    mirror.second = nodes[1];
    reader.options("options", mirror.options);
    reader.finish();
    return mirror;
}

void print_nodes(Printer& printer, const VolumeConfig& volume)
{
    for (const auto& node : volume.nodes)
        printer.list_table("node").text("name", node.name).text("uuid", node.id.to_string());
    for (const auto& mirror : volume.mirrors)
        printer.list_table("mirror")
            .texts("nodes", {mirror.first, mirror.second})
            .options("mirror.options", mirror.options);
}

} // namespace

std::string print(const VolumeConfig& volume)
{
    Printer printer;
    printer.comment("A volume; the same on each of its nodes. See mirror-net.conf(5).")
        .number("format", volume_format)
        .text("name", volume.name)
        .text("uuid", volume.id.to_string())
        .number("version", volume.version)
        .number("size", volume.size)
        .text_unless_empty("manager", volume.manager)
        .options("options", volume.options)
        .maintenance(volume.maintenance);
    print_nodes(printer, volume);
    return printer.result();
}

VolumeConfig parse_volume(std::string_view text, const std::string& file)
{
    Reader reader(text, file);
    reader.require_format(volume_format);
    VolumeConfig volume;
    volume.name = reader.text("name");
    volume.id = reader.uuid("uuid");
    volume.version = reader.number("version");
    volume.size = reader.number("size");
    volume.manager = reader.text_or("manager", "");
    reader.options("options", volume.options);
    for (auto& node : reader.tables("node"))
        volume.nodes.push_back(read_node(std::move(node)));
    for (auto& mirror : reader.tables("mirror"))
        volume.mirrors.push_back(read_mirror(std::move(mirror)));
    volume.maintenance = reader.maintenance();
    reader.finish();
    reader.checked("volume", [&] { volume.check(); });
    return volume;
}

std::string print(const VolumeLocal& local)
{
    return Printer()
        .comment("This node's own part of a volume. See mirror-net.conf(5).")
        .number("format", local_format)
        .table("data")
        .text("device", local.data_device)
        .text_unless_empty("id", local.data_id)
        .table("meta")
        .text("kind", to_string(local.meta_kind))
        .text("path", local.meta_path)
        .text_unless_empty("id", local.meta_id)
        .options("options", local.options)
        .result();
}

VolumeLocal parse_volume_local(std::string_view text, const std::string& file)
{
    Reader reader(text, file);
    reader.require_format(local_format);
    Reader data = reader.table("data");
    Reader meta = reader.table("meta");
    VolumeLocal local;
    local.data_device = data.text("device");
    local.data_id = data.text_or("id", "");
    local.meta_kind = meta.word<MetaKind>("kind");
    local.meta_path = meta.text("path");
    local.meta_id = meta.text_or("id", "");
    reader.options("options", local.options);
    data.finish();
    meta.finish();
    reader.finish();
    reader.checked("volume", [&] { local.check(); });
    return local;
}

} // namespace mirrornet
