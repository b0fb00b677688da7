// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/events.hpp"

#include <exception>
#include <netlink/errno.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/handlers.h>
#include <netlink/msg.h>
#include <netlink/socket.h>

namespace mirrornet::nl {

namespace {

struct Reading {
    EventStream::Batch batch;
    std::exception_ptr thrown;
};

Event event_of(const Attributes& from)
{
    Event event;
    event.event_class = from_code<EventClass>(static_cast<int>(from.number(MN_A_EVENT_CLASS)));
    event.severity = from_code<Severity>(static_cast<int>(from.number(MN_A_EVENT_SEVERITY)));
    event.number = from.number(MN_A_EVENT_NUMBER);
    event.volume = from.uuid(MN_A_VOLUME_UUID);
    event.volume_name = from.text(MN_A_VOLUME_NAME);
    if (from.has(MN_A_PEER_UUID))
        event.peer = from.uuid(MN_A_PEER_UUID);
    event.old_code = from.signed_number(MN_A_EVENT_OLD);
    event.new_code = from.signed_number(MN_A_EVENT_NEW);
    event.reason = from_code<Reason>(static_cast<int>(from.number(MN_A_EVENT_REASON)));
    event.generation = from.number(MN_A_VOLUME_GENERATION);
    event.time = from.number(MN_A_EVENT_TIME);
    event.uptime_ns = from.number(MN_A_EVENT_UPTIME);
    event.text = from.text(MN_A_EVENT_TEXT);
    return event;
}

int on_event(nl_msg* message, void* argument)
{
    auto& reading = *static_cast<Reading*>(argument);
    try {
        auto* header = static_cast<genlmsghdr*>(nlmsg_data(nlmsg_hdr(message)));
        if (header->cmd == MN_CMD_EVENT)
            reading.batch.events.push_back(event_of(Attributes(nlmsg_hdr(message))));
    } catch (...) { // libnl is C: nothing may be thrown through it
        reading.thrown = std::current_exception();
    }
    return NL_OK;
}

template <Worded E> std::string word_of(int code)
{
    return std::string(to_string(static_cast<E>(code)));
}

std::string word(EventClass event_class, int code)
{
    switch (event_class) {
    case EventClass::state: return word_of<MirrorState>(code);
    case EventClass::role: return word_of<Role>(code);
    case EventClass::link: return word_of<LinkState>(code);
    case EventClass::resync: return word_of<ResyncPhase>(code);
    case EventClass::lock: return word_of<LockReason>(code);
    case EventClass::fence: return word_of<Fence>(code);
    case EventClass::lost_writes: return word_of<LostWritesState>(code);
    default: return std::to_string(code);
    }
}

} // namespace

std::string Event::old_word() const
{
    return word(event_class, old_code);
}

std::string Event::new_word() const
{
    return word(event_class, new_code);
}

bool Event::asks_for_renewal() const
{
    const auto up = static_cast<int>(LinkState::up);
    return event_class == EventClass::link && peer && old_code == up && new_code == up;
}

EventStream::EventStream() : socket_(open_socket())
{
    resolve_family(socket_.get());
    int group = genl_ctrl_resolve_grp(socket_.get(), MN_GENL_NAME, MN_GENL_MCGRP_EVENTS);
    if (group < 0 || nl_socket_add_membership(socket_.get(), group) < 0)
        throw Error(ExitStatus::internal, "cannot listen to the events of the kernel module");
    nl_socket_disable_seq_check(socket_.get());
    nl_socket_set_nonblocking(socket_.get());
    nl_socket_set_buffer_size(socket_.get(), 1 << 20, 0);
}

int EventStream::fd() const
{
    return nl_socket_get_fd(socket_.get());
}

EventStream::Batch EventStream::read()
{
    Reading reading;
    nl_socket_modify_cb(socket_.get(), NL_CB_VALID, NL_CB_CUSTOM, on_event, &reading);
    int result = 0;
    while ((result = nl_recvmsgs_default(socket_.get())) >= 0) {
    }
    if (result == -NLE_NOMEM) // ENOBUFS: more came than the socket could hold
        reading.batch.lost = true;
    else if (result != -NLE_AGAIN && result != -NLE_INTR)
        throw Error(ExitStatus::internal,
                    std::string("cannot read events of the kernel: ") + nl_geterror(result));
    if (reading.thrown)
        std::rethrow_exception(reading.thrown);
    return std::move(reading.batch);
}

} // namespace mirrornet::nl
