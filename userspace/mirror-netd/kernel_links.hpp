// SPDX-License-Identifier: GPL-2.0-or-later
//
// What the daemon needs of the kernel, and nothing else, so that tests can put
// something in its place.
#pragma once

#include "base/deadline.hpp"
#include "nl/events.hpp"
#include "remote/link.hpp"

#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace mirrornet::netd {

using MirrorKey = std::pair<VolumeId, NodeId>; // volume and peer

// From any thread.
class KernelView : public LinkSink {
public:
    // Mirrors that want a link and have none. Empty without the module.
    virtual std::set<MirrorKey> missing_links() = 0;

    // The peer connected for this mirror: Error says why it cannot have a link,
    // LinkUnwanted that there shall be none just now.
    // A link that the peer has given up is dropped here.
    virtual void admit(const MirrorKey& mirror) = 0;

    // The same for a connection that renews the link which is there.
    virtual void admit_renewal(const MirrorKey& mirror) = 0;
};

class KernelLinks : public KernelView {
public:
    explicit KernelLinks(int cancel) : cancel_(cancel) {} // see Deadline
    std::set<MirrorKey> missing_links() override;
    void admit(const MirrorKey& mirror) override;
    void admit_renewal(const MirrorKey& mirror) override;
    void attach(Link link) override;

private:
    int cancel_;
};

} // namespace mirrornet::netd
