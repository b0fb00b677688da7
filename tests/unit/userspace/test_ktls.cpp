// SPDX-License-Identifier: GPL-2.0-or-later
#include "links.hpp"
#include "tap_main.hpp"

using namespace mirrornet;

TEST_F(Links, KernelTlsTakesOver)
{
    std::optional<Link> accepted;
    OtherSide server([&] { accepted = accept(); });
    const auto initiated = initiate();
    ASSERT_EQ(server.end(), "");
    EXPECT_TRUE(initiated.encrypted);
    EXPECT_TRUE(accepted->encrypted);
    make_blocking(initiated);
    make_blocking(*accepted);
    expect_carries(initiated, *accepted, std::string(1 << 20, 'a') + "end");
    expect_carries(*accepted, initiated, std::string(1 << 20, 'b') + "end");
}

// Each direction has records of userspace behind it, so that wrong sequence
// numbers would show.
TEST_F(Links, ManySmallWritesStayInOrder)
{
    std::optional<Link> accepted;
    OtherSide server([&] { accepted = accept(); });
    const auto initiated = initiate();
    ASSERT_EQ(server.end(), "");
    make_blocking(initiated);
    make_blocking(*accepted);
    for (char round = 0; round < 100; round++) {
        expect_carries(initiated, *accepted, std::string(37, round));
        expect_carries(*accepted, initiated, std::string(91, round));
    }
}

TEST(KernelTls, WarmsUp)
{
    EXPECT_NO_THROW(warm_up_kernel_tls());
}

int main(int argc, char** argv)
{
    return run_or_skip(argc, argv,
                       kernel_has_tls() ? "" : "this kernel has no TLS for sockets");
}
