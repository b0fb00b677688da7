// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/mounts.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"

#include <sys/stat.h>

namespace mirrornet::ops {

namespace {

constexpr std::size_t longest = 16 << 20; // a node with very many containers

bool is_octal(char c)
{
    return c >= '0' && c <= '7';
}

// The kernel writes blanks and backslashes in paths as \ooo.
std::string unescape(std::string_view text)
{
    std::string plain;
    for (std::size_t at = 0; at < text.size(); at++) {
        const auto digits = text.substr(at);
        if (digits.size() >= 4 && digits[0] == '\\' && is_octal(digits[1]) &&
            is_octal(digits[2]) && is_octal(digits[3])) {
            plain += static_cast<char>((digits[1] - '0') * 64 + (digits[2] - '0') * 8 +
                                       (digits[3] - '0'));
            at += 3;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

// ID PARENT MAJOR:MINOR ROOT POINT OPTIONS [OPTIONAL...] - TYPE SOURCE SUPER
std::optional<Mount> parse_line(const std::string& line)
{
    const auto words = split(line, ' ');
    std::size_t dash = 6;
    while (dash < words.size() && words[dash] != "-")
        dash++;
    if (dash + 2 >= words.size())
        return std::nullopt;
    const auto device = DeviceNumber::parse(words[2]);
    if (!device)
        return std::nullopt;
    return Mount{*device, unescape(words[4]), words[dash + 1], unescape(words[dash + 2])};
}

} // namespace

std::vector<Mount> parse_mountinfo(std::string_view text)
{
    std::vector<Mount> found;
    for (const auto& line : split(text, '\n'))
        if (auto mount = parse_line(line))
            found.push_back(std::move(*mount));
    return found;
}

std::vector<Mount> mounts()
{
    return parse_mountinfo(find_file("/proc/self/mountinfo", longest).value_or(""));
}

std::vector<std::string> parse_swaps(std::string_view text)
{
    std::vector<std::string> paths;
    for (const auto& line : split(text, '\n'))
        if (line.starts_with('/'))
            paths.push_back(unescape(line.substr(0, line.find_first_of(" \t"))));
    return paths;
}

std::vector<std::string> swaps()
{
    return parse_swaps(find_file("/proc/swaps").value_or(""));
}

std::optional<DeviceNumber> block_device_at(const std::string& path)
{
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0 || !S_ISBLK(about.st_mode))
        return std::nullopt;
    return DeviceNumber::of(about.st_rdev);
}

std::optional<DeviceNumber> backing_device(const Mount& mount)
{
    if (mount.device.major != 0)
        return mount.device;
    return block_device_at(mount.source);
}

Mount mount_of(const std::string& path)
{
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0)
        throw_errno(path);
    for (const Mount& mount : mounts())
        if (mount.device == DeviceNumber::of(about.st_dev))
            return mount;
    return Mount{DeviceNumber::of(about.st_dev), "/", "", ""};
}

} // namespace mirrornet::ops
