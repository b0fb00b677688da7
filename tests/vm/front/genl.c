// SPDX-License-Identifier: GPL-2.0-or-later
#include "genl.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/dm_mirror_net.h>

static uint16_t family_id;
static uint32_t group_id;

uint16_t genl_family(void)
{
	return family_id;
}

uint32_t genl_group(void)
{
	return group_id;
}

void request_begin(struct request *request, uint16_t family, uint8_t command, uint16_t flags)
{
	memset(request, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	request->header.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	request->header.nlmsg_type = family;
	request->header.nlmsg_flags = NLM_F_REQUEST | flags;
	request->genl.cmd = command;
	request->genl.version = 1;
}

static char *request_end(struct request *request)
{
	return (char *)request + request->header.nlmsg_len;
}

void request_put(struct request *request, uint16_t type, const void *data, size_t length)
{
	struct nlattr *attr = (struct nlattr *)request_end(request);
	size_t room = NLA_ALIGN(NLA_HDRLEN + length);

	if (request->header.nlmsg_len + room > sizeof(*request))
		errx(2, "the request is too long");
	memset(attr, 0, room);
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + length;
	if (length)
		memcpy((char *)attr + NLA_HDRLEN, data, length);
	request->header.nlmsg_len += room;
}

struct nlattr *request_nest(struct request *request, uint16_t type)
{
	struct nlattr *nest = (struct nlattr *)request_end(request);

	request_put(request, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void request_nest_end(struct request *request, struct nlattr *nest)
{
	nest->nla_len = request_end(request) - (char *)nest;
}

static bool attr_fits(const struct nlattr *attr, size_t left)
{
	return left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left;
}

const struct nlattr *attr_next(const struct nlattr *attr, size_t *left)
{
	size_t step = NLA_ALIGN(attr->nla_len);

	if (step >= *left)
		return NULL;
	*left -= step;
	attr = (const struct nlattr *)((const char *)attr + step);
	return attr_fits(attr, *left) ? attr : NULL;
}

/* The extended ack's sentence, after `skip` bytes of the message. */
static char *sentence(const struct nlmsghdr *header, size_t skip)
{
	const struct nlattr *attr = (const void *)((const char *)NLMSG_DATA(header) + skip);
	size_t left = header->nlmsg_len - NLMSG_HDRLEN;

	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS) || left <= skip)
		return "";
	left -= skip;
	for (attr = attr_fits(attr, left) ? attr : NULL; attr; attr = attr_next(attr, &left))
		if ((attr->nla_type & NLA_TYPE_MASK) == NLMSGERR_ATTR_MSG)
			return strndup((const char *)attr + NLA_HDRLEN,
				       attr->nla_len - NLA_HDRLEN);
	return "";
}

static int error_of(const struct nlmsghdr *header, char **said)
{
	const struct nlmsgerr *answer = NLMSG_DATA(header);
	size_t skip = sizeof(*answer);

	if (!(header->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(answer->msg.nlmsg_len) - NLMSG_HDRLEN;
	*said = sentence(header, skip);
	return -answer->error;
}

static void tell(const struct nlmsghdr *header,
		 void (*answer)(const struct nlattr *first, size_t length))
{
	size_t used = NLMSG_HDRLEN + GENL_HDRLEN;
	const struct nlattr *first = (const void *)((const char *)header + used);
	size_t length = header->nlmsg_len - used;

	if (answer)
		answer(attr_fits(first, length) ? first : NULL, length);
}

int genl_transact(int fd, struct request *request,
		  void (*answer)(const struct nlattr *first, size_t length), char **said)
{
	static char buffer[65536] __attribute__((aligned(8)));
	static uint32_t sequence;

	request->header.nlmsg_seq = ++sequence;
	request->header.nlmsg_flags |= NLM_F_ACK;
	if (send(fd, request, request->header.nlmsg_len, 0) < 0)
		err(2, "send");
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		struct nlmsghdr *header = (struct nlmsghdr *)buffer;

		if (got < 0)
			err(2, "recv");
		for (; NLMSG_OK(header, (size_t)got); header = NLMSG_NEXT(header, got)) {
			if (header->nlmsg_seq != sequence)
				continue;
			if (header->nlmsg_type == NLMSG_ERROR)
				return error_of(header, said);
			if (header->nlmsg_type == NLMSG_DONE) {
				*said = sentence(header, sizeof(int));
				return -*(int *)NLMSG_DATA(header);
			}
			tell(header, answer);
		}
	}
}

static void learn_group(const struct nlattr *groups)
{
	const struct nlattr *group = (const void *)((const char *)groups + NLA_HDRLEN);
	size_t left = groups->nla_len - NLA_HDRLEN;

	for (; group; group = attr_next(group, &left)) {
		const struct nlattr *attr = (const void *)((const char *)group + NLA_HDRLEN);
		size_t in = group->nla_len - NLA_HDRLEN;

		for (; attr; attr = attr_next(attr, &in))
			if (attr->nla_type == CTRL_ATTR_MCAST_GRP_ID)
				memcpy(&group_id, (const char *)attr + NLA_HDRLEN, 4);
	}
}

static void learn_family(const struct nlattr *attr, size_t left)
{
	for (; attr; attr = attr_next(attr, &left)) {
		if (attr->nla_type == CTRL_ATTR_FAMILY_ID)
			memcpy(&family_id, (const char *)attr + NLA_HDRLEN, 2);
		if ((attr->nla_type & NLA_TYPE_MASK) == CTRL_ATTR_MCAST_GROUPS)
			learn_group(attr);
	}
}

int genl_open(void)
{
	static struct request request;
	int on = 1, fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	char *said = "";

	if (fd < 0)
		err(2, "netlink");
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	request_begin(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 0);
	request_put(&request, CTRL_ATTR_FAMILY_NAME, MN_GENL_NAME, sizeof(MN_GENL_NAME));
	errno = genl_transact(fd, &request, learn_family, &said);
	if (errno)
		err(2, "family " MN_GENL_NAME);
	return fd;
}
