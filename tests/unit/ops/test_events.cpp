// SPDX-License-Identifier: GPL-2.0-or-later
//
// The catalogue of events, docs/events.md and what the module announces agree.
#include "base/file.hpp"
#include "ops/events/facts.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

using namespace mirrornet;

namespace {

const std::string manual_of_facts = MANUALS "/mirror-netd.8";

nl::Event event_of(EventClass event_class, int new_code, Severity severity = Severity::info)
{
    nl::Event event;
    event.event_class = event_class;
    event.new_code = new_code;
    event.severity = severity;
    event.volume = Uuid::parse("10000000-0000-4000-8000-000000000000");
    event.volume_name = "home";
    event.number = 7;
    event.text = "so it is";
    return event;
}

std::string_view name_of(const nl::Event& event)
{
    return ops::kind_of(event).name;
}

std::string section_of(const ops::EventKind& kind)
{
    const auto page = read_file(DOCS "/events.md");
    const auto head = fmt::format("\n## {} {} ({})\n", kind.code, kind.name,
                                  to_string(kind.severity));
    const auto begin = page.find(head);
    if (begin == std::string::npos)
        return {};
    return page.substr(begin, page.find("\n## ", begin + 1) - begin);
}

// Class -> severities, as the initialisers of events in the module's sources have them.
std::map<std::string, std::set<std::string>> announced()
{
    std::map<std::string, std::set<std::string>> all;
    const std::regex event(R"(\.class = ([^;]*?)\.severity = ([^;]*?)\.volume)");
    const std::regex event_class("MN_EVENT_[A-Z_]+"), severity("MN_SEVERITY_[A-Z]+|severity_of");
    for (const auto& file : std::filesystem::directory_iterator(MODULE)) {
        if (file.path().extension() != ".c")
            continue;
        const auto text = read_file(file.path());
        for (std::sregex_iterator at(text.begin(), text.end(), event), end; at != end; at++) {
            const auto classes = (*at)[1].str(), severities = (*at)[2].str();
            std::vector<std::string> named;
            for (std::sregex_iterator s(severities.begin(), severities.end(), severity); s != end; s++)
                named.push_back(s->str());
            std::size_t n = 0;
            for (std::sregex_iterator c(classes.begin(), classes.end(), event_class); c != end; c++)
                all[c->str()].insert(named.at(std::min(n++, named.size() - 1)));
        }
    }
    return all;
}

std::string constant(const char* prefix, std::string_view word)
{
    std::string name = prefix;
    for (const char c : word)
        name += c == '-' ? '_' : static_cast<char>(std::toupper(c));
    return name;
}

} // namespace

TEST(Events, CodesNamesAndMessageIdsAreUnique)
{
    std::set<int> codes;
    std::set<std::string_view> names;
    std::set<std::string> ids;
    for (const auto& kind : ops::all_event_kinds()) {
        EXPECT_TRUE(codes.insert(kind.code).second) << kind.code;
        EXPECT_TRUE(names.insert(kind.name).second) << kind.name;
        EXPECT_TRUE(ids.insert(kind.message_id()).second) << kind.name;
        EXPECT_TRUE(std::regex_match(kind.message_id(), std::regex("[0-9a-f]{32}"))) << kind.name;
        if (kind.event_class) {
            EXPECT_EQ(kind.code / 100, static_cast<int>(*kind.event_class)) << kind.name;
        }
    }
}

TEST(Events, TheDocumentHasEachAndNoOther)
{
    for (const auto& kind : ops::all_event_kinds()) {
        const auto section = section_of(kind);
        ASSERT_FALSE(section.empty()) << "docs/events.md lacks " << kind.code << " " << kind.name;
        for (const auto& part : {"`" + kind.message_id() + "`", std::string("\n- **Cause.** "),
                                 std::string("\n- **Data.** "), std::string("\n- **Do.** ")})
            EXPECT_NE(section.find(part), std::string::npos) << kind.name << " lacks " << part;
    }
    const auto page = read_file(DOCS "/events.md");
    const std::regex head("\n## [0-9]+ ");
    const auto heads = std::distance(std::sregex_iterator(page.begin(), page.end(), head), {});
    EXPECT_EQ(heads, static_cast<long>(ops::all_event_kinds().size()));
}

