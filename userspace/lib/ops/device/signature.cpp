// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/signature.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"

#include <blkid/blkid.h>
#include <cerrno>
#include <fcntl.h>
#include <memory>

namespace mirrornet::ops {

namespace {

struct FreeProbe {
    void operator()(blkid_struct_probe* probe) const { blkid_free_probe(probe); }
};
using Probe = std::unique_ptr<blkid_struct_probe, FreeProbe>;

constexpr int ambivalent = -2; // of blkid_do_safeprobe(): several contradict each other
constexpr int most_signatures = 32;

Probe open_probe(int fd)
{
    Probe probe(blkid_new_probe());
    if (!probe || blkid_probe_set_device(probe.get(), fd, 0, 0) != 0)
        throw Error(ExitStatus::internal, "libblkid cannot look into the device");
    blkid_probe_enable_superblocks(probe.get(), 1);
    blkid_probe_set_superblocks_flags(probe.get(),
                                      BLKID_SUBLKS_TYPE | BLKID_SUBLKS_USAGE |
                                          BLKID_SUBLKS_LABEL | BLKID_SUBLKS_UUID |
                                          BLKID_SUBLKS_MAGIC);
    blkid_probe_enable_partitions(probe.get(), 1);
    blkid_probe_set_partitions_flags(probe.get(), BLKID_PARTS_MAGIC);
    return probe;
}

std::string value(const Probe& probe, const char* name)
{
    const char* text = nullptr;
    std::size_t length = 0;
    if (blkid_probe_lookup_value(probe.get(), name, &text, &length) != 0 || length == 0)
        return {};
    return {text, length - 1}; // libblkid counts the final zero
}

} // namespace

Signature read_signature(const std::string& path)
{
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        throw_errno("cannot read " + path);
    const Probe probe = open_probe(fd.get());
    const int result = blkid_do_safeprobe(probe.get());
    if (result == ambivalent)
        return {"ambivalent", "several", "", ""};
    if (result < 0)
        throw_errno("cannot read " + path, errno ? errno : EIO);
    if (result > 0)
        return {};
    Signature found{value(probe, "USAGE"), value(probe, "TYPE"), value(probe, "LABEL"),
                    value(probe, "UUID")};
    if (found.usage.empty() && !value(probe, "PTTYPE").empty())
        return {"partitions", value(probe, "PTTYPE"), "", ""};
    return found;
}

std::string Signature::describe() const
{
    std::string text;
    if (usage == "filesystem")
        text = "a file system of type " + type;
    else if (usage == "partitions")
        text = "a partition table (" + type + ")";
    else if (usage == "ambivalent")
        text = "signatures of several kinds of content";
    else
        text = "the signature of " + type;
    return label.empty() ? text : text + " with the label \"" + label + "\"";
}

void wipe_signatures(int fd)
{
    const Probe probe = open_probe(fd);
    for (int done = 0; done < most_signatures && blkid_do_probe(probe.get()) == 0; done++)
        if (blkid_do_wipe(probe.get(), 0) != 0)
            throw_errno("cannot wipe the old signatures of the target");
}

} // namespace mirrornet::ops
