// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/file.hpp"
#include "config/files.hpp"
#include "config/store.hpp"
#include "expect_error.hpp"
#include "random_records.hpp"
#include "scratch_dir.hpp"

#include <fstream>
#include <sys/stat.h>

using namespace mirrornet;

namespace {

constexpr const char* good_volume = R"(format = 1
name = "db"
uuid = "00112233-4455-6677-8899-aabbccddeeff"
version = 3
size = 1048576
[options]
metadata-wait = 5
[[node]]
name = "east"
uuid = "10112233-4455-6677-8899-aabbccddeeff"
[[node]]
name = "west"
uuid = "20112233-4455-6677-8899-aabbccddeeff"
[[mirror]]
nodes = ["east", "west"]
[mirror.options]
mode = "sync"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

} // namespace

// print is the inverse of parse, for whatever a record may hold.
TEST(ConfigFiles, PrintIsTheInverseOfParse)
{
    RandomRecords random(20240611);
    for (int round = 0; round < 500; round++) {
        const auto node = random.node();
        EXPECT_EQ(parse_node(print(node), "f"), node) << print(node);
        const auto peer = random.peer();
        EXPECT_EQ(parse_peer(print(peer), "f"), peer) << print(peer);
        const auto volume = random.volume();
        EXPECT_EQ(parse_volume(print(volume), "f"), volume) << print(volume);
        const auto local = random.local();
        EXPECT_EQ(parse_volume_local(print(local), "f"), local) << print(local);
        const auto job = random.job();
        EXPECT_EQ(parse_job(print(job), "f"), job) << print(job);
    }
}

TEST(ConfigFiles, HandWrittenVolume)
{
    const auto volume = parse_volume(good_volume, "db.toml");
    EXPECT_EQ(volume.version, 3u);
    EXPECT_EQ(volume.options.get(Option::metadata_wait), 5);
    ASSERT_NE(volume.find_mirror("west", "east"), nullptr);
    EXPECT_TRUE(volume.find_mirror("west", "east")->options.is_set(Option::mode));
    EXPECT_EQ(volume.find_mirror("west", "north"), nullptr);
    EXPECT_EQ(volume.find_node("west")->id, volume.find_node(volume.nodes[1].id)->id);
    EXPECT_EQ(print(parse_volume(print(volume), "x")), print(volume));
}

struct Spoiled {
    const char *from, *to, *key, *says;
};

class ConfigErrors : public testing::TestWithParam<Spoiled> {};

TEST_P(ConfigErrors, NameFileKeyAndWhatIsAllowed)
{
    const auto& spoiled = GetParam();
    expect_error(ExitStatus::usage, {"db.toml", spoiled.key, spoiled.says}, [&] {
        parse_volume(replaced(good_volume, spoiled.from, spoiled.to), "db.toml");
    });
}

INSTANTIATE_TEST_SUITE_P(
    Volume, ConfigErrors,
    testing::Values(
        Spoiled{"format = 1", "format = 2", "format", "another version"},
        Spoiled{"format = 1\n", "", "format", "is missing"},
        Spoiled{"\"db\"", "\"d/b\"", "name", "allowed: 1 to 64 letters"},
        Spoiled{"\"db\"", "7", "name", "string in quotes"},
        Spoiled{"00112233-", "0011223-", "uuid", "is not a UUID"},
        Spoiled{"version = 3", "version = -3", "version", "0 or more"},
        Spoiled{"version = 3", "version = 0", "version", "1 or more"},
        Spoiled{"version = 3", "version = \"3\"", "version", "whole number"},
        Spoiled{"size = 1048576", "size = 1048577", "size", "multiple of 512"},
        Spoiled{"size = 1048576", "size = 0", "size", "above 0"},
        Spoiled{"size = 1048576", "size = 1e6", "size", "whole number"},
        Spoiled{"metadata-wait = 5", "metadata-wait = 99999999", "options.metadata-wait", "0-86400 s"},
        Spoiled{"metadata-wait = 5", "metadata-wait = \"5\"", "options.metadata-wait", "0-86400 s"},
        Spoiled{"metadata-wait = 5", "metadatawait = 5", "options.metadatawait", "no option"},
        Spoiled{"metadata-wait = 5", "mode = \"sync\"", "options.mode", "not an option"},
        Spoiled{"\"sync\"", "\"later\"", "mirror[0].options.mode", "sync, async"},
        Spoiled{"metadata-wait = 5", "snapshot-before-resync = \"yes\"", "options.snapshot-before-resync",
                "not in this version"},
        Spoiled{"\"sync\"", "1", "mirror[0].options.mode", "sync, async"},
        Spoiled{"[\"east\", \"west\"]", "[\"east\"]", "mirror[0].nodes", "two nodes"},
        Spoiled{"[\"east\", \"west\"]", "[\"east\", \"east\"]", "east/east", "two different"},
        Spoiled{"[\"east\", \"west\"]", "[\"east\", \"mars\"]", "east/mars", "two different"},
        Spoiled{"\"west\"\nuuid", "\"east\"\nuuid", "node east", "listed twice"},
        Spoiled{"20112233", "10112233", "node west", "listed twice"},
        Spoiled{"[[mirror]]", "colour = 1\n[[mirror]]", "node[1].colour", "not known"},
        Spoiled{"format = 1", "format = 1\ncolour = 1", "colour", "not known"},
        Spoiled{"format = 1", "format = ", "db.toml:1", ""}));

