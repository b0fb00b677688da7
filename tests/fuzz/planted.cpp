// SPDX-License-Identifier: GPL-2.0-or-later
// Fails for inputs that a fuzzer finds within seconds: the test of the tests' runner.
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    MUST(size < 4 || data[0] != 'l' || data[1] != 'o' || data[2] != 's' || data[3] != 't');
    return 0;
}
