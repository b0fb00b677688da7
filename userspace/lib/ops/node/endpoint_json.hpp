// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `endpoint` has found out, as JSON: between nodes, and for --json.
#pragma once

#include "ops/json.hpp"
#include "ops/node/endpoint.hpp"

namespace mirrornet::ops {

inline void to_json(json& to, const EndpointAnswer& answer)
{
    to = {{"address", answer.address.to_string()},
          {"answers", answer.answers()},
          {"failure", answer.failure}};
}

inline void from_json(const json& from, EndpointAnswer& answer)
{
    answer.address = Address::parse(from.at("address").get<std::string>());
    answer.failure = from.at("failure").get<std::string>();
}

inline void to_json(json& to, const EndpointResult& result)
{
    to = {{"changed", result.changed},
          {"addresses", result.addresses},
          {"connects", result.connects},
          {"reconnected", result.reconnected},
          {"not_yet", result.not_yet}};
}

inline void from_json(const json& from, EndpointResult& result)
{
    from.at("changed").get_to(result.changed);
    from.at("addresses").get_to(result.addresses);
    from.at("connects").get_to(result.connects);
    from.at("reconnected").get_to(result.reconnected);
    from.at("not_yet").get_to(result.not_yet);
}

} // namespace mirrornet::ops
