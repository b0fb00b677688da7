// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/config/whole.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "config/files.hpp"

#include <algorithm>
#include <cctype>

namespace mirrornet::ops {

namespace fs = std::filesystem;

namespace {

constexpr const char* correct = "correct it, or copy it from another node of the volume";

// Whatever is wrong with one file hides nothing of the others.
template <typename Read>
void attempt(WholeConfig& config, const fs::path& file, const std::string& step, Read read)
{
    try {
        read();
    } catch (const Error& error) {
        config.findings.push_back(finding_of(file, error.what(), step));
    }
}

void read_peers(const ConfigStore& store, WholeConfig& config)
{
    for (const auto& name : store.peer_names()) {
        attempt(config, store.directory() / "nodes" / (name + ".toml"), "correct it: mirrorctl node trust " + name,
                [&] { config.peers.emplace(name, store.load_peer(name)); });
        attempt(config, store.directory() / "keys" / (name + ".key"), "exchange a new key: mirrorctl node trust " + name,
                [&] { config.keys[name] = store.find_key(name).has_value(); });
    }
}

void read_volumes(const ConfigStore& store, WholeConfig& config)
{
    for (const auto& name : store.volume_names()) {
        const auto folder = store.directory() / "volumes";
        attempt(config, folder / (name + ".toml"), correct,
                [&] { config.volumes.emplace(name, store.load_volume(name)); });
        attempt(config, folder / (name + ".local.toml"), "correct it: it belongs to this node alone", [&] {
            if (auto local = store.find_local(name))
                config.locals.emplace(name, std::move(*local));
        });
    }
}

void read_jobs(const ConfigStore& store, WholeConfig& config)
{
    for (const auto& name : store.job_names())
        attempt(config, store.directory() / "jobs" / (name + ".toml"), correct,
                [&] { config.jobs.emplace(name, store.load_job(name)); });
}

// What lies in a folder of ours and is read by nobody, a mistyped name for one.
void find_strangers(WholeConfig& config, const std::string& folder, const std::string& suffix)
{
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(config.directory / folder, none)) {
        const auto file = entry.path().filename().string(), stem = entry.path().stem().string();
        if (file.ends_with(".local.toml") && !fs::exists(config.directory / folder / (fs::path(stem).stem().string() + ".toml")))
            config.findings.push_back({entry.path().string(), 0, false, "is not read: there is no volume of that name",
                                       "bring the volume's file back, or remove this one"});
        else if (!file.ends_with(suffix) || !is_name(stem))
            config.findings.push_back({entry.path().string(), 0, false, "is not read: its name is not NAME" + suffix,
                                       "rename or remove it"});
    }
}

void require_name(const std::string& name, const fs::path& file)
{
    if (name != file.stem())
        throw Error(ExitStatus::usage, "name: is \"" + name + "\"; allowed: the name of the file, \"" +
                                           file.stem().string() + "\"");
}

void read_file_of(const fs::path& file)
{
    const auto text = read_file(file);
    const auto name = file.filename().string(), folder = file.parent_path().filename().string();
    if (name == "node.toml")
        parse_node(text, file);
    else if (name.ends_with(".local.toml"))
        parse_volume_local(text, file);
    else if (name.ends_with(".toml") && folder == "nodes")
        require_name(parse_peer(text, file).name, file);
    else if (name.ends_with(".toml") && folder == "volumes")
        require_name(parse_volume(text, file).name, file);
    else if (name.ends_with(".toml") && folder == "jobs")
        require_name(parse_job(text, file).name, file);
    else
        throw Error(ExitStatus::not_found, "");
}

} // namespace

std::string ConfigFinding::place() const
{
    return line ? file + ":" + std::to_string(line) : file;
}

ConfigFinding finding_of(const fs::path& file, const std::string& message, const std::string& step)
{
    ConfigFinding finding{file.string(), 0, true, message, step};
    if (!message.starts_with(finding.file + ":"))
        return finding;
    auto at = finding.file.size() + 1;
    while (at < message.size() && std::isdigit(static_cast<unsigned char>(message[at])))
        finding.line = finding.line * 10 + static_cast<unsigned>(message[at++] - '0');
    if (finding.line && at < message.size() && message[at] == ':')
        at++;
    while (at < message.size() && message[at] == ' ')
        at++;
    finding.what = message.substr(at);
    return finding;
}

WholeConfig read_whole(const ConfigStore& store)
{
    WholeConfig config;
    config.directory = store.directory();
    attempt(config, store.directory() / "node.toml", "give this node its name: mirrorctl node init",
            [&] { config.node = store.load_node(); });
    read_peers(store, config);
    read_volumes(store, config);
    read_jobs(store, config);
    for (const char* folder : {"nodes", "volumes", "jobs"})
        find_strangers(config, folder, ".toml");
    find_strangers(config, "keys", ".key");
    return config;
}

std::vector<ConfigFinding> check_config_file(const fs::path& file)
{
    try {
        read_file_of(fs::absolute(file));
        return {};
    } catch (const Error& error) {
        if (error.status() == ExitStatus::not_found && std::string(error.what()).empty())
            throw Error(ExitStatus::usage, file.string() + ": what it shall be is told by its place: node.toml, "
                                           "nodes/NAME.toml, volumes/NAME.toml, volumes/NAME.local.toml or "
                                           "jobs/NAME.toml");
        if (error.status() != ExitStatus::usage)
            throw;
        return {finding_of(fs::absolute(file), error.what(), "correct it")};
    }
}

std::vector<ConfigFinding> check_config(const ConfigStore& store, bool devices)
{
    auto config = read_whole(store);
    auto found = config.findings;
    for (auto& finding : check_references(config))
        found.push_back(std::move(finding));
    if (devices)
        for (auto& finding : check_devices(store, config))
            found.push_back(std::move(finding));
    return found;
}

bool has_errors(const std::vector<ConfigFinding>& findings)
{
    return std::ranges::any_of(findings, [](const ConfigFinding& finding) { return finding.error; });
}

} // namespace mirrornet::ops
