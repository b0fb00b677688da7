// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/device/processes.hpp"

#include "base/text.hpp"

#include <fstream>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace mirrornet::ops {

namespace fs = std::filesystem;

namespace {

bool has_open(const fs::path& process, DeviceNumber device)
{
    std::error_code failed; // processes come and go while we look
    for (fs::directory_iterator at(process / "fd", failed), end; !failed && at != end;
         at.increment(failed)) {
        struct stat about {};
        if (::stat(at->path().c_str(), &about) == 0 && S_ISBLK(about.st_mode) &&
            DeviceNumber::of(about.st_rdev) == device)
            return true;
    }
    return false;
}

std::string name_of(const fs::path& process)
{
    std::ifstream file(process / "comm");
    std::string name;
    std::getline(file, name);
    return printable(name);
}

bool is_udev(const std::string& name)
{
    return name == "systemd-udevd" || name == "(udev-worker)" || name == "udevd";
}

} // namespace

std::vector<std::string> processes_with_open(DeviceNumber device)
{
    std::vector<std::string> found;
    const std::string self = std::to_string(::getpid());
    std::error_code failed;
    for (fs::directory_iterator at("/proc", failed), end; !failed && at != end;
         at.increment(failed)) {
        const std::string pid = at->path().filename().string();
        if (!to_number(pid) || pid == self || !has_open(at->path(), device))
            continue;
        if (const auto name = name_of(at->path()); !is_udev(name))
            found.push_back(pid + " (" + name + ")");
    }
    return found;
}

} // namespace mirrornet::ops
