// SPDX-License-Identifier: GPL-2.0-or-later
//
// The verbs `endpoint show`, `endpoint set` and `endpoint renew`: the addresses at which two nodes
// reach each other, in order of preference. A link follows a change and resyncs nothing (docs/resume.md).
#pragma once

#include "config/store.hpp"
#include "model/names.hpp"

#include <string>
#include <vector>

namespace mirrornet::ops {

struct EndpointAnswer {
    Address address;
    std::string failure; // empty: the node answers there
    bool answers() const { return failure.empty(); }
};

struct EndpointResult {
    bool changed = false;
    std::vector<EndpointAnswer> addresses; // of the other node, as this one has them now
    bool connects = false; // it is this node that makes the links of the two
    std::vector<std::string> reconnected; // VOLUME@NODE
    std::vector<std::string> not_yet;     // of these: without a link still
};

struct EndpointSetOptions {
    std::string node;
    std::vector<Address> addresses; // where this node reaches it; empty: as they are
    bool force = false;     // also if it answers at none of them
    bool reconnect = false; // make the links anew, also where nothing changed
};


// May block: 3 s.
EndpointResult endpoint_show(const ConfigStore& store, const std::string& node);

// May block: 3 s, and 15 s more while links are made anew. Error(unreachable), with nothing
// changed, where the node answers at none of the addresses. A link is made anew only where
// this node makes it, and where another address is the first that answers.
EndpointResult endpoint_set(const ConfigStore& store, const EndpointSetOptions& options);

// Changes nothing: Error(unreachable) as endpoint_set() would.
void endpoint_check(const ConfigStore& store, const EndpointSetOptions& options);

// Asks the other node, at `options.addresses` if there are any, to do that with the addresses
// of this one.
EndpointResult endpoint_set_there(const ConfigStore& store, const EndpointSetOptions& options,
                                  const std::vector<Address>& here);

struct EndpointRenewResult {
    std::vector<std::string> renewed; // VOLUME@NODE: goes on over a new connection
    std::vector<std::string> not_yet; // still over the one that it had
};

// The links of what a subject (VOLUME or VOLUME@NODE) means on this node go on over new
// connections; docs/renew.md. May block: 15 s. Error(not_found): no such mirror;
// Error(refused): one of them has no link that is up; nothing is begun then.
EndpointRenewResult endpoint_renew(const ConfigStore& store, const Subject& subject);

// Pure: would the links, made anew, use another address?
bool moves(const std::vector<EndpointAnswer>& before, const std::vector<EndpointAnswer>& after);
// Error(unreachable): none answers, and not `force`.
void check_endpoints(const std::string& node, const std::vector<EndpointAnswer>& answers,
                     bool force);

} // namespace mirrornet::ops
