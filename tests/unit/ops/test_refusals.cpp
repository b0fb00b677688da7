// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every refusal of `create` on its own: its word, its exit status, and that the
// message names what an administrator needs.
#include "ops/create/create.hpp"
#include "ops/create/json.hpp"
#include "ops/create/refusals.hpp"

#include <gtest/gtest.h>

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr std::uint64_t gib = 1 << 30;

CopyFacts copy(const std::string& node, const std::string& device, const std::string& number)
{
    CopyFacts facts;
    facts.node = node;
    facts.node_id = Uuid::random();
    facts.boot_id = "boot of " + node;
    facts.data.path = device;
    facts.data.number = number;
    facts.data.id = "serial:" + node + device;
    facts.data.medium = facts.data.id;
    facts.data.bytes = gib;
    facts.data.sector_size = 512;
    facts.data.under = {number};
    facts.meta.emplace();
    facts.meta->choice.path = "/dev/vdm";
    facts.meta->bytes_needed = facts.meta->bytes_there = 4 << 20;
    facts.meta->device.emplace();
    facts.meta->device->number = "254:99";
    facts.meta->under = {"254:99"};
    return facts;
}

class Refusals : public ::testing::Test {
protected:
    CopyFacts source = copy("a", "/dev/vdb", "254:16");
    CopyFacts target = copy("b", "/dev/vdc", "254:32");
    CreateChecks checks{"home", false};

    std::vector<Refusal> all() { return refusals_of_create(source, target, checks); }

    void expect_only(const std::string& code, ExitStatus status,
                     std::initializer_list<std::string> parts)
    {
        const auto refusals = all();
        ASSERT_EQ(refusals.size(), 1U) << (refusals.empty() ? "none" : refusals.back().text);
        EXPECT_EQ(refusals[0].code, code);
        EXPECT_EQ(to_string(refusals[0].status), to_string(status));
        for (const auto& part : parts)
            EXPECT_NE(refusals[0].text.find(part), std::string::npos)
                << refusals[0].text << "\ndoes not say: " << part;
    }
};

} // namespace

TEST_F(Refusals, NothingSpeaksAgainstTwoPlainDevices)
{
    EXPECT_TRUE(all().empty());
}

TEST_F(Refusals, ANodeThatIsBarredFromTheRole)
{
    source.allowed_roles = "source";
    target.allowed_roles = "target";
    EXPECT_TRUE(all().empty());
    target.allowed_roles = "source";
    expect_only("allowed-roles", ExitStatus::refused, {"node b may not be target", "mirrorctl set --node allowed-roles=both"});
    target.allowed_roles = "both";
    source.allowed_roles = "target";
    expect_only("allowed-roles", ExitStatus::refused, {"node a may not be source"});
}

TEST_F(Refusals, TargetLarger)
{
    target.data.bytes = 2 * gib;
    EXPECT_TRUE(all().empty());
}

TEST_F(Refusals, TargetSmallerByOneSector)
{
    target.data.bytes = gib - 512;
    expect_only("target-smaller", ExitStatus::refused,
                {"512 bytes smaller", "/dev/vdc on node b", "1073741824"});
}

TEST_F(Refusals, SectorSizesDiffer)
{
    target.data.sector_size = 4096;
    expect_only("sector-size", ExitStatus::refused, {"512", "4096", "/dev/vdb on node a"});
}

TEST_F(Refusals, SameMediumOnBothNodes)
{
    target.data.medium = source.data.medium;
    expect_only("same-device", ExitStatus::refused, {"same device", source.data.medium});
}

TEST_F(Refusals, SameDeviceOfOneMachineWithTwoNodes)
{
    target.boot_id = source.boot_id;
    target.data.number = source.data.number;
    expect_only("same-device", ExitStatus::refused, {"same device"});
}

TEST_F(Refusals, ADiskWithoutAnIdentityIsNotTheSameAsAnother)
{
    source.data.medium = target.data.medium = "";
    EXPECT_TRUE(all().empty());
}

TEST_F(Refusals, SourceMountedPrintsTheThreeCommands)
{
    source.data.users = {{"mount", "mounted on /my home"}};
    checks.command = "mirrorctl create home /dev/vdb b:/dev/vdc --meta /dev/vdm --no-wait";
    expect_only("in-use", ExitStatus::in_use,
                {"mounted on /my home", "\n    umount '/my home'\n    " + checks.command +
                                            "\n    mount /dev/mirror/home '/my home'"});
}

// The volume would not be what was mounted.
TEST_F(Refusals, SourceWithAMountedPartitionPrintsNoCommands)
{
    source.data.users = {{"mount", "its partition vdb1 is mounted on /home"}};
    expect_only("in-use", ExitStatus::in_use, {"vdb1 is mounted on /home", "stop that first"});
}

