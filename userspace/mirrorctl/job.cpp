// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/delete.hpp"
#include "mirrorctl/managed.hpp"
#include "mirrorctl/undisturbed.hpp"
#include "mirrorctl/verbs.hpp"
#include "ops/job/job.hpp"
#include "ops/json.hpp"

#include <CLI/CLI.hpp>

namespace mirrornet::ctl {

namespace {

struct JobArguments {
    std::string name, description, new_name;
    std::vector<std::string> volumes;
    bool with_mirrors = false;
    DeleteArguments deletion;
};

std::string text_of(const JobConfig& job)
{
    std::string text = "job " + job.name + (job.description.empty() ? "" : ": " + job.description) +
                       "\n  volumes, in the order of opening:";
    for (const auto& volume : job.volumes)
        text += " " + volume;
    return job.volumes.empty() ? text + " none" : text;
}

json document_of(const JobConfig& job)
{
    return {{"name", job.name},
            {"id", job.id},
            {"version", job.version},
            {"description", job.description},
            {"volumes", job.volumes}};
}

int tell(const Output& output, const ops::JobResult& result, const std::string& done)
{
    auto document = document_of(result.job);
    document["changed"] = result.changed;
    output.document(document);
    output.line("job " + result.job.name + ": " + (result.changed ? done : "is so already; nothing was changed"));
    return 0;
}

int show_jobs(const Invocation& invocation, const JobArguments& arguments)
{
    const auto& store = invocation.store;
    const auto names = arguments.name.empty() ? store.job_names() : std::vector{arguments.name};
    json jobs = json::array();
    for (const auto& name : names) {
        const auto job = store.load_job(name);
        jobs.push_back(document_of(job));
        invocation.output.line(text_of(job));
    }
    if (names.empty())
        invocation.output.line("there are no jobs on this node");
    invocation.output.document({{"jobs", jobs}});
    return 0;
}

int remove_with_mirrors(const Invocation& invocation, JobArguments& arguments)
{
    const auto volumes = invocation.store.load_job(arguments.name).volumes;
    confirm("Job " + arguments.name + " and the mirrors of all its volumes will be removed; the data stays on all "
            "nodes, but is not kept equal any more.", arguments.deletion.yes);
    for (const auto& volume : volumes)
        ops::require_deletable(invocation.store, volume);
    const Undisturbed undisturbed;
    const auto result = ops::job_delete(invocation.store, arguments.name);
    for (const auto& volume : volumes) {
        auto deletion = arguments.deletion.options;
        deletion.volume = volume;
        ops::delete_mirror(invocation.store, deletion);
    }
    return tell(invocation.output, result, "deleted, and the mirrors of its volumes; the data stays");
}

int remove(const Invocation& invocation, JobArguments& arguments)
{
    if (arguments.with_mirrors)
        return remove_with_mirrors(invocation, arguments);
    return tell(invocation.output, ops::job_delete(invocation.store, arguments.name),
                "deleted; its volumes and their mirrors stay");
}

class Setup {
public:
    Setup(CLI::App& group, Invocation& invocation) : group_(group), invocation_(invocation) {}

    // `add` completes the verb; `run` carries it out.
    template <typename Add, typename Run>
    void verb(const char* name, const char* text, const char* example, Add add, Run run, bool changes = true)
    {
        auto arguments = std::make_shared<JobArguments>();
        auto* verb = group_.add_subcommand(name, text);
        add(*verb, *arguments);
        if (std::string_view(name) == "delete")
            add_override(*verb, invocation_, [arguments] {
                return arguments->with_mirrors ? std::vector{"job:" + arguments->name} : std::vector<std::string>{};
            });
        verb->footer(std::string("Example:\n  mirrorctl job ") + example);
        auto& invocation = invocation_;
        verb->callback([&invocation, arguments, run, changes] {
            auto action = [&invocation, arguments, run] { return run(invocation, *arguments); };
            if (changes)
                invocation.change(action);
            else
                invocation.run = action;
        });
    }

private:
    CLI::App& group_;
    Invocation& invocation_;
};

void add_name(CLI::App& verb, JobArguments& arguments)
{
    verb.add_option("NAME", arguments.name, "Of the job")->required();
}

void add_volumes(CLI::App& verb, JobArguments& arguments, bool required)
{
    add_name(verb, arguments);
    verb.add_option("VOLUME", arguments.volumes, "Any number, in the order of opening")->required(required);
}

void setup_content(Setup& setup)
{
    setup.verb("create", "Make a job of volumes", "create erp log db --description \"the ERP database\"",
               [](CLI::App& verb, JobArguments& arguments) {
                   add_volumes(verb, arguments, false);
                   verb.add_option("--description", arguments.description, "One line of text");
               },
               [](const Invocation& invocation, JobArguments& arguments) {
                   return tell(invocation.output, ops::job_create(invocation.store, arguments.name,
                                                                  arguments.description, arguments.volumes), "created");
               });
    setup.verb("add", "Put volumes into a job, behind those in it", "add erp index",
               [](CLI::App& verb, JobArguments& arguments) { add_volumes(verb, arguments, true); },
               [](const Invocation& invocation, JobArguments& arguments) {
                   return tell(invocation.output, ops::job_add(invocation.store, arguments.name, arguments.volumes),
                               "the volumes are in it");
               });
    setup.verb("remove", "Take volumes out of a job", "remove erp index",
               [](CLI::App& verb, JobArguments& arguments) { add_volumes(verb, arguments, true); },
               [](const Invocation& invocation, JobArguments& arguments) {
                   return tell(invocation.output, ops::job_remove(invocation.store, arguments.name, arguments.volumes),
                               "the volumes are not in it any more; their mirrors stay");
               });
}

void setup_names(Setup& setup)
{
    setup.verb("rename", "Give a job another name", "rename erp shop",
               [](CLI::App& verb, JobArguments& arguments) {
                   add_name(verb, arguments);
                   verb.add_option("NEW_NAME", arguments.new_name, "Afterwards")->required();
               },
               [](const Invocation& invocation, JobArguments& arguments) {
                   return tell(invocation.output,
                               ops::job_rename(invocation.store, arguments.name, arguments.new_name), "has this name now");
               });
    setup.verb("describe", "Say what a job is", "describe erp \"database and log of the ERP\"",
               [](CLI::App& verb, JobArguments& arguments) {
                   add_name(verb, arguments);
                   verb.add_option("TEXT", arguments.description, "One line")->required();
               },
               [](const Invocation& invocation, JobArguments& arguments) {
                   return tell(invocation.output,
                               ops::job_describe(invocation.store, arguments.name, arguments.description), "described");
               });
    setup.verb("delete", "Delete a job; its volumes and mirrors stay", "delete erp",
               [](CLI::App& verb, JobArguments& arguments) {
                   add_name(verb, arguments);
                   verb.add_flag("--with-mirrors", arguments.with_mirrors, "Delete the mirrors, too; the data stays");
                   add_delete_flags(verb, arguments.deletion);
               },
               remove);
}

} // namespace

void setup_job(CLI::App& app, Invocation& invocation)
{
    auto* group = app.add_subcommand("job", "Volumes that belong together, and switch over as one");
    group->require_subcommand(1);
    Setup setup(*group, invocation);
    setup.verb("show", "Show a job, or all of this node", "show erp",
               [](CLI::App& verb, JobArguments& arguments) { verb.add_option("NAME", arguments.name, "Of the job"); },
               show_jobs, false);
    setup_content(setup);
    setup_names(setup);
}

} // namespace mirrornet::ctl
