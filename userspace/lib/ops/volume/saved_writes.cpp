// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/volume/saved_writes.hpp"

#include "base/error.hpp"
#include "base/fd.hpp"
#include "base/file.hpp"
#include "ops/clock.hpp"
#include "ops/json.hpp"
#include "ops/volume/devices.hpp"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/chrono.h>
#include <memory>
#include <sys/statvfs.h>
#include <unistd.h>

namespace mirrornet::ops {

using nlohmann::json;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece = 1 << 20; // bytes, read and written at a time
constexpr std::size_t alignment = 4096; // of memory and lengths, for O_DIRECT
constexpr std::uint64_t reserve = 64 << 20; // bytes that the file system keeps for others

using Buffer = std::unique_ptr<char, decltype(&std::free)>;

UniqueFd open_or_throw(const fs::path& path, int flags)
{
    UniqueFd fd(::open(path.c_str(), flags | O_CLOEXEC, 0600));
    if (!fd)
        throw_errno("cannot open " + path.string());
    return fd;
}

void read_at(int from, const std::string& path, char* to, std::size_t length, std::uint64_t offset)
{
    while (length) {
        const auto got = ::pread(from, to, length, static_cast<off_t>(offset));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw_errno("cannot read " + path + " at byte " + std::to_string(offset));
        if (got == 0)
            throw Error(ExitStatus::internal, path + " ends at byte " + std::to_string(offset));
        const auto done = static_cast<std::size_t>(got);
        to += done, length -= done, offset += done;
    }
}

void write_at(int to, const fs::path& path, const char* from, std::size_t length, std::uint64_t offset)
{
    while (length) {
        const auto put = ::pwrite(to, from, length, static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            throw_errno("cannot write " + path.string());
        const auto done = static_cast<std::size_t>(put);
        from += done, length -= done, offset += done;
    }
}

void go_on_until(const Deadline& deadline, const fs::path& to)
{
    if (deadline.cancelled() || deadline.left() == std::chrono::milliseconds::zero())
        throw Error(ExitStatus::timed_out, "saving to " + to.string() + " was stopped before its end");
}

void copy(const std::string& from, const fs::path& to, std::uint64_t bytes, std::span<const mn_range> ranges,
          const Deadline& deadline)
{
    const UniqueFd source = open_or_throw(from, O_RDONLY | O_DIRECT);
    const UniqueFd image = open_or_throw(to, O_WRONLY | O_CREAT | O_EXCL);
    const Buffer buffer(static_cast<char*>(std::aligned_alloc(alignment, piece)), &std::free);
    if (!buffer || ::ftruncate(image.get(), static_cast<off_t>(bytes)) != 0)
        throw_errno("cannot make " + to.string());
    for (const auto& range : ranges)
        for (std::uint64_t done = 0; done < range.length; done += piece) {
            go_on_until(deadline, to);
            const auto length = std::min<std::uint64_t>(piece, range.length - done);
            read_at(source.get(), from, buffer.get(), length, range.start + done);
            write_at(image.get(), to, buffer.get(), length, range.start + done);
        }
    if (::fsync(image.get()) != 0)
        throw_errno("cannot write " + to.string());
}

std::uint64_t total(std::span<const mn_range> ranges)
{
    std::uint64_t bytes = 0;
    for (const auto& range : ranges)
        bytes += range.length;
    return bytes;
}

void require_room(const fs::path& under, std::uint64_t bytes)
{
    struct statvfs room {};
    if (::statvfs(under.c_str(), &room) != 0)
        throw_errno("cannot ask how much room " + under.string() + " has");
    const auto free = static_cast<std::uint64_t>(room.f_bavail) * room.f_frsize;
    if (free < bytes + reserve)
        throw Error(ExitStatus::refused, "what this copy wrote on its own (" + amount(bytes) + ") cannot be saved: " +
                                             under.string() + " has " + amount(free) +
                                             " of room; mount there what is large enough, and repeat this");
}

void sync_directory(const fs::path& path)
{
    const UniqueFd fd = open_or_throw(path, O_RDONLY | O_DIRECTORY);
    if (::fsync(fd.get()) != 0)
        throw_errno("cannot write " + path.string());
}

fs::path free_name(const fs::path& under, const std::string& volume)
{
    const auto first = fmt::format("{}-{:%Y%m%dT%H%M%SZ}", volume, fmt::gmtime(std::time(nullptr)));
    for (int next = 1;; next++)
        if (auto path = under / (next == 1 ? first : first + "-" + std::to_string(next)); !fs::exists(path))
            return path;
}

} // namespace

SavedWrites save_ranges(const std::string& from, std::uint64_t volume_bytes, std::span<const mn_range> ranges,
                        json about, const fs::path& directory, const Deadline& deadline)
{
    const SavedWrites saved{directory.string(), total(ranges)};
    const auto unfinished = directory.string() + ".part";
    fs::remove_all(unfinished);
    try {
        make_directory(unfinished, 0700);
        copy(from, fs::path(unfinished) / "blocks", volume_bytes, ranges, deadline);
        about["volume_bytes"] = volume_bytes;
        about["saved_bytes"] = saved.bytes;
        about["ranges"] = json::array();
        for (const auto& range : ranges)
            about["ranges"].push_back({{"start", range.start}, {"length", range.length}});
        write_file_atomic(fs::path(unfinished) / "saved.json", about.dump(1) + "\n", 0600);
        fs::rename(unfinished, directory);
        sync_directory(directory.parent_path());
    } catch (...) {
        std::error_code ignored;
        fs::remove_all(unfinished, ignored);
        throw;
    }
    return saved;
}

SavedWrites save_writes(const ConfigStore& store, nl::Kernel& kernel, const MirrorName& mirror,
                        const Deadline& deadline, const fs::path& under)
{
    const auto config = store.load_volume(mirror.volume);
    const auto record = kernel.mirror(mirror.id, mirror.peer);
    if (record.full_needed)
        throw Error(ExitStatus::refused, "it is not known which blocks of volume " + mirror.volume +
                                             " this copy wrote on its own; copy the whole of it first, then go on "
                                             "without saving");
    const auto ranges = kernel.bitmap_get(mirror.id, mirror.peer, config.size);
    if (ranges.empty())
        return {};
    make_directory(under, 0700);
    require_room(under, total(ranges));
    const auto data = wait_for_devices(mirror.volume, store.load_local(mirror.volume), std::chrono::seconds(0)).data;
    const json about = {{"volume", mirror.volume},
                        {"volume_id", mirror.id},
                        {"node", store.load_node().name},
                        {"follows", mirror.node},
                        {"saved_ns", now_ns()},
                        {"generation", kernel.volume(mirror.id).generation}};
    return save_ranges(data, config.size, ranges, about, free_name(under, mirror.volume), deadline);
}

} // namespace mirrornet::ops
