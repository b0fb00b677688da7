// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * raw: requests to the module attribute by attribute, the wrong ones too; dumps and events
 *
 *   raw COMMAND [NAME=VALUE...]       one request; prints the answer. A refusal
 *                                     goes to stderr ("errno NUMBER: sentence"), status 1
 *   raw dump COMMAND [NAME=VALUE...]  the same as a dump
 *   raw events                        prints events until it is killed
 *
 * Commands and attributes are named as in the uapi header, without prefix. As in kctl a UUID
 * is any text of at most 16 bytes. @NUMBER=HEX puts any bytes under any number.
 */
#include "attributes.h"

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <linux/dm_mirror_net.h>

static struct request request;

static int finish(int fd)
{
	char *said = "";
	int error = genl_transact(fd, &request, attributes_print, &said);

	if (error)
		fprintf(stderr, "errno %d: %s\n", error, said);
	return error ? 1 : 0;
}

static int one_request(char **words, uint16_t flags)
{
	int fd = genl_open();

	request_begin(&request, genl_family(), command_parse(*words), flags);
	while (*++words)
		attribute_parse(&request, *words);
	return finish(fd);
}

static int events(void)
{
	static char buffer[65536] __attribute__((aligned(8)));
	int fd = genl_open();
	uint32_t group = genl_group();

	if (setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)))
		err(2, "join the group of events");
	for (;;) {
		ssize_t got = recv(fd, buffer, sizeof(buffer), 0);
		struct nlmsghdr *header = (struct nlmsghdr *)buffer;

		if (got < 0)
			err(2, "recv");
		for (; NLMSG_OK(header, (size_t)got); header = NLMSG_NEXT(header, got))
			attributes_print((const void *)((char *)header + NLMSG_HDRLEN +
							GENL_HDRLEN),
					 header->nlmsg_len - NLMSG_HDRLEN - GENL_HDRLEN);
	}
}

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "which command?");
	if (!strcmp(argv[1], "events"))
		return events();
	if (!strcmp(argv[1], "dump") && argc > 2)
		return one_request(argv + 2, NLM_F_DUMP);
	return one_request(argv + 1, 0);
}
