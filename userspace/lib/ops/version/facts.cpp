// SPDX-License-Identifier: GPL-2.0-or-later
#include "ops/version/facts.hpp"

#include "base/file.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "ops/node/daemon_mark.hpp"

#include <charconv>

namespace mirrornet::ops {

namespace {

constexpr const char* in_sysfs = "/sys/module/dm_mirror_net";

std::optional<std::uint64_t> number_in(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        return std::nullopt;
    return value;
}

std::string line_of(const std::string& file)
{
    const auto text = find_file(file);
    return text ? printable(trim(*text)) : std::string();
}

// Nothing: none is installed for the kernel that runs.
std::optional<ModuleVersion> installed_module()
{
    for (const char* tool : {"modinfo", "/usr/sbin/modinfo"}) // not everybody has it in the path
        try {
            const auto result = run_process({tool, "dm-mirror-net"});
            return result.ok() ? std::optional(parse_modinfo(result.out)) : std::nullopt;
        } catch (const Error& error) {
            if (error.status() != ExitStatus::not_found)
                throw;
        }
    return std::nullopt;
}

json module_json(const std::optional<ModuleVersion>& module)
{
    if (!module)
        return nullptr;
    return {{"version", module->version},
            {"source", module->source},
            {"protocol", module->protocol ? json(module->protocol->print()) : json()},
            {"metadata", module->metadata}};
}

// It may come from another node, and is for the terminal.
std::string word_in(const json& from, const char* key)
{
    return printable(from.at(key).get<std::string>());
}

std::optional<ModuleVersion> module_in(const json& from)
{
    if (from.is_null())
        return std::nullopt;
    ModuleVersion module{word_in(from, "version"), word_in(from, "source"), {}, word_in(from, "metadata")};
    if (const auto& protocol = from.at("protocol"); !protocol.is_null())
        module.protocol = ProtocolRange::parse(protocol.get<std::string>());
    return module;
}

} // namespace

std::optional<ProtocolRange> ProtocolRange::parse(const std::string& text)
{
    const auto dash = text.find('-');
    if (dash == std::string::npos)
        return std::nullopt;
    const auto lowest = number_in(std::string_view(text).substr(0, dash));
    const auto highest = number_in(std::string_view(text).substr(dash + 1));
    if (!lowest || !highest || *lowest > *highest)
        return std::nullopt;
    return ProtocolRange{*lowest, *highest};
}

std::string ProtocolRange::print() const
{
    return std::to_string(lowest) + "-" + std::to_string(highest);
}

ModuleVersion parse_modinfo(const std::string& text)
{
    ModuleVersion module;
    for (const auto& line : split(text, '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string::npos)
            continue;
        const auto key = line.substr(0, colon);
        const auto value = printable(trim(std::string_view(line).substr(colon + 1)));
        if (key == "version")
            module.version = value;
        else if (key == "srcversion")
            module.source = value;
        else if (key == "protocol")
            module.protocol = ProtocolRange::parse(value);
        else if (key == "metadata")
            module.metadata = value;
    }
    return module;
}

ModuleVersion loaded_module(const std::string& version, const std::string& source,
                            const std::optional<ModuleVersion>& installed)
{
    if (installed && !source.empty() && installed->source == source && installed->version == version)
        return *installed;
    return {version, source, {}, {}};
}

NodeVersions versions_here(const ConfigStore& store)
{
    NodeVersions here;
    const auto self = store.find_node();
    here.node = self ? self->name : "(without a name)";
    here.tool = tool_version;
    here.daemon = running_daemon(store);
    here.installed = installed_module();
    const std::string module = in_sysfs;
    if (std::filesystem::exists(module))
        here.loaded = loaded_module(line_of(module + "/version"), line_of(module + "/srcversion"), here.installed);
    return here;
}

void to_json(json& to, const NodeVersions& from)
{
    to = {{"node", from.node},
          {"error", from.error},
          {"mirrorctl", from.tool},
          {"daemon", from.daemon},
          {"module_loaded", module_json(from.loaded)},
          {"module_installed", module_json(from.installed)}};
}

void from_json(const json& from, NodeVersions& to)
{
    to.node = word_in(from, "node");
    to.error = word_in(from, "error");
    to.tool = word_in(from, "mirrorctl");
    to.daemon = from.at("daemon").is_null() ? std::nullopt : std::optional(word_in(from, "daemon"));
    to.loaded = module_in(from.at("module_loaded"));
    to.installed = module_in(from.at("module_installed"));
}

} // namespace mirrornet::ops
