// SPDX-License-Identifier: GPL-2.0-or-later
// What the fuzzers share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

extern "C" {
#include <asm/byteorder.h>
#include <linux/crc32c.h>

#include "generation.h"
#include "layout.h"
#include "wire.h"

extern unsigned int shim_warnings; // WARN_ON_ONCE of the core
}

namespace fuzz {

// A property that must hold for every input.
#define MUST(condition) \
    do { \
        if (!(condition)) { \
            std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
            std::abort(); \
        } \
    } while (0)

// The input, taken from the front; zeroes when it is used up.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : at_(data), left_(size) {}

    bool empty() const { return left_ == 0; }

    template <typename T> T take()
    {
        T value{};
        const auto bytes = left_ < sizeof(T) ? left_ : sizeof(T);
        std::memcpy(&value, at_, bytes);
        at_ += bytes;
        left_ -= bytes;
        return value;
    }

private:
    const std::uint8_t* at_;
    std::size_t left_;
};

} // namespace fuzz
