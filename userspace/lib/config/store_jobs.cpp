// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/store.hpp"

#include "config/files.hpp"
#include "config/store_files.hpp"

namespace mirrornet {

using namespace config_files;

fs::path ConfigStore::job_path(const std::string& name) const
{
    return dir_ / "jobs" / (check_name("job", name) + ".toml");
}

std::vector<std::string> ConfigStore::job_names() const
{
    return names_in(dir_ / "jobs");
}

std::optional<JobConfig> ConfigStore::find_job(const std::string& name) const
{
    return named(load(job_path(name), parse_job), name, job_path(name));
}

JobConfig ConfigStore::load_job(const std::string& name) const
{
    return require(find_job(name), "there is no job " + name + " on this node", job_path(name));
}

std::optional<JobConfig> ConfigStore::find_job(const Uuid& id) const
{
    return first_that_fits(
        job_names(), [&](const std::string& name) { return find_job(name); },
        [&](const JobConfig& job) { return job.id == id; });
}

std::optional<JobConfig> ConfigStore::job_of(const std::string& volume) const
{
    return first_that_fits(
        job_names(), [&](const std::string& name) { return find_job(name); },
        [&](const JobConfig& job) { return job.has(volume); });
}

void ConfigStore::save(const JobConfig& job) const
{
    job.check();
    refuse_local_suffix(job.name);
    save_text(job_path(job.name), print(job));
}

bool ConfigStore::remove_job(const std::string& name) const
{
    return remove_file(job_path(name));
}

} // namespace mirrornet
