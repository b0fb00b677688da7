// SPDX-License-Identifier: GPL-2.0-or-later
#include "remote/rpc.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/greeting.hpp"
#include "remote/lines.hpp"

namespace mirrornet {

using nlohmann::json;

namespace {

json envelope(const json& id)
{
    return {{"jsonrpc", "2.0"}, {"id", id}};
}

json failure(const json& id, RpcCode code, const std::string& message)
{
    auto answer = envelope(id);
    answer["error"] = {{"code", static_cast<int>(code)}, {"message", message}};
    return answer;
}

json failure(const json& id, const Error& error)
{
    auto answer = envelope(id);
    answer["error"] = error_to_json(error);
    return answer;
}

bool is_request(const json& request)
{
    const auto version = request.find("jsonrpc");
    const auto id = request.find("id");
    const auto method = request.find("method");
    const auto params = request.find("params");
    return version != request.end() && *version == "2.0" && id != request.end() &&
           (id->is_number_integer() || id->is_string()) && method != request.end() &&
           method->is_string() && (params == request.end() || params->is_object());
}

std::string part(const json& id, const json& what)
{
    auto line = envelope(id);
    line["part"] = what;
    return print_object(line);
}

json parse_request(std::string_view line)
{
    json request;
    try {
        request = parse_object(line);
    } catch (const Error& error) {
        throw RpcBreach(RpcCode::parse_error, error.what());
    }
    if (!is_request(request))
        throw RpcBreach(RpcCode::invalid_request, "a line is no JSON-RPC 2.0 request");
    return request;
}

} // namespace

RpcBreach::RpcBreach(RpcCode code, const std::string& message)
    : Error(ExitStatus::usage, message), answer_(print_object(failure(nullptr, code, message)))
{
}

void RpcDispatcher::add(std::string method, Permission required, Handler handler)
{
    add_long(std::move(method), required,
             [handler = std::move(handler)](const json& params, const RpcPeer& peer, const Emit&) {
                 return handler(params, peer);
             });
}

void RpcDispatcher::add_long(std::string method, Permission required, LongHandler handler)
{
    methods_.insert_or_assign(std::move(method), Method{required, std::move(handler)});
}

json RpcDispatcher::run(const json& request, const RpcPeer& peer, const Send& send) const
{
    const auto& id = request.at("id");
    const auto name = request.at("method").get<std::string>();
    const auto method = methods_.find(name);
    if (method == methods_.end())
        return failure(id, RpcCode::method_not_found,
                       "this node knows no method " + printable(name, 80) +
                           "; its version may be another one");
    try {
        if (!peer.may.allows(method->second.required))
            throw Error(ExitStatus::not_permitted,
                        "node " + peer.name + " is not trusted with \"" +
                            std::string(to_string(method->second.required)) +
                            "\" here; grant it on this node: mirrorctl node trust " + peer.name +
                            " --may " + to_string(peer.may.with(method->second.required)));
        auto answer = envelope(id);
        answer["result"] = method->second.handler(request.value("params", json::object()), peer,
                                                  [&](const json& what) { send(part(id, what)); });
        return answer;
    } catch (const Error& error) {
        return failure(id, error);
    } catch (const json::exception& error) {
        return failure(id, Error(ExitStatus::usage,
                                 name + ": wrong parameters: " + error.what()));
    } catch (const std::exception& error) {
        return failure(id, Error(ExitStatus::internal, name + ": " + error.what()));
    }
}

std::string RpcDispatcher::answer(std::string_view line, const RpcPeer& peer,
                                  const Send& send) const
{
    const auto request = parse_request(line);
    auto answer = print_object(run(request, peer, send));
    if (answer.size() < longest_line)
        return answer;
    return print_object(failure(request["id"], Error(ExitStatus::internal,
                                                     "the answer is longer than a line may be")));
}

std::string rpc_request(std::int64_t id, std::string_view method, const json& params)
{
    auto request = envelope(id);
    request["method"] = method;
    request["params"] = params;
    return print_object(request);
}

json rpc_result(std::string_view line, std::int64_t id)
{
    const auto answer = parse_object(line);
    if (const auto error = answer.find("error"); error != answer.end())
        throw error_from_json(*error);
    if (answer.value("id", json()) != json(id) || !answer.contains("result"))
        throw Error(ExitStatus::usage, "an answer that fits no request");
    return answer.at("result");
}

std::optional<json> rpc_part(std::string_view line, std::int64_t id)
{
    const auto object = parse_object(line);
    const auto part = object.find("part");
    if (part == object.end() || !part->is_object() || object.value("id", json()) != json(id))
        return std::nullopt;
    return *part;
}

} // namespace mirrornet
