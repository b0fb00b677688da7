// SPDX-License-Identifier: GPL-2.0-or-later
#include "dm/task.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <libdevmapper.h>
#include <new>
#include <syslog.h>
#include <system_error>
#include <unistd.h>

namespace mirrornet::dm {

namespace {

std::mutex mutex;
std::string complaint; // the last one of libdevmapper; guarded by `mutex`

// libdevmapper would print to stderr, where a library has no business.
__attribute__((format(printf, 5, 6))) void keep_complaint(int level, const char*, int, int,
                                                          const char* format, ...)
{
    if ((level & LOG_PRIMASK) > LOG_WARNING)
        return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    complaint = text;
}

void prepare_library()
{
    static const bool once = [] {
        dm_log_with_errno_init(keep_complaint);
        return true;
    }();
    static_cast<void>(once);
    complaint.clear();
    dm_udev_set_sync_support(udev_is_running());
}

} // namespace

bool udev_is_running()
{
    return !std::getenv("DM_DISABLE_UDEV") && ::access("/run/udev/control", F_OK) == 0;
}

void Task::Destroy::operator()(dm_task* task) const
{
    dm_task_destroy(task);
}

Task::Task(int type, const std::string& name) : lock_(mutex)
{
    prepare_library();
    task_.reset(dm_task_create(type));
    if (!task_)
        fail("use device-mapper (is the module dm-mod loaded, and is this root?)");
    if (!name.empty() && !dm_task_set_name(raw(), name.c_str()))
        fail("use \"" + name + "\" as the name of a device");
}

void Task::add(const Table& table)
{
    for (const TableLine& line : table)
        if (!dm_task_add_target(raw(), line.start, line.length, line.target.c_str(),
                                line.parameters.c_str()))
            throw std::bad_alloc();
}

void Task::fail(const std::string& what) const
{
    const int error = task_ ? dm_task_get_errno(raw()) : errno;
    std::string text = "device-mapper cannot " + what;
    if (error)
        text += ": " + std::generic_category().message(error);
    if (!complaint.empty())
        text += " (" + complaint + "; dmesg may say more)";
    throw Error(status_of_errno(error), text);
}

void Task::run(const std::string& what)
{
    if (!dm_task_run(raw()))
        fail(what);
}

bool Task::run_if_there(const std::string& what)
{
    if (dm_task_run(raw()))
        return true;
    if (dm_task_get_errno(raw()) == ENXIO)
        return false;
    fail(what);
}

void Task::run_and_settle(const std::string& what)
{
    std::uint32_t cookie = 0;
    const bool wait = udev_is_running();
    if (wait && !dm_task_set_cookie(raw(), &cookie, 0))
        fail(what);
    const bool done = dm_task_run(raw());
    if (wait) // also after a failure: it gives the cookie back
        dm_udev_wait(cookie);
    dm_task_update_nodes();
    if (!done)
        fail(what);
}

} // namespace mirrornet::dm
