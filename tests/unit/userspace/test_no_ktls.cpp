// SPDX-License-Identifier: GPL-2.0-or-later
#include "expect_error.hpp"
#include "links.hpp"
#include "tap_main.hpp"

using namespace mirrornet;

TEST_F(Links, WithoutKernelTlsNothingGoesOutInClear)
{
    expect_error(ExitStatus::refused, {"modprobe tls"}, [&] { initiate(); });
}

TEST(KernelTls, WarmUpSaysWhatIsMissing)
{
    expect_error(ExitStatus::not_found, {"modprobe tls"}, [] { warm_up_kernel_tls(); });
}

int main(int argc, char** argv)
{
    return run_or_skip(argc, argv, kernel_has_tls() ? "this kernel has TLS for sockets" : "");
}
