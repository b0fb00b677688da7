// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/error.hpp"

#include <gtest/gtest.h>

// The call throws Error with this status and a message that contains each part.
template <typename F>
void expect_error(mirrornet::ExitStatus status, std::initializer_list<std::string> parts, F call)
{
    try {
        call();
        ADD_FAILURE() << "no error was thrown";
    } catch (const mirrornet::Error& error) {
        EXPECT_EQ(to_string(error.status()), to_string(status)) << error.what();
        for (const auto& part : parts)
            EXPECT_NE(std::string(error.what()).find(part), std::string::npos)
                << "\"" << error.what() << "\" does not say \"" << part << "\"";
    }
}
