// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "model/records.hpp"

#include <set>

using namespace mirrornet;

TEST(Names, WhatIsAllowed)
{
    for (const char* good : {"a", "0", "Data-1", "a.b_c", "x---"})
        EXPECT_TRUE(is_name(good)) << good;
    EXPECT_TRUE(is_name(std::string(64, 'a')));
    for (const char* bad : {"", ".", "..", "-a", "_a", "a/b", "a b", "a@b", "job:x", "\xc3\xa4"})
        EXPECT_FALSE(is_name(bad)) << bad;
    EXPECT_FALSE(is_name(std::string(65, 'a')));
    EXPECT_FALSE(is_name(std::string_view("a\0b", 3)));
}

TEST(Names, Subjects)
{
    EXPECT_EQ(Subject::parse("db"), (Subject{Subject::Kind::volume, "db", ""}));
    EXPECT_EQ(Subject::parse("db@west"), (Subject{Subject::Kind::mirror, "db", "west"}));
    EXPECT_EQ(Subject::parse("job:nightly"), (Subject{Subject::Kind::job, "nightly", ""}));
    for (const char* text : {"db", "db@west", "job:nightly", "job:nightly@west"})
        EXPECT_EQ(Subject::parse(text).to_string(), text);
    for (const char* bad : {"", "@", "db@", "@west", "a@b@c", "job:", "job:a@", "job:@b", "job:a@b@c"})
        expect_error(ExitStatus::usage, {"cannot be the name"}, [&] { Subject::parse(bad); });
}

template <typename E> class WordTable : public testing::Test {};
using AllWords = testing::Types<Role, DataState, MirrorState, Reason, Level,
                                Permission, ExitStatus, MetaKind>;
TYPED_TEST_SUITE(WordTable, AllWords);

TYPED_TEST(WordTable, WordsAndValuesAreDistinctAndRoundTrip)
{
    std::set<std::string_view> texts;
    std::set<long long> values;
    for (const auto& word : Words<TypeParam>::table) {
        EXPECT_TRUE(texts.insert(word.text).second) << word.text;
        EXPECT_TRUE(values.insert(static_cast<long long>(word.value)).second) << word.text;
        EXPECT_EQ(parse_word<TypeParam>(word.text), word.value);
        EXPECT_EQ(to_string(word.value), word.text);
    }
    expect_error(ExitStatus::usage, {"no-such-word", "allowed: "},
                 [] { parse_word<TypeParam>("no-such-word"); });
}

TEST(States, CodesOfTheInterface)
{
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("invalid")), -1);
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("none")), 0);
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("mirroring")), 1);
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("resync")), 2);
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("broken")), 3);
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("paused")), 4);
    EXPECT_EQ(static_cast<int>(parse_word<MirrorState>("resync-pending")), 5);
    EXPECT_EQ(static_cast<int>(parse_word<Role>("source")), 1);
    EXPECT_EQ(static_cast<int>(parse_word<Role>("target")), 2);
}

TEST(States, Permissions)
{
    const auto some = parse_permissions("status, operate");
    EXPECT_TRUE(some.allows(Permission::status));
    EXPECT_TRUE(some.allows(Permission::operate));
    EXPECT_FALSE(some.allows(Permission::replicate));
    EXPECT_EQ(to_string(some), "status,operate");
    expect_error(ExitStatus::usage, {"root", "status, replicate, operate"},
                 [] { parse_permissions("status,root"); });
    EXPECT_FALSE(Permissions{}.allows(Permission::status));
}

TEST(Options, DefaultsOfTheContract)
{
    const std::pair<std::string_view, std::string_view> defaults[] = {
        {"mode", "sync"}, {"compression", "0"}, {"bandwidth-limit", "0 kbit/s"},
        {"resync-bandwidth-limit", "0 kbit/s"}, {"encryption", "tls"},
        {"ping-interval", "3000 ms"}, {"max-ping-misses", "5"}, {"stall-timeout", "20000 ms"},
        {"port", "9999"}, {"write-queue-high-water", "20000 writes"},
        {"write-queue-byte-limit", "0 MiB"}, {"on-queue-limit", "pause"},
        {"async-flush", "barrier"}, {"on-sync-loss", "continue"}, {"fence-timeout", "30000 ms"},
        {"on-fence-timeout", "stop"}, {"auto-resync", "partial"}, {"resync-reads", "20 blocks"},
        {"max-resync-passes", "200"}, {"resync-low-water", "150 blocks"},
        {"resync-block-writes-timeout", "15000 ms"}, {"parallel-resyncs", "0"},
        {"snapshot-chunk", "64 KiB"}, {"quiesce-timeout", "60000 ms"},
        {"snapshot-before-resync", "no"}, {"keep-lost-writes", "no"}, {"allowed-roles", "both"},
        {"intent-region", "1024 KiB"}, {"intent-limit", "256 regions"},
        {"metadata-wait", "180 s"}, {"on-metadata-error", "stop"}, {"boot-wait", "30 s"},
        {"boot-alone", "safe"}, {"shutdown-drain", "60 s"}};
    EXPECT_EQ(std::size(defaults), all_options().size());
    for (const auto& [name, value] : defaults)
        EXPECT_EQ(describe_value(find_option(name), find_option(name).fallback), value) << name;
}

TEST(Options, EveryAllowedEdgePrintsAndParses)
{
    for (const auto& spec : all_options()) {
        for (auto value : {spec.least, spec.most, spec.fallback}) {
            EXPECT_EQ(parse_value(spec, print_value(spec, value)), value) << spec.name;
            EXPECT_EQ(parse_value(spec, describe_value(spec, value)), value) << spec.name;
        }
        EXPECT_THROW(check_value(spec, spec.most + 1), Error) << spec.name;
        EXPECT_THROW(check_value(spec, -1), Error) << spec.name;
    }
}

