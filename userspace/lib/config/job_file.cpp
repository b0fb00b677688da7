// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/files.hpp"
#include "config/printer.hpp"
#include "config/reader.hpp"

namespace mirrornet {

constexpr std::uint64_t job_format = 1;

std::string print(const JobConfig& job)
{
    return Printer()
        .comment("A job: volumes that belong together; the same on each of their nodes. See mirror-net.conf(5).")
        .number("format", job_format)
        .text("name", job.name)
        .text("uuid", job.id.to_string())
        .number("version", job.version)
        .text_unless_empty("description", job.description)
        .texts("volumes", job.volumes)
        .maintenance(job.maintenance)
        .result();
}

JobConfig parse_job(std::string_view text, const std::string& file)
{
    Reader reader(text, file);
    reader.require_format(job_format);
    JobConfig job;
    job.name = reader.text("name");
    job.id = reader.uuid("uuid");
    job.version = reader.number("version");
    job.description = reader.text_or("description", "");
    job.volumes = reader.texts("volumes");
    job.maintenance = reader.maintenance();
    reader.finish();
    reader.checked("job", [&] { job.check(); });
    return job;
}

} // namespace mirrornet
