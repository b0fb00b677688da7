// SPDX-License-Identifier: GPL-2.0-or-later
//
// What another node asks this one to build is looked at here again.
#include "ops/create/create.hpp"
#include "ops/create/remote_copy.hpp"

#include "expect_error.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

constexpr std::uint64_t gib = 1 << 30;

class TargetOnRequest : public ::testing::Test {
protected:
    TargetOnRequest()
    {
        here.node = "b";
        here.data.path = "/dev/vdc";
        here.data.id = "serial:disk";
        here.data.bytes = gib;
        here.meta.emplace();
        here.meta->choice.path = "/dev/vdm";
        here.meta->bytes_needed = here.meta->bytes_there = 4 << 20;
        here.meta->device.emplace();
        here.meta->device->id = "serial:meta";

        request.copy.config.name = "home";
        request.copy.config.size = gib;
        request.copy.local.data_device = here.data.path;
        request.copy.local.data_id = here.data.id;
        request.copy.meta = here.meta->choice;
        request.copy.clear_target = true;
    }

    CopySpec check() { return checked_target(request, here, "a"); }
    void expect_refusal(ExitStatus status, std::initializer_list<std::string> parts)
    {
        expect_error(status, parts, [&] { check(); });
    }

    CopyFacts here;
    TargetRequest request;
};

} // namespace

TEST_F(TargetOnRequest, IsBuiltFromWhatThisNodeSees)
{
    request.copy.meta_bytes = 1;
    request.copy.local.meta_path = "/dev/vda";
    request.copy.local.meta_id = "another";
    const auto spec = check();
    EXPECT_EQ(spec.local.data_device, "/dev/vdc");
    EXPECT_EQ(spec.local.meta_path, "/dev/vdm");
    EXPECT_EQ(spec.local.meta_id, "serial:meta");
    EXPECT_EQ(spec.meta_bytes, 4U << 20);
    EXPECT_TRUE(spec.clear_target);
    EXPECT_FALSE(spec.force);
}

TEST_F(TargetOnRequest, NeverOverADeviceOfAVolume)
{
    here.data_of = "other";
    request.copy.force = true;
    expect_refusal(ExitStatus::in_use, {"/dev/vdc on node b", "data of volume other"});
    here.data_of.clear();
    here.meta->owner = "other";
    expect_refusal(ExitStatus::in_use, {"/dev/vdm on node b", "volume other"});
}

TEST_F(TargetOnRequest, NeverOverADeviceInUse)
{
    request.copy.force = true;
    here.data.users = {{"mount", "mounted on /srv"}};
    expect_refusal(ExitStatus::in_use, {"mounted on /srv"});
}

TEST_F(TargetOnRequest, DataNeedsForceUnlessItIsTheVolumesOwn)
{
    here.data.signature = {"filesystem", "ext4", "", "1-2"};
    expect_refusal(ExitStatus::needs_force, {"ext4", "--force"});
    request.source_signature = here.data.signature;
    EXPECT_NO_THROW(check());
    request.source_signature = {};
    request.copy.force = true;
    EXPECT_NO_THROW(check());
}

TEST_F(TargetOnRequest, NotWhereAVolumeOfThisNameIs)
{
    here.existing.emplace();
    expect_refusal(ExitStatus::exists, {"node b has a volume home"});
}

TEST_F(TargetOnRequest, NotSmallerThanTheVolume)
{
    here.data.bytes = gib - 512;
    expect_refusal(ExitStatus::refused, {"512 bytes smaller"});
}

TEST_F(TargetOnRequest, OnlyAsPlanned)
{
    request.copy.local.data_id = "serial:other";
    expect_refusal(ExitStatus::refused, {"another device", "repeat"});
    request.copy.local.data_id = here.data.id;
    request.copy.meta.make = MetaMake::make_lv;
    request.copy.meta.volume_group = "--config=x";
    expect_refusal(ExitStatus::refused, {"metadata", "/dev/vdm"});
}

TEST_F(TargetOnRequest, TheWishForAChoiceMakesThatChoice)
{
    DeviceFacts data;
    data.logical_volume = "vg0/home";
    for (const char* wish : {"/dev/vdm", "file:/var/x.meta", "auto"}) {
        const auto choice = choose_meta(wish, "home", data, 4 << 20, gib);
        EXPECT_EQ(wish_for(choice), wish);
    }
    EXPECT_EQ(wish_for(choose_meta("file", "home", data, 4 << 20, gib)),
              "file:/var/lib/mirror-net/home.meta");
}

TEST_F(TargetOnRequest, SurvivesTheJourney)
{
    request.copy.config.id = Uuid::random();
    request.copy.config.nodes = {{"a", Uuid::random()}, {"b", Uuid::random()}};
    request.copy.local.meta_path = "/dev/vdm";
    request.source_signature = {"filesystem", "ext4", "l", "1-2"};
    const auto back = TargetRequest::from_json(request.to_json());
    EXPECT_EQ(back.source_signature.uuid, "1-2");
    EXPECT_EQ(back.copy.config, request.copy.config);
    auto old = request.to_json();
    old.erase("source_signature");
    EXPECT_FALSE(TargetRequest::from_json(old).source_signature.any());
}
