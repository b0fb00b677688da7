// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/lines.hpp"

#include "base/error.hpp"

#include <nlohmann/json.hpp>

namespace mirrornet {

namespace {

// Copying and printing a JSON value recurses; a megabyte of brackets would
// overflow the stack.
constexpr int deepest = 32;

} // namespace

void LineBuffer::feed(std::string_view bytes)
{
    bytes_ += bytes;
}

std::optional<std::string> LineBuffer::take()
{
    const auto end = bytes_.find('\n', searched_);
    const auto length = end == std::string::npos ? bytes_.size() : end + 1;
    if (length > limit_)
        throw Error(ExitStatus::usage,
                    "a line is longer than " + std::to_string(limit_) + " bytes");
    searched_ = end == std::string::npos ? bytes_.size() : 0;
    if (end == std::string::npos)
        return std::nullopt;
    std::string line = bytes_.substr(0, end);
    bytes_.erase(0, end + 1);
    return line;
}

std::optional<std::string> LineStream::read(const Deadline& deadline)
{
    for (;;) {
        if (auto line = lines_.take())
            return line;
        char chunk[16384];
        const auto got = stream_.read_some(chunk, deadline);
        if (got == 0)
            return std::nullopt;
        lines_.feed({chunk, got});
    }
}

void LineStream::write(const std::string& line, const Deadline& deadline)
{
    stream_.write_all(line + "\n", deadline);
}

void LineStream::wait_readable(const Deadline& deadline)
{
    if (lines_.empty())
        stream_.wait_readable(deadline);
}

TlsStream LineStream::release() &&
{
    if (!lines_.empty())
        throw Error(ExitStatus::internal,
                    "the other side sent more than the protocol allows before the hand-over");
    return std::move(stream_);
}

nlohmann::json parse_object(std::string_view line)
{
    const auto bounded = [](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
        if (depth > deepest)
            throw Error(ExitStatus::usage, "JSON is nested too deeply");
        return true;
    };
    try {
        auto value = nlohmann::json::parse(line, bounded);
        if (value.is_object())
            return value;
    } catch (const nlohmann::json::exception&) {
        throw Error(ExitStatus::usage, "a line is no JSON");
    }
    throw Error(ExitStatus::usage, "a line is no JSON object");
}

std::string print_object(const nlohmann::json& value)
{
    return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace mirrornet
