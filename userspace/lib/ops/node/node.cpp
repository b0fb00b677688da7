// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/node/node.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "ops/node/addresses.hpp"

#include <filesystem>
#include <unistd.h>

namespace mirrornet::ops {

namespace {

std::string host_name()
{
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0)
        throw_errno("cannot find out the host name");
    const std::string whole = name;
    return whole.substr(0, whole.find('.'));
}

// What is wrong with one node must not hide the others.
ShownPeer look_at(const ConfigStore& store, const std::string& name)
{
    ShownPeer peer;
    peer.config.name = name;
    try {
        peer.config = store.load_peer(name);
        peer.key = store.find_key(name).has_value();
    } catch (const Error& error) {
        peer.error = error.what();
    }
    return peer;
}

} // namespace

NodeConfig node_init(const ConfigStore& store, const NodeInitOptions& options)
{
    auto existing = store.find_node();
    NodeConfig node;
    if (existing) {
        if (!options.name.empty() && options.name != existing->name)
            throw Error(ExitStatus::exists,
                        "this node is called " + existing->name + " already (" +
                            existing->id.to_string() + "); its peers know it by that name");
        node = *existing;
    } else {
        node.name = check_name("node", options.name.empty() ? host_name() : options.name);
        node.id = Uuid::random();
    }
    if (!options.listen.empty())
        node.listen = options.listen;
    if (options.port)
        node.options.set(Option::port, *options.port);
    if (existing && *existing == node)
        return node;
    node.version += existing ? 1 : 0;
    store.save(node);
    return node;
}

NodeShown node_show(const ConfigStore& store)
{
    NodeShown shown;
    shown.self = store.load_node();
    shown.card = {shown.self.name, shown.self.id, own_addresses(shown.self), {}};
    for (const auto& name : store.peer_names())
        shown.peers.push_back(look_at(store, name));
    return shown;
}

void node_key(const std::string& file)
{
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored))
        throw Error(ExitStatus::exists, file + " exists already; a key that is in use must not "
                                               "be overwritten: choose another name");
    write_file_atomic(file, Key::random().to_file_text(), 0600);
}

void node_forget(const ConfigStore& store, const std::string& name)
{
    for (const auto& volume : store.volume_names())
        if (store.load_volume(volume).find_node(name))
            throw Error(ExitStatus::in_use, "volume " + volume + " has a copy on node " + name +
                                                "; delete that mirror first: mirrorctl delete " +
                                                volume + "@" + name);
    if (!store.forget_peer(name))
        throw Error(ExitStatus::not_found, "this node knows no node " + name + "; those it knows: mirrorctl node show");
}

} // namespace mirrornet::ops
