/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Generic netlink by hand, so that tests can also send what no library would.
 */
#ifndef MN_TEST_GENL_H
#define MN_TEST_GENL_H

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request {
	struct nlmsghdr header;
	struct genlmsghdr genl;
	char attributes[65536];
};

/* A socket, and the ids of the family and of its group of events; exits when they are not there. */
int genl_open(void);
uint16_t genl_family(void);
uint32_t genl_group(void);

void request_begin(struct request *request, uint16_t family, uint8_t command, uint16_t flags);
void request_put(struct request *request, uint16_t type, const void *data, size_t length);
struct nlattr *request_nest(struct request *request, uint16_t type);
void request_nest_end(struct request *request, struct nlattr *nest);

/*
 * Send, and give every answer to `answer` (NULL: ignore). Returns 0 or a positive errno; *said is
 * the sentence of the extended ack, or "".
 */
int genl_transact(int fd, struct request *request,
		  void (*answer)(const struct nlattr *first, size_t length), char **said);

/* for (a = first; a; a = attr_next(a, &left)) */
const struct nlattr *attr_next(const struct nlattr *attr, size_t *left);

#endif
