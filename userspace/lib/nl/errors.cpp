// SPDX-License-Identifier: GPL-2.0-or-later
#include "nl/errors.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

namespace mirrornet::nl {

ExitStatus status_of_refusal(int error) noexcept
{
    switch (error) {
    case ENODEV:
    case ENOENT:
    case ENODATA:
        return ExitStatus::not_found;
    case EEXIST:
        return ExitStatus::exists;
    case EBUSY:
    case EALREADY:
        return ExitStatus::in_use;
    case EPERM:
    case EACCES:
        return ExitStatus::not_permitted;
    case EINVAL:
    case ERANGE:
    case ENOSPC:
    case ESTALE:
    case EROFS:
    case EUCLEAN:
    case EOPNOTSUPP:
    case EFBIG:       // of metadata: its device is too small for it
    case EMEDIUMTYPE: // written on a device with other sectors
    case EBADF:       // an active volume uses one of the two devices with another one
        return ExitStatus::refused;
    case ETIMEDOUT:
    case EAGAIN: // a target has not got everything yet
        return ExitStatus::timed_out;
    default:
        return ExitStatus::internal;
    }
}

std::string_view describe(mn_cmd command) noexcept
{
    switch (command) {
    case MN_CMD_META_FORMAT: return "write fresh metadata";
    case MN_CMD_META_GET: return "read the metadata";
    case MN_CMD_META_SIZE: return "compute the size of the metadata";
    case MN_CMD_VOLUME_GET: return "read the state of the volume";
    case MN_CMD_VOLUME_SET_ROLE: return "change the role of the volume";
    case MN_CMD_HANDOVER_GIVE: return "hand the role over";
    case MN_CMD_HANDOVER_TAKE: return "take the role over";
    case MN_CMD_HANDOVER_REFUSE: return "refuse the role";
    case MN_CMD_HANDOVER_END: return "end the handover";
    case MN_CMD_VOLUME_DEMOTE: return "lay the role down";
    case MN_CMD_VOLUME_LOCK: return "lock the volume";
    case MN_CMD_VOLUME_UNLOCK: return "unlock the volume";
    case MN_CMD_MIRROR_ADD: return "add the mirror";
    case MN_CMD_MIRROR_DEL: return "remove the mirror";
    case MN_CMD_MIRROR_GET: return "read the state of the mirror";
    case MN_CMD_MIRROR_SET: return "set options of the mirror";
    case MN_CMD_MIRROR_PAUSE: return "pause the mirror";
    case MN_CMD_MIRROR_CONTINUE: return "continue the mirror";
    case MN_CMD_MIRROR_BREAK: return "break the mirror";
    case MN_CMD_MIRROR_RESYNC: return "start a resync";
    case MN_CMD_LOST_WRITES_SAVED: return "make this node a target of the newer source";
    case MN_CMD_MIRROR_FENCED: return "confirm the fence of the other copy";
    case MN_CMD_MIRROR_OUTDATE: return "mark this copy as outdated";
    case MN_CMD_LINK_ATTACH: return "attach a link";
    case MN_CMD_LINK_DETACH: return "detach the link";
    case MN_CMD_LINK_RENEW: return "renew the link";
    case MN_CMD_BITMAP_BEGIN: return "begin a creation by used blocks";
    case MN_CMD_BITMAP_ADD: return "mark used blocks";
    case MN_CMD_BITMAP_COMMIT: return "store the used blocks";
    case MN_CMD_BITMAP_GET: return "read which blocks differ";
    default: return "do what was asked";
    }
}

static std::string refusal_text(mn_cmd command, int error, const std::string& extended_ack,
                                const std::string& object)
{
    std::string text = "the kernel could not " + std::string(describe(command)) +
                       (object.empty() ? "" : " (" + object + ")") + ": ";
    if (error == EPERM && extended_ack.empty())
        return text + "this needs root (CAP_SYS_ADMIN and CAP_NET_ADMIN)";
    return text + (extended_ack.empty() ? std::generic_category().message(error) : extended_ack);
}

Refusal::Refusal(mn_cmd command, int error, std::string extended_ack, const std::string& object)
    : Error(status_of_refusal(error), refusal_text(command, error, extended_ack, object)),
      command_(command), error_(error), extended_ack_(std::move(extended_ack))
{
}

Refusal::Refusal(mn_cmd command, int error, std::string extended_ack)
    : Refusal(command, error, std::move(extended_ack), "")
{
}

Refusal::Refusal(const Refusal& refused, const std::string& object)
    : Refusal(refused.command_, refused.error_, refused.extended_ack_, object)
{
}

} // namespace mirrornet::nl
