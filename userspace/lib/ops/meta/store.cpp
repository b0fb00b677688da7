// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/meta/store.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "ops/device/facts.hpp"
#include "ops/meta/loop.hpp"

#include <algorithm>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace mirrornet::ops {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t file_granularity = 4096; // a whole number of any sector size

void write_zeroes(int fd, std::uint64_t bytes, const std::string& path)
{
    const std::vector<char> zeroes(1 << 20);
    for (std::uint64_t at = 0; at < bytes;) {
        const std::size_t part = std::min<std::uint64_t>(zeroes.size(), bytes - at);
        const ssize_t put = ::pwrite(fd, zeroes.data(), part, static_cast<off_t>(at));
        if (put < 0)
            throw_errno("cannot write " + path);
        at += static_cast<std::uint64_t>(put);
    }
    if (::fsync(fd) != 0)
        throw_errno("cannot write " + path);
}

// Written in full: a sparse file could run out of space when it matters.
void make_file(const std::string& path, std::uint64_t bytes)
{
    make_directory(fs::path(path).parent_path(), 0755);
    const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd)
        throw_errno("cannot make the metadata file " + path);
    const auto rounded = (bytes + file_granularity - 1) / file_granularity * file_granularity;
    try {
        write_zeroes(fd.get(), rounded, path);
    } catch (...) {
        ::unlink(path.c_str());
        throw;
    }
}

void run_lvm(const std::vector<std::string>& argv)
{
    if (const auto result = run_process(argv); !result.ok())
        throw Error(ExitStatus::refused, argv[0] + " failed: " + printable(trim(result.err)) +
                                             "; look at the volume group (vgs, lvs), then repeat");
}

// The sector size of what holds the file; direct I/O needs at least that.
std::uint32_t sector_size_under(const std::string& file)
{
    const Sysfs sysfs;
    if (const auto device = backing_device(mount_of(file))) {
        const auto disk = sysfs.whole_disk(*device).value_or(*device);
        if (auto size = to_number(sysfs.attribute(disk, "queue/logical_block_size")))
            return static_cast<std::uint32_t>(*size);
    }
    return 512;
}

} // namespace

void make_meta_store(const MetaChoice& choice, std::uint64_t bytes)
{
    if (choice.make == MetaMake::make_file)
        make_file(choice.path, bytes);
    if (choice.make == MetaMake::make_lv)
        run_lvm({"lvcreate", "--yes", "--wipesignatures", "y", "--size",
                 std::to_string((bytes + 511) / 512) + "s", "--name",
                 fs::path(choice.path).filename().string(), choice.volume_group});
}

void remove_meta_store(const MetaChoice& choice)
{
    if (choice.make == MetaMake::make_file)
        remove_file(choice.path);
    if (choice.make == MetaMake::make_lv)
        run_lvm({"lvremove", "--force", choice.path});
}

std::string open_meta_store(MetaKind kind, const std::string& path)
{
    return kind == MetaKind::file ? attach_loop(path, sector_size_under(path)) : path;
}

void close_meta_store(MetaKind kind, const std::string& path)
{
    if (kind != MetaKind::file)
        return;
    if (const auto loop = find_loop(path))
        detach_loop(*loop);
}

OpenMetaStore::OpenMetaStore(MetaKind kind, const std::string& path)
    : kind_(kind), path_(path), device_(open_meta_store(kind, path))
{
}

OpenMetaStore::~OpenMetaStore()
{
    try {
        close_meta_store(kind_, path_);
    } catch (const Error&) { // a loop device too many does no harm
    }
}

void erase_metadata(const std::string& device, std::uint64_t bytes)
{
    const UniqueFd fd(::open(device.c_str(), O_WRONLY | O_EXCL | O_CLOEXEC));
    if (!fd)
        throw_errno("cannot erase the metadata on " + device);
    write_zeroes(fd.get(), std::min(bytes, device_bytes(fd.get())), device);
}

} // namespace mirrornet::ops