// A class that the module announces is in the catalogue with the module's severities, and no other is.
TEST(Events, TheModuleAnnouncesWhatTheCatalogueHas)
{
    auto module = announced();
    ASSERT_EQ(module["MN_EVENT_STATE"], std::set<std::string>{"severity_of"});
    module["MN_EVENT_STATE"] = {"MN_SEVERITY_INFO", "MN_SEVERITY_WARNING", "MN_SEVERITY_ERROR"};
    ASSERT_EQ(module["MN_EVENT_LOCK"].erase("severity_of"), 1u);
    module["MN_EVENT_LOCK"].insert({"MN_SEVERITY_INFO", "MN_SEVERITY_CRITICAL"});
    ASSERT_EQ(module["MN_EVENT_FENCE"].erase("severity_of"), 1u);
    module["MN_EVENT_FENCE"].insert({"MN_SEVERITY_INFO", "MN_SEVERITY_ERROR",
                                     "MN_SEVERITY_CRITICAL"});
    module["MN_EVENT_LOST_WRITES"].insert({"MN_SEVERITY_INFO", "MN_SEVERITY_WARNING"});
    std::map<std::string, std::set<std::string>> catalogue;
    for (const auto& kind : ops::all_event_kinds())
        if (kind.event_class)
            catalogue[constant("MN_EVENT_", to_string(*kind.event_class))].insert(
                constant("MN_SEVERITY_", to_string(kind.severity)));
    EXPECT_EQ(module, catalogue);
}

TEST(Events, EachIsKnownByWhatTheModuleSays)
{
    using C = EventClass;
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_MIRRORING)), "state-mirroring");
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_RESYNC)), "state-resync");
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_BROKEN)), "state-broken");
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_PAUSED, Severity::warning)), "state-paused");
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_PAUSED, Severity::error)), "state-stopped");
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_RESYNC_PENDING)), "state-resync-pending");
    EXPECT_EQ(name_of(event_of(C::state, MN_STATE_NONE)), "state-none");
    EXPECT_EQ(name_of(event_of(C::role, MN_ROLE_NONE)), "role-none");
    EXPECT_EQ(name_of(event_of(C::role, MN_ROLE_SOURCE)), "role-source");
    EXPECT_EQ(name_of(event_of(C::role, MN_ROLE_TARGET)), "role-target");
    EXPECT_EQ(name_of(event_of(C::link, MN_LINK_NONE)), "link-closed");
    EXPECT_EQ(name_of(event_of(C::link, MN_LINK_UP)), "link-up");
    EXPECT_EQ(name_of(event_of(C::lock, MN_LOCK_NONE)), "unlocked");
    EXPECT_EQ(name_of(event_of(C::lock, MN_LOCK_TARGET)), "locked-target");
    EXPECT_EQ(name_of(event_of(C::lock, MN_LOCK_USER)), "locked-user");
    auto boot = event_of(C::lock, MN_LOCK_WAIT_PEER, Severity::warning);
    boot.old_code = MN_LOCK_WAIT_PEER;
    EXPECT_EQ(name_of(boot), "boot-stays-locked");
    boot.new_code = MN_LOCK_NONE;
    EXPECT_EQ(name_of(boot), "boot-alone");
    boot.severity = Severity::info; // the volume was opened
    EXPECT_EQ(name_of(boot), "unlocked");
    auto block = event_of(C::disk, 5);
    block.peer = Uuid::parse("20000000-0000-4000-8000-000000000000");
    EXPECT_EQ(name_of(block), "disk-unreadable");
    EXPECT_EQ(name_of(event_of(C::disk, 5)), "disk-flush-failed");
    EXPECT_EQ(name_of(event_of(C::disk, 0)), "disk-foreign-write");
    auto metadata = event_of(C::metadata, 5);
    EXPECT_EQ(name_of(metadata), "metadata-failed");
    metadata.old_code = MN_META_CONTINUE;
    EXPECT_EQ(name_of(metadata), "metadata-continue");
    metadata.old_code = MN_META_STOP;
    EXPECT_EQ(name_of(metadata), "metadata-stop");
    metadata.peer = Uuid::parse("20000000-0000-4000-8000-000000000000");
    EXPECT_EQ(name_of(metadata), "metadata-abandoned");
    auto split = event_of(C::split_brain, 0);
    split.severity = Severity::critical;
    EXPECT_EQ(name_of(split), "split-brain");
    split.severity = Severity::warning;
    EXPECT_EQ(name_of(split), "split-brain-given-up");
    EXPECT_EQ(name_of(event_of(C::peer, 0)), "peer-refused");
    EXPECT_EQ(name_of(event_of(C::config, 0)), "config-changed");
    EXPECT_EQ(name_of(event_of(C::resync, MN_RESYNC_FULL)), "resync-stalled");
    auto wanted = event_of(C::link, MN_LINK_NONE);
    wanted.old_code = MN_LINK_UNWANTED;
    EXPECT_EQ(name_of(wanted), "link-wanted");
    EXPECT_EQ(name_of(event_of(C::lock, MN_LOCK_FENCED, Severity::critical)), "locked-fenced");
    EXPECT_EQ(name_of(event_of(C::fence, MN_FENCE_WANTED, Severity::warning)), "fence-wanted");
    EXPECT_EQ(name_of(event_of(C::fence, MN_FENCE_CONFIRMED)), "fence-confirmed");
    EXPECT_EQ(name_of(event_of(C::fence, MN_FENCE_EXPIRED, Severity::critical)), "fence-stop");
    EXPECT_EQ(name_of(event_of(C::fence, MN_FENCE_EXPIRED, Severity::error)), "fence-missing");
    EXPECT_EQ(name_of(event_of(C::fence, MN_FENCE_NONE)), "fence-over");
    EXPECT_EQ(name_of(event_of(C::fence, MN_FENCE_OUTDATED, Severity::warning)), "outdated");
    EXPECT_EQ(name_of(event_of(C::lost_writes, MN_LOST_WRITES_NONE, Severity::warning)), "lost-writes-given-up");
    EXPECT_EQ(name_of(event_of(C::lost_writes, MN_LOST_WRITES_WANTED, Severity::warning)), "lost-writes-wanted");
    EXPECT_EQ(name_of(event_of(C::lost_writes, MN_LOST_WRITES_SAVED)), "lost-writes-saved");
}

