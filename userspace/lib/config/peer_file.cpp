// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/text.hpp"
#include "config/files.hpp"
#include "config/printer.hpp"
#include "config/reader.hpp"

namespace mirrornet {

constexpr std::uint64_t peer_format = 1;

namespace {

std::vector<std::string> words_of(Permissions may)
{
    return may.bits ? split(to_string(may), ',') : std::vector<std::string>{};
}

Permissions read_permissions(Reader& reader)
{
    Permissions may;
    for (const auto& word : reader.texts("may"))
        may.add(reader.checked("may", [&] { return parse_word<Permission>(word); }));
    return may;
}

} // namespace

std::string print(const PeerConfig& peer)
{
    return Printer()
        .comment("A node that this one trusts. See mirror-net.conf(5).")
        .number("format", peer_format)
        .text("name", peer.name)
        .text("uuid", peer.id.to_string())
        .addresses("addresses", peer.addresses)
        .texts("may", words_of(peer.may))
        .options("options", peer.options)
        .result();
}

PeerConfig parse_peer(std::string_view text, const std::string& file)
{
    Reader reader(text, file);
    reader.require_format(peer_format);
    PeerConfig peer;
    peer.name = reader.text("name");
    peer.id = reader.uuid("uuid");
    peer.addresses = reader.addresses("addresses");
    peer.may = read_permissions(reader);
    reader.options("options", peer.options);
    reader.finish();
    reader.checked("node", [&] { peer.check(); });
    return peer;
}

} // namespace mirrornet
