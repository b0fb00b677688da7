// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/key.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <cstring>

namespace mirrornet {

Key Key::random()
{
    Key key;
    fill_random(key.bytes_);
    return key;
}

Key Key::parse(std::string_view text)
{
    auto raw = from_hex(trim(text));
    if (!raw || raw->size() != size)
        throw Error(ExitStatus::usage, "a key is 64 hexadecimal digits");
    Key key;
    std::copy(raw->begin(), raw->end(), key.bytes_.begin());
    ::explicit_bzero(raw->data(), raw->size());
    return key;
}

Key::~Key()
{
    ::explicit_bzero(bytes_.data(), bytes_.size());
}

std::string Key::to_file_text() const
{
    return to_hex(bytes_) + "\n";
}

bool Key::operator==(const Key& other) const
{
    std::uint8_t difference = 0;
    for (std::size_t at = 0; at < size; at++)
        difference = static_cast<std::uint8_t>(difference | (bytes_[at] ^ other.bytes_[at]));
    return difference == 0;
}

} // namespace mirrornet
