// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * mn-l4: the kernel's netlink interface for tests, without the tools
 *
 *   mn-l4 COMMAND [NAME=VALUE...]       one request; prints the answer. A refusal
 *                                       goes to stderr ("errno NUMBER: sentence"), status 1
 *   mn-l4 dump COMMAND [NAME=VALUE...]  the same as a dump
 *   mn-l4 events                        prints events until it is killed
 *   mn-l4 accept PORT VOLUME PEER       waits for a connection and attaches it
 *   mn-l4 connect ADDRESS PORT VOLUME PEER
 */
#include "attributes.h"

#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static int attach(int link, bool initiator, const char *volume, const char *peer)
{
	uint8_t uuid[MN_UUID_LEN];
	int32_t number = link;
	int fd = genl_open();

	request_begin(&request, genl_family(), MN_CMD_LINK_ATTACH, 0);
	uuid_parse(volume, uuid);
	request_put(&request, MN_A_VOLUME_UUID, uuid, sizeof(uuid));
	uuid_parse(peer, uuid);
	request_put(&request, MN_A_PEER_UUID, uuid, sizeof(uuid));
	request_put(&request, MN_A_LINK_FD, &number, sizeof(number));
	if (initiator)
		request_put(&request, MN_A_LINK_INITIATOR, NULL, 0);
	return finish(fd);
}

static int wait_for_link(const char *port, const char *volume, const char *peer)
{
	struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int on = 1, link, fd = socket(AF_INET, SOCK_STREAM, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&here, sizeof(here)) || listen(fd, 1))
		err(2, "listen");
	link = accept(fd, NULL, NULL);
	if (link < 0)
		err(2, "accept");
	return attach(link, false, volume, peer);
}

static int make_link(const char *address, const char *port, const char *volume, const char *peer)
{
	struct sockaddr_in there = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };
	int link = socket(AF_INET, SOCK_STREAM, 0);

	inet_pton(AF_INET, address, &there.sin_addr);
	if (connect(link, (struct sockaddr *)&there, sizeof(there)))
		err(2, "connect");
	return attach(link, true, volume, peer);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		errx(2, "which command?");
	if (!strcmp(argv[1], "events"))
		return events();
	if (!strcmp(argv[1], "dump") && argc > 2)
		return one_request(argv + 2, NLM_F_DUMP);
	if (!strcmp(argv[1], "accept") && argc == 5)
		return wait_for_link(argv[2], argv[3], argv[4]);
	if (!strcmp(argv[1], "connect") && argc == 6)
		return make_link(argv[2], argv[3], argv[4], argv[5]);
	return one_request(argv + 1, 0);
}