TEST(CreateRefused, SaysThatForceIsAllThatIsMissing)
{
    const Refusal data{ExitStatus::needs_force, "target-has-data", "x"};
    EXPECT_EQ(CreateRefused({data, data}).repeat_with(), "--force");
    EXPECT_EQ(CreateRefused({data, {ExitStatus::in_use, "in-use", "y"}}).repeat_with(), "");
}

TEST_F(Refusals, TargetInUseByLvm)
{
    target.data.users = {{"lvm", "part of the LVM logical volume vg0-x"}};
    expect_only("in-use", ExitStatus::in_use, {"/dev/vdc on node b", "vg0-x"});
}

TEST_F(Refusals, RootFileSystem)
{
    source.data.system_use = "the root file system";
    source.data.users = {{"mount", "mounted on /"}};
    expect_only("system-device", ExitStatus::in_use, {"the root file system"});
}

TEST_F(Refusals, SwapSpace)
{
    target.data.system_use = "swap space";
    expect_only("system-device", ExitStatus::in_use, {"swap space", "node b"});
}

TEST_F(Refusals, DeviceThatHoldsMetadata)
{
    target.data.id = "x";
    target.metadata_of = "other";
    expect_only("holds-metadata", ExitStatus::in_use, {"metadata of volume other"});
}

TEST_F(Refusals, MetadataOnTheDataDevice)
{
    source.meta->under.push_back(source.data.number);
    expect_only("metadata-on-data", ExitStatus::refused, {"outside the data", "--meta"});
}

TEST_F(Refusals, DataInsideTheMetadataDevice)
{
    source.data.under.push_back("254:99");
    expect_only("metadata-on-data", ExitStatus::refused, {"outside the data"});
}

TEST_F(Refusals, DataOfAnotherVolume)
{
    source.data_of = "other";
    source.data.users = {{"volume", "the data or metadata of mirror-net volume other"}};
    expect_only("data-of-volume", ExitStatus::in_use, {"volume other"});
}

TEST_F(Refusals, TargetHoldsAFileSystem)
{
    target.data.signature = {"filesystem", "xfs", "archive", "1-2"};
    expect_only("target-has-data", ExitStatus::needs_force, {"xfs", "archive", "--force"});
    checks.force = true;
    EXPECT_TRUE(all().empty());
}

TEST_F(Refusals, TheVolumesOwnFileSystemNeedsNoForce)
{
    source.data.signature = target.data.signature = {"filesystem", "ext4", "", "same-uuid"};
    EXPECT_TRUE(all().empty());
}

TEST_F(Refusals, NameUsedByAVolume)
{
    source.existing.emplace();
    source.existing->data_device = "/dev/vdz";
    source.existing->data_id = "another";
    expect_only("volume-exists", ExitStatus::exists, {"node a", "home", "/dev/vdz"});
}

TEST_F(Refusals, NameUsedOnTheTarget)
{
    target.existing.emplace();
    expect_only("volume-exists", ExitStatus::exists, {"node b"});
}

TEST_F(Refusals, NameUsedByDeviceMapper)
{
    target.name_in_use = true;
    expect_only("name-in-use", ExitStatus::exists, {"device-mapper", "node b"});
}

TEST_F(Refusals, MetadataDeviceTooSmall)
{
    target.meta->bytes_there = 65536;
    expect_only("metadata-too-small", ExitStatus::refused, {"65536", "4194304", "--peer-meta"});
}

TEST_F(Refusals, MetadataDeviceInUse)
{
    source.meta->device->users = {{"mount", "mounted on /mnt"}};
    expect_only("metadata-in-use", ExitStatus::in_use, {"mounted on /mnt"});
}

TEST_F(Refusals, MetadataOfAnotherVolumeThere)
{
    source.meta->holds_volume = "old";
    expect_only("metadata-there", ExitStatus::needs_force, {"volume old", "--force"});
}

// One that is not active, too, whose devices nobody has open; whatever is forced.
TEST_F(Refusals, MetadataDeviceOfAConfiguredVolume)
{
    target.meta->owner = "other";
    checks.force = true;
    expect_only("metadata-of-volume", ExitStatus::in_use, {"belongs to volume other"});
}

TEST_F(Refusals, OfTheTargetAlone)
{
    source.data.users = {{"mount", "mounted on /home"}};
    source.meta->device->users = {{"mount", "mounted on /mnt"}};
    EXPECT_TRUE(refusals_of_target(source, target, checks).empty());
    target.data_of = "other";
    target.meta->device->users = {{"mount", "mounted on /mnt"}};
    target.existing.emplace();
    target.data.bytes = gib - 512;
    EXPECT_EQ(refusals_of_target(source, target, checks).size(), 4U);
}

TEST_F(Refusals, MetadataFileExists)
{
    source.meta->choice.make = MetaMake::make_file;
    source.meta->device.reset();
    source.meta->exists = true;
    expect_only("metadata-file-exists", ExitStatus::exists, {"/dev/vdm on node a"});
}

