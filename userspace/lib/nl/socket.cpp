// SPDX-License-Identifier: GPL-2.0-or-later
//
// One transaction ends with the first of: an acknowledgement, the end of a dump,
// an error. libnl 3.7 knows nothing of extended acks, so they are read here.
#include "nl/socket.hpp"

#include "nl/errors.hpp"

#include <cerrno>
#include <exception>
#include <linux/netlink.h>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <new>
#include <sys/socket.h>

namespace mirrornet::nl {

namespace {

constexpr std::size_t receive_buffer = 64 << 10; // the largest part of a dump

struct Transaction {
    explicit Transaction(const Socket::Sink& to) : sink(to) {}
    const Socket::Sink& sink;
    bool ended = false;
    int error = 0;
    std::string extended_ack;
    std::exception_ptr thrown;
};

struct FreeCallbacks {
    void operator()(nl_cb* callbacks) const { nl_cb_put(callbacks); }
};

// The sentence among the attributes that follow `skip` bytes of the message.
std::string extended_ack(nlmsghdr* header, int skip)
{
    if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || nlmsg_datalen(header) < skip)
        return {};
    auto* first = reinterpret_cast<nlattr*>(static_cast<char*>(nlmsg_data(header)) + skip);
    nlattr* text = nla_find(first, nlmsg_datalen(header) - skip, NLMSGERR_ATTR_MSG);
    return text ? std::string(nla_get_string(text)) : std::string();
}

int on_error(sockaddr_nl*, nlmsgerr* answer, void* argument)
{
    auto& transaction = *static_cast<Transaction*>(argument);
    auto* header = reinterpret_cast<nlmsghdr*>(reinterpret_cast<char*>(answer) - NLMSG_HDRLEN);
    int skip = sizeof(nlmsgerr);
    if (!(header->nlmsg_flags & NLM_F_CAPPED)) // the request itself was sent back
        skip += static_cast<int>(NLMSG_ALIGN(answer->msg.nlmsg_len)) - NLMSG_HDRLEN;
    transaction.error = -answer->error;
    transaction.extended_ack = extended_ack(header, skip);
    transaction.ended = true;
    return NL_STOP;
}

int on_ack(nl_msg*, void* argument)
{
    static_cast<Transaction*>(argument)->ended = true;
    return NL_STOP;
}

int on_end_of_dump(nl_msg* message, void* argument)
{
    auto& transaction = *static_cast<Transaction*>(argument);
    nlmsghdr* header = nlmsg_hdr(message);
    transaction.ended = true;
    if (nlmsg_datalen(header) < static_cast<int>(sizeof(int)))
        return NL_STOP;
    int result = *static_cast<int*>(nlmsg_data(header));
    if (result < 0) {
        transaction.error = -result;
        transaction.extended_ack = extended_ack(header, sizeof(int));
    }
    return NL_STOP;
}

// libnl is C: nothing may be thrown through it.
int on_valid(nl_msg* message, void* argument)
{
    auto& transaction = *static_cast<Transaction*>(argument);
    try {
        if (transaction.sink)
            transaction.sink(Attributes(nlmsg_hdr(message)));
        return NL_OK;
    } catch (...) {
        transaction.thrown = std::current_exception();
        transaction.ended = true;
        return NL_STOP;
    }
}

using Callbacks = std::unique_ptr<nl_cb, FreeCallbacks>;

Callbacks callbacks_for(Transaction& transaction)
{
    Callbacks callbacks(nl_cb_alloc(NL_CB_DEFAULT));
    if (!callbacks)
        throw std::bad_alloc();
    nl_cb_err(callbacks.get(), NL_CB_CUSTOM, on_error, &transaction);
    nl_cb_set(callbacks.get(), NL_CB_ACK, NL_CB_CUSTOM, on_ack, &transaction);
    nl_cb_set(callbacks.get(), NL_CB_FINISH, NL_CB_CUSTOM, on_end_of_dump, &transaction);
    nl_cb_set(callbacks.get(), NL_CB_VALID, NL_CB_CUSTOM, on_valid, &transaction);
    return callbacks;
}

[[noreturn]] void throw_netlink(const char* what, int error)
{
    throw Error(ExitStatus::internal,
                std::string("netlink: ") + what + ": " + nl_geterror(error));
}

} // namespace

void FreeSocket::operator()(nl_sock* socket) const
{
    nl_socket_free(socket);
}

RawSocket open_socket()
{
    RawSocket socket(nl_socket_alloc());
    if (!socket)
        throw std::bad_alloc();
    if (int error = genl_connect(socket.get()); error < 0)
        throw_netlink("cannot connect", error);
    nl_socket_set_msg_buf_size(socket.get(), receive_buffer);
    int on = 1;
    ::setsockopt(nl_socket_get_fd(socket.get()), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
    ::setsockopt(nl_socket_get_fd(socket.get()), SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
    return socket;
}

int resolve_family(nl_sock* socket)
{
    int family = genl_ctrl_resolve(socket, MN_GENL_NAME);
    if (family < 0)
        throw Error(ExitStatus::not_found,
                    "the kernel module dm-mirror-net is not loaded, so no volume is active "
                    "on this node; load it with: modprobe dm-mirror-net");
    return family;
}

Socket::Socket()
{
    connect();
}

void Socket::connect()
{
    socket_ = open_socket();
    family_ = resolve_family(socket_.get());
}

void Socket::transact(const Message& message, const Sink& sink)
{
    Transaction transaction(sink);
    if (int sent = nl_send_auto(socket_.get(), message.raw()); sent < 0)
        throw_netlink("cannot send", sent);
    Callbacks callbacks = callbacks_for(transaction);
    while (!transaction.ended) {
        int received = nl_recvmsgs(socket_.get(), callbacks.get());
        if (received < 0 && received != -NLE_INTR && !transaction.ended) {
            connect();
            throw_netlink("cannot receive", received);
        }
    }
    if (transaction.thrown) {
        connect(); // answers that nobody wants any more go with the old socket
        std::rethrow_exception(transaction.thrown);
    }
    if (transaction.error)
        throw Refusal(message.command(), transaction.error, transaction.extended_ack);
}

} // namespace mirrornet::nl