// What a newer module says is told, not guessed.
TEST(Events, WhatIsInNoCatalogueIsUnlisted)
{
    EXPECT_EQ(name_of(event_of(EventClass::state, 77)), "unlisted");
    EXPECT_EQ(ops::kind_of(event_of(EventClass::lock, 77)).code, 0);
}

TEST(Events, FactsOfAMirrorAndOfAVolume)
{
    auto event = event_of(EventClass::link, MN_LINK_NONE, Severity::warning);
    event.peer = Uuid::parse("20000000-0000-4000-8000-000000000000");
    event.old_code = MN_LINK_UP;
    event.reason = Reason::peer_silent;
    auto said = ops::announcement_of(event, "a", "b");
    std::map<std::string, std::string> facts(said.facts.begin(), said.facts.end());
    EXPECT_EQ(facts["MIRROR_NET_EVENT"], "link-closed");
    EXPECT_EQ(facts["MIRROR_NET_CODE"], "300");
    EXPECT_EQ(facts["MIRROR_NET_NODE"], "a");
    EXPECT_EQ(facts["MIRROR_NET_PEER"], "b");
    EXPECT_EQ(facts["MIRROR_NET_MIRROR"], "home@b");
    EXPECT_EQ(facts["MIRROR_NET_OLD"], "up");
    EXPECT_EQ(facts["MIRROR_NET_NEW"], "none");
    EXPECT_EQ(facts["MIRROR_NET_REASON"], "peer-silent");
    EXPECT_EQ(said.line, "home@b: link-closed (warning, peer-silent): so it is");
    said = ops::announcement_of(event_of(EventClass::role, MN_ROLE_SOURCE), "a", "");
    facts = {said.facts.begin(), said.facts.end()};
    EXPECT_EQ(facts["MIRROR_NET_VOLUME"], "home");
    EXPECT_EQ(facts["MIRROR_NET_MIRROR"], "");
    EXPECT_EQ(facts["MIRROR_NET_PEER_UUID"], "");
    EXPECT_EQ(said.line, "home: role-source (info): so it is");
}

TEST(Events, TheManualHasEveryFact)
{
    auto fence = event_of(EventClass::fence, MN_FENCE_WANTED);
    fence.generation = 1;
    auto facts = ops::announcement_of(fence, "a", "").facts;
    facts.emplace_back("MIRROR_NET_MISSED", "");
    facts.emplace_back("MIRROR_NET_MAINTENANCE", "");
    const auto page = read_file(manual_of_facts);
    for (const auto& [name, value] : facts)
        EXPECT_NE(page.find("\n.TP\n.B " + name + "\n"), std::string::npos)
            << "docs/man/mirror-netd.8 lacks " << name;
}