TEST(Options, RefusalsNameOptionAndAllowedValues)
{
    const std::pair<const char*, const char*> bad[] = {
        {"compression", "10"}, {"ping-interval", "99"}, {"ping-interval", "60001"},
        {"bandwidth-limit", "63"}, {"write-queue-high-water", "99"}, {"port", "65536"},
        {"intent-region", "96"}, {"intent-region", "1.5MiB"}, {"mode", "Sync"},
        {"mode", "0"}, {"max-ping-misses", ""}, {"max-ping-misses", "5 ms"},
        {"ping-interval", "3d"}, {"ping-interval", "3KiB"}, {"boot-wait", "1500ms"}, {"bandwidth-limit", "10Mb"}, {"write-queue-byte-limit", "9223372036854775807GiB"}};
    for (const auto& [name, value] : bad)
        expect_error(ExitStatus::usage, {name, "allowed: ", allowed_values(find_option(name))},
                     [&] { parse_value(find_option(name), value); });
}

TEST(Options, SizesTakeUnits)
{
    EXPECT_EQ(parse_value(find_option("intent-region"), "1MiB"), 1024);
    EXPECT_EQ(parse_value(find_option("intent-region"), "64 KiB"), 64);
    EXPECT_EQ(parse_value(find_option("write-queue-byte-limit"), "2GiB"), 2048);
    EXPECT_EQ(parse_value(find_option("ping-interval"), "500ms"), 500);
}

TEST(Options, TimesAndRatesTakeUnits)
{
    EXPECT_EQ(parse_value(find_option("ping-interval"), "3s"), 3000);
    EXPECT_EQ(parse_value(find_option("boot-wait"), "2 min"), 120);
    EXPECT_EQ(parse_value(find_option("boot-wait"), "2000ms"), 2);
    EXPECT_EQ(parse_value(find_option("metadata-wait"), "1h"), 3600);
    for (const char* ten : {"10000", "10000 kbit/s", "10Mbit/s", "10Mbit"})
        EXPECT_EQ(parse_value(find_option("bandwidth-limit"), ten), 10000) << ten;
    EXPECT_EQ(parse_value(find_option("resync-bandwidth-limit"), "1 Gbit/s"), 1'000'000);
    expect_error(ExitStatus::usage, {"a bare number is in kbit/s", "Mbit/s, Gbit/s"},
                 [] { parse_value(find_option("bandwidth-limit"), "10Mb"); });
}

TEST(Options, AMistypedNameIsGuessed)
{
    expect_error(ExitStatus::usage, {"did you mean \"compression\"?"}, [] { find_option("compresion"); });
    expect_error(ExitStatus::usage, {"options are: mode, "}, [] { find_option("colour"); });
}

// Nothing is accepted and then ignored.
TEST(Options, OfALaterVersionOnlyTheDefaultCanBeSet)
{
    for (const auto& spec : all_options()) {
        OptionSet set(spec.scopes);
        EXPECT_NO_THROW(set.set(spec.id, spec.fallback)) << spec.name;
        for (auto value : {spec.least, spec.most})
            if (spec.in_this_version)
                EXPECT_NO_THROW(set.set(spec.id, value)) << spec.name;
            else if (value != spec.fallback)
                expect_error(ExitStatus::usage,
                             {spec.name.data(), "not in this version", "nothing was changed"},
                             [&] { set.set(spec.id, value); });
        EXPECT_EQ(set.get(spec.id), spec.in_this_version ? spec.most : spec.fallback);
    }
    for (auto id : {Option::quiesce_timeout, Option::snapshot_before_resync})
        EXPECT_FALSE(spec_of(id).in_this_version) << spec_of(id).name;
}

TEST(Options, SetKnowsItsScope)
{
    OptionSet set(scope_mirror);
    EXPECT_EQ(set.get(Option::ping_interval), 3000);
    set.set("ping-interval", "100");
    EXPECT_EQ(set.get(Option::ping_interval), 100);
    expect_error(ExitStatus::usage, {"boot-wait"}, [&] { set.set("boot-wait", "5"); });
    expect_error(ExitStatus::usage, {"no option", "colour", "ping-interval"},
                 [&] { set.set("colour", "5"); });
    set.reset(Option::ping_interval);
    EXPECT_EQ(set.get(Option::ping_interval), 3000);
    OptionSet both(scope_node);
    both.set("allowed-roles", "both");
    EXPECT_TRUE(both.is_set(Option::allowed_roles));
}

TEST(Address, RoundTrip)
{
    for (const char* text : {"192.0.2.1", "192.0.2.1:9999", "2001:db8::1", "[2001:db8::1]:80",
                             "fe80::1%eth0", "west.example.com", "west:7000", "::"})
        EXPECT_EQ(Address::parse(text).to_string(), text);
    EXPECT_EQ(Address::parse("[::1]").to_string(), "::1");
    EXPECT_EQ(Address::parse("west").port_or(9999), 9999);
}

TEST(Address, Malformed)
{
    for (const char* text : {"", ":", ":80", "a:", "a:0", "a:65536", "a:b", "[::1", "[a]:80",
                             "[::1]80", "a b", "a\n", "-o", "fe80::1%e\n0", "1:2:3"})
        expect_error(ExitStatus::usage, {"is not an address"}, [&] { Address::parse(text); });
}
