// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/files.hpp"
#include "config/printer.hpp"
#include "config/reader.hpp"

namespace mirrornet {

constexpr std::uint64_t node_format = 1;

std::string print(const NodeConfig& node)
{
    return Printer()
        .comment("This node, as dm-mirror-net knows it. See mirror-net.conf(5).")
        .number("format", node_format)
        .text("name", node.name)
        .text("uuid", node.id.to_string())
        .number("version", node.version)
        .addresses("listen", node.listen)
        .options("options", node.options)
        .options("defaults", node.defaults)
        .maintenance(node.maintenance)
        .result();
}

NodeConfig parse_node(std::string_view text, const std::string& file)
{
    Reader reader(text, file);
    reader.require_format(node_format);
    NodeConfig node;
    node.name = reader.text("name");
    node.id = reader.uuid("uuid");
    node.version = reader.number_or("version", 1); // nobody has changed an option yet
    node.listen = reader.addresses("listen");
    reader.options("options", node.options);
    reader.options("defaults", node.defaults);
    node.maintenance = reader.maintenance();
    reader.finish();
    reader.checked("node", [&] { node.check(); });
    return node;
}

} // namespace mirrornet
