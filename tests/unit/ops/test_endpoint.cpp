// SPDX-License-Identifier: GPL-2.0-or-later
//
// When a change of addresses is refused, and when it makes links move.
#include "ops/node/endpoint_json.hpp"

#include "expect_error.hpp"
#include "scratch_dir.hpp"

using namespace mirrornet;
using namespace mirrornet::ops;

namespace {

EndpointAnswer good(const char* address)
{
    return {Address::parse(address), ""};
}

EndpointAnswer bad(const char* address)
{
    return {Address::parse(address), "connection refused"};
}

} // namespace

TEST(Endpoint, LinksMoveWhenAnotherAddressIsTheFirstThatAnswers)
{
    EXPECT_FALSE(moves({good("10.0.0.2")}, {good("10.0.0.2"), good("2001:db8::2")}));
    EXPECT_FALSE(moves({good("10.0.0.2")}, {bad("2001:db8::2"), good("10.0.0.2")}));
    EXPECT_TRUE(moves({good("10.0.0.2")}, {good("2001:db8::2"), good("10.0.0.2")}));
    EXPECT_TRUE(moves({good("10.0.0.2")}, {good("[2001:db8::2]:9999")}));
    EXPECT_FALSE(moves({good("10.0.0.2:9999")}, {good("10.0.0.2")})) << "9999 is the default";
    EXPECT_TRUE(moves({bad("10.0.0.2")}, {good("10.0.0.2")}));
    EXPECT_TRUE(moves({good("10.0.0.2")}, {good("10.0.0.2:9998")})) << "another port";
    EXPECT_FALSE(moves({good("10.0.0.2")}, {bad("10.0.0.9")})) << "what works is not cut";
}

TEST(Endpoint, AddressesThatNobodyAnswersAtAreRefused)
{
    check_endpoints("b", {bad("10.0.0.9"), good("10.0.0.2")}, false);
    expect_error(ExitStatus::unreachable, {"node b", "10.0.0.9: connection refused",
                                           "Nothing was changed", "--force"},
                 [] { check_endpoints("b", {bad("10.0.0.9")}, false); });
    check_endpoints("b", {bad("10.0.0.9")}, true);
}

TEST(Endpoint, AnAddressTwiceIsRefusedBeforeAnybodyIsAsked)
{
    ScratchDir dir;
    EndpointSetOptions options;
    options.node = "b";
    options.addresses = {Address::parse("10.0.0.2"), Address::parse("10.0.0.2:9999")};
    expect_error(ExitStatus::usage, {"10.0.0.2", "is named twice"},
                 [&] { endpoint_set(ConfigStore(dir.path()), options); });
}

TEST(Endpoint, TheAnswerOfAnotherNodeIsReadAsItWasMeant)
{
    EndpointResult result;
    result.changed = true;
    result.addresses = {bad("10.0.0.9"), good("[2001:db8::2]:9998")};
    result.connects = true;
    result.reconnected = {"home@b", "www@b"};
    result.not_yet = {"www@b"};
    const auto back = json(result).get<EndpointResult>();
    EXPECT_EQ(json(back), json(result));
    EXPECT_EQ(back.addresses[1].address, result.addresses[1].address);
    EXPECT_FALSE(back.addresses[0].answers());
}