TEST_F(Refusals, MetadataFileWithoutDirectIo)
{
    source.meta->choice.make = MetaMake::make_file;
    source.meta->device.reset();
    source.meta->direct_io = false;
    expect_only("no-direct-io", ExitStatus::refused, {"direct I/O", "power cut"});
}

TEST_F(Refusals, MetadataFileOnANearlyFullFileSystem)
{
    source.meta->choice.make = MetaMake::make_file;
    source.meta->device.reset();
    source.meta->nearly_full = true;
    expect_only("file-system-full", ExitStatus::refused, {"nearly full"});
}

TEST_F(Refusals, ReadOnlyZonedAndDax)
{
    target.data.read_only = true;
    expect_only("read-only", ExitStatus::refused, {"read-only"});
    target.data.read_only = false;
    target.data.zoned = true;
    expect_only("zoned", ExitStatus::refused, {"zoned"});
    target.data.zoned = false;
    target.data.dax = true;
    expect_only("dax", ExitStatus::refused, {"DAX"});
}

TEST_F(Refusals, AllReasonsAreShownAtOnce)
{
    target.data.bytes = gib - 512;
    target.data.sector_size = 4096;
    target.data.users = {{"process", "open in process 12 (dd)"}};
    EXPECT_EQ(all().size(), 3U);
}

TEST_F(Refusals, AVolumeWithoutMirrorsGetsATargetWhileMounted)
{
    source.existing.emplace();
    source.existing->data_id = source.data.id;
    source.existing->active = true;
    source.existing->role = Role::source;
    source.existing->bytes = gib;
    source.existing->nodes = {"a"};
    source.data.users = {{"volume", "the data or metadata of mirror-net volume home"}};
    source.meta.reset();
    EXPECT_TRUE(adds_target(source));
    EXPECT_TRUE(all().empty());
}

TEST_F(Refusals, AVolumeThatHasThisMirrorAlready)
{
    source.existing.emplace();
    source.existing->data_id = source.data.id;
    source.existing->active = true;
    source.existing->role = Role::source;
    source.existing->nodes = {"a", "b"};
    source.existing->bytes = gib;
    expect_only("mirror-exists", ExitStatus::exists, {"mirror on node b already"});
}

// Should the source be lost, any two of the others have to reach each other.
TEST_F(Refusals, AFurtherTargetKnowsAllThatHaveCopies)
{
    source.existing.emplace();
    source.existing->data_id = source.data.id;
    source.existing->active = true;
    source.existing->role = Role::source;
    source.existing->nodes = {"a", "c"};
    source.existing->bytes = gib;
    expect_only("unknown-node", ExitStatus::refused,
                {"node b does not know node c", "on node b: mirrorctl node trust c"});
    target.known_nodes = {"a", "c"};
    EXPECT_TRUE(all().empty());
    source.existing->strays = {"d"}; // of which only the kernel knows
    expect_only("stray-mirror", ExitStatus::refused, {"mirrorctl delete home@d"});
    source.existing->strays.clear();
    for (int i = 0; i < 6; i++) {
        target.known_nodes.push_back("n" + std::to_string(i));
        source.existing->nodes.push_back(target.known_nodes.back());
    }
    EXPECT_TRUE(all().empty()) << "7 targets, and one more";
    target.known_nodes.push_back("z");
    source.existing->nodes.push_back("z");
    expect_only("too-many-targets", ExitStatus::refused, {"8 targets", "target remove home"});
}

TEST_F(Refusals, TheSameMirrorOnceMoreIsDoneAlready)
{
    source.existing.emplace();
    source.existing->id = Uuid::random();
    source.existing->data_id = source.data.id;
    source.existing->nodes = {"a", "b"};
    EXPECT_FALSE(is_created(source, target));
    target.existing = source.existing;
    EXPECT_FALSE(is_created(source, target)) << "another device of that node";
    target.existing->data_id = target.data.id;
    EXPECT_TRUE(is_created(source, target));
    source.existing->nodes = {"a"};
    EXPECT_FALSE(is_created(source, target)) << "the source has forgotten it";
}

// The facts travel between nodes.
TEST_F(Refusals, FactsSurviveTheJourney)
{
    target.data.signature = {"filesystem", "xfs", "l", "u"};
    target.data.users = {{"swap", "in use as swap space"}};
    target.existing.emplace();
    target.existing->role = Role::target;
    const nlohmann::json there = target;
    const auto back = nlohmann::json::parse(there.dump()).get<CopyFacts>();
    EXPECT_EQ(nlohmann::json(back).dump(), there.dump());
    EXPECT_EQ(back.data.users[0].kind, "swap");
    EXPECT_EQ(back.existing->role, Role::target);
    EXPECT_EQ(back.meta->device->number, "254:99");
}
