// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/token.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace mirrornet::ops {

namespace {

constexpr std::string_view card_word = "mirror-net-node";
constexpr std::string_view token_word = "mirror-net-trust";
constexpr std::string_view version = "1";

std::string join(const std::vector<Address>& addresses)
{
    std::string list;
    for (const auto& address : addresses)
        list += (list.empty() ? "" : ",") + address.to_string();
    return list;
}

std::vector<Address> parse_addresses(std::string_view list)
{
    std::vector<Address> addresses;
    if (!list.empty())
        for (const auto& address : split(list, ','))
            addresses.push_back(Address::parse(address));
    return addresses;
}

} // namespace

std::string NodeCard::print() const
{
    std::string line(key ? token_word : card_word);
    for (const auto& field : {std::string(version), name, id.to_string(), join(addresses)})
        line += "/" + field;
    if (key)
        line += "/" + std::string(trim(key->to_file_text()));
    return line;
}

NodeCard NodeCard::parse(std::string_view line)
{
    const auto fields = split(trim(line), '/');
    const bool card = fields.size() == 5 && fields[0] == card_word;
    const bool token = fields.size() == 6 && fields[0] == token_word;
    if (!card && !token)
        throw Error(ExitStatus::usage,
                    "this is neither the card nor the trust token of a node; a card is the last "
                    "line of \"mirrorctl node show\", a token what \"mirrorctl node trust\" "
                    "prints, each one whole line");
    if (fields[1] != version)
        throw Error(ExitStatus::usage, "this card or token was made by a newer version of mirrorctl; nothing was "
                    "changed: install the same version on both nodes");
    NodeCard found;
    found.name = check_name("node", fields[2]);
    found.id = Uuid::parse(fields[3]);
    found.addresses = parse_addresses(fields[4]);
    if (token)
        found.key = Key::parse(fields[5]);
    return found;
}

} // namespace mirrornet::ops