TEST(ConfigStore, SavesAndFinds)
{
    ScratchDir dir;
    ConfigStore store(dir / "etc");
    RandomRecords random(7);
    const auto node = random.node();
    store.save(node);
    EXPECT_EQ(store.load_node(), node);

    const auto volume = parse_volume(good_volume, "f");
    const auto local = random.local();
    store.save(volume);
    store.save("db", local);
    EXPECT_EQ(store.volume_names(), std::vector<std::string>{"db"});
    EXPECT_EQ(store.find_volume(volume.id), volume);
    EXPECT_EQ(store.load_local("db"), local);
    EXPECT_TRUE(store.remove_volume("db"));
    EXPECT_FALSE(store.remove_volume("db"));
    EXPECT_FALSE(store.find_volume(volume.id));
}

TEST(ConfigStore, PeersAndKeys)
{
    ScratchDir dir;
    ConfigStore store(dir.path());
    auto peer = RandomRecords(8).peer();
    peer.name = "west";
    store.save(peer);
    EXPECT_EQ(store.find_peer(peer.id), peer);
    EXPECT_EQ(store.peer_names(), std::vector<std::string>{"west"});
    EXPECT_FALSE(store.find_key("west"));
    const auto key = Key::random();
    store.save_key("west", key);
    EXPECT_TRUE(store.load_key("west") == key);
    EXPECT_FALSE(store.load_key("west") == Key::random());
    EXPECT_EQ(file_mode(dir / "keys/west.key"), 0600u);
    EXPECT_EQ(file_mode(dir / "keys"), 0700u);
    EXPECT_TRUE(store.remove_peer("west"));
    EXPECT_FALSE(store.find_key("west"));
}

TEST(ConfigStore, OneMalformedFileDoesNotHideTheOthers)
{
    ScratchDir dir;
    ConfigStore store(dir.path());
    auto peer = RandomRecords(9).peer();
    peer.name = "west";
    store.save(peer);
    write_file_atomic(dir / "nodes/alpha.toml", "colour = 1\n");
    EXPECT_EQ(store.find_peer(peer.id), peer);
    expect_error(ExitStatus::usage, {"alpha.toml"}, [&] { store.find_peer(Uuid::random()); });
    EXPECT_EQ(store.display_name(peer.id), peer.id.to_string());
}

TEST(ConfigStore, KeyThatOthersCanReadIsRefused)
{
    ScratchDir dir;
    ConfigStore store(dir.path());
    store.save_key("west", Key::random());
    ASSERT_EQ(::chmod((dir / "keys/west.key").c_str(), 0640), 0);
    expect_error(ExitStatus::not_permitted, {"west.key", "chmod 0600"},
                 [&] { store.find_key("west"); });
}

TEST(ConfigStore, MalformedKeyIsNotQuoted)
{
    ScratchDir dir;
    ConfigStore store(dir.path());
    make_directory(dir / "keys", 0700);
    write_file_atomic(dir / "keys/west.key", "deadbeefsecret\n", 0600);
    try {
        store.find_key("west");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(std::string(error.what()).find("deadbeef"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("west.key"), std::string::npos);
    }
}

TEST(ConfigStore, Refusals)
{
    ScratchDir dir;
    ConfigStore store(dir.path());
    expect_error(ExitStatus::not_found, {"no name yet", "node.toml"},
                 [&] { store.load_node(); });
    expect_error(ExitStatus::not_found, {"no volume db"}, [&] { store.load_volume("db"); });
    expect_error(ExitStatus::usage, {"../etc/passwd"},
                 [&] { store.find_volume("../etc/passwd"); });
    store.save(parse_volume(good_volume, "f"));
    std::filesystem::rename(dir / "volumes/db.toml", dir / "volumes/other.toml");
    expect_error(ExitStatus::usage, {"other.toml", "name of the file"},
                 [&] { store.load_volume("other"); });
    auto volume = parse_volume(good_volume, "f");
    volume.name = "db.local";
    expect_error(ExitStatus::usage, {".local"}, [&] { store.save(volume); });
}
