// SPDX-License-Identifier: GPL-2.0-or-later
//
// The manual says what the program knows.
#include "base/file.hpp"
#include "mirrorctl/documents.hpp"
#include "mirrorctl/output.hpp"
#include "mirrorctl/top_text.hpp"
#include "model/options.hpp"
#include "ops/node/endpoint_json.hpp"
#include "ops/status/counters.hpp"
#include "ops/status/json.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <regex>

using namespace mirrornet;

namespace {

std::string place_of(unsigned scopes)
{
    std::string text;
    for (const auto& [scope, name] : {std::pair(scope_mirror, "[mirror.options] of a volume"),
                                      std::pair(scope_volume, "[options] of a volume"),
                                      std::pair(scope_node, "[options] of node.toml"),
                                      std::pair(scope_copy, "[options] of NAME.local.toml"),
                                      std::pair(scope_pair, "[options] of a trusted node")})
        if (scopes & scope)
            text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}


std::string entry(const OptionSpec& spec)
{
    return fmt::format(".TP\n.BR {} \" (default {}; {})\"\n{}.\nIn {}.{}{}\n", spec.name,
                       describe_value(spec, spec.fallback), allowed_values(spec), spec.help,
                       place_of(spec.scopes), spec.live ? "" : "\nNot changed while in use.",
                       spec.in_this_version
                           ? ""
                           : "\nNot in this version; only the default can be set.");
}

} // namespace

TEST(Manual, DescribesEveryOptionAsTheProgramDoes)
{
    const auto page = read_file(MANUALS "/mirror-net.conf.5");
    for (const auto& spec : all_options())
        EXPECT_NE(page.find(entry(spec)), std::string::npos)
            << "docs/man/mirror-net.conf.5 lacks:\n" << entry(spec);
}

namespace {

// Of mirrorctl(8), from a head to the next one of the same kind.
std::string section(const std::string& head, const std::string& kind = ".SH")
{
    const auto page = read_file(MANUALS "/mirrorctl.8");
    const auto begin = page.find("\n" + kind + " " + head + "\n");
    if (begin == std::string::npos)
        return {};
    const auto end = std::min(page.find("\n.SH ", begin + 1), page.find("\n" + kind + " ", begin + 1));
    return page.substr(begin, end - begin);
}

// As its own entry: in bold on a line, alone or with something behind it.
void expect_entry(const std::string& text, const std::string& where, std::string_view word)
{
    const auto escaped = std::regex_replace(std::string(word), std::regex("-"), "\\-");
    const bool found = text.find("\n.TP\n.B " + escaped + "\n") != std::string::npos ||
                       text.find("\n.TP\n.BR " + escaped + " ") != std::string::npos;
    EXPECT_TRUE(found) << "docs/man/mirrorctl.8 has no entry in " << where << " for " << word;
}

void expect_keys(const std::string& text, const std::string& where, const nlohmann::json& object)
{
    for (const auto& [key, value] : object.items())
        expect_entry(text, where, key);
}

template <Worded E> void expect_words(const std::string& text)
{
    for (const auto& word : Words<E>::table) {
        const auto escaped = std::regex_replace(std::string(word.text), std::regex("-"), "\\\\-");
        EXPECT_TRUE(std::regex_search(text, std::regex("\\b" + escaped + "\\b")))
            << "docs/man/mirrorctl.8 lacks the " << Words<E>::kind << " " << word.text;
    }
}

// With everything in it that there can be.
ops::StatusReport full_report()
{
    ops::VolumeStatus volume;
    volume.name = "home";
    volume.record.emplace();
    volume.mirrors.resize(1);
    return {"a", {volume}, {}};
}

} // namespace

TEST(Manual, HasEveryReason)
{
    const auto text = section("REASONS");
    for (const auto& word : Words<Reason>::table)
        expect_entry(text, "REASONS", word.text);
}

TEST(Manual, HasEveryCounter)
{
    const auto text = section("COUNTERS");
    for (const auto& counter : ops::counters_of(nl::MirrorRecord{}))
        expect_entry(text, "COUNTERS", counter.name);
    for (const auto& counter : ops::counters_of(nl::VolumeRecord{}))
        expect_entry(text, "COUNTERS", counter.name);
    for (const auto& histogram : ops::histograms_of(nl::MirrorRecord{}))
        expect_entry(text, "COUNTERS", histogram.name);
    for (const auto& histogram : ops::histograms_of(nl::VolumeRecord{}))
        expect_entry(text, "COUNTERS", histogram.name);
}

TEST(Manual, HasEveryKeyOfStatusAndList)
{
    const auto text = section("status, list", ".SS");
    const auto of_volume = text.find("\nOf a volume:"), of_mirror = text.find("\nOf a mirror:"),
               of_resync = text.find("\nOf a resync:");
    ASSERT_TRUE(of_volume < of_mirror && of_mirror < of_resync && of_resync < text.size());
    const auto report = ops::to_json(full_report());
    const auto& volume = report["volumes"][0];
    const auto& mirror = volume["mirrors"][0];
    expect_keys(text.substr(0, of_volume), "JSON, status", report);
    expect_keys(text.substr(of_volume, of_mirror - of_volume), "JSON, volume", volume);
    expect_keys(text.substr(of_mirror, of_resync - of_mirror), "JSON, mirror", mirror);
    expect_keys(text.substr(of_resync), "JSON, resync", mirror["resync"]);
    for (const auto& [key, value] : mirror["peer"].items())
        EXPECT_NE(text.find("\\fB" + key + "\\fR", of_mirror), std::string::npos) << key;
}

TEST(Manual, HasEveryKeyOfPerfTopEventsAndErrors)
{
    const auto perf = ctl::perf_document(full_report());
    expect_keys(section("perf", ".SS"), "JSON, perf", perf);
    expect_keys(section("perf", ".SS"), "JSON, perf", perf["mirrors"][0]);
    const auto top = ctl::top_document("a", 1, {ops::MirrorRates{}});
    expect_keys(section("top", ".SS"), "JSON, top", top);
    expect_keys(section("top", ".SS"), "JSON, top", top["mirrors"][0]);
    expect_keys(section("endpoint show, endpoint set", ".SS"), "JSON, endpoint",
                nlohmann::json(ops::EndpointResult{}));
    expect_keys(section("events", ".SS"), "JSON, events", ctl::event_document(ctl::as_announced({}, "b")));
    const Error error(ExitStatus::needs_force, "x", "--yes");
    expect_keys(section("Errors", ".SS"), "JSON, errors", ctl::Output().error_document(error));
}

TEST(Manual, HasEveryExitStatus)
{
    const auto text = section("EXIT STATUS");
    for (const auto& word : Words<ExitStatus>::table)
        EXPECT_NE(text.find(fmt::format("\n{}\t", static_cast<int>(word.value))),
                  std::string::npos)
            << "docs/man/mirrorctl.8 lacks the exit status " << word.text;
}

TEST(Manual, HasEveryWordOfAState)
{
    const auto page = read_file(MANUALS "/mirrorctl.8");
    expect_words<MirrorState>(page);
    expect_words<DataState>(page);
    expect_words<Role>(page);
    expect_words<Level>(page);
    expect_words<LockReason>(page);
    expect_words<LinkState>(page);
    expect_words<ResyncPhase>(page);
    expect_words<EventClass>(page);
    expect_words<Severity>(page);
    expect_words<ops::Partial>(page);
}
