// SPDX-License-Identifier: GPL-2.0-or-later
//
// JSON-RPC 2.0 over lines, as far as it is needed: one request, one answer; before the answer
// a method that takes long may send parts: {"jsonrpc", "id", "part": OBJECT}. No notifications
// and no batches.
#pragma once

#include "base/error.hpp"
#include "model/names.hpp"
#include "model/states.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace mirrornet {

// Codes of JSON-RPC itself; an Error of a method travels as its ExitStatus.
enum class RpcCode : int {
    parse_error = -32700,
    invalid_request = -32600,
    method_not_found = -32601,
};

// Who asks, as proved by the handshake, and what it may ask.
struct RpcPeer {
    std::string name;
    NodeId id;
    Permissions may;
};

// The other side says what is no request. It may be another version of this program, so
// there is an answer all the same.
class RpcBreach : public Error {
public:
    RpcBreach(RpcCode code, const std::string& message);
    const std::string& answer() const { return answer_; }

private:
    std::string answer_;
};

class RpcDispatcher {
public:
    // Runs in the thread of its connection, several at a time. What it throws
    // as Error reaches the caller as such.
    using Handler = std::function<nlohmann::json(const nlohmann::json& params, const RpcPeer&)>;

    // Sends a part; throws where the caller is gone.
    using Emit = std::function<void(const nlohmann::json& part)>;
    using LongHandler =
        std::function<nlohmann::json(const nlohmann::json& params, const RpcPeer&, const Emit&)>;

    // All before the first answer().
    void add(std::string method, Permission required, Handler handler);
    void add_long(std::string method, Permission required, LongHandler handler);

    // The line that answers this line; RpcBreach if it is no request. `send` gets the lines
    // that come before it.
    using Send = std::function<void(const std::string& line)>;
    std::string answer(std::string_view line, const RpcPeer& peer,
                       const Send& send = [](const std::string&) {}) const;

private:
    struct Method {
        Permission required;
        LongHandler handler;
    };
    nlohmann::json run(const nlohmann::json& request, const RpcPeer& peer, const Send& send) const;
    std::map<std::string, Method, std::less<>> methods_;
};

std::string rpc_request(std::int64_t id, std::string_view method, const nlohmann::json& params);

// The result in the answer to request `id`; the Error that it carries; or
// Error(usage) if it is no answer to it.
nlohmann::json rpc_result(std::string_view line, std::int64_t id);

// The part in the line, if it is one that comes before the answer to request `id`.
std::optional<nlohmann::json> rpc_part(std::string_view line, std::int64_t id);

} // namespace mirrornet
