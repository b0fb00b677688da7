// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirror.h"

#include <err.h>
#include <errno.h>
#include <string.h>

#include <linux/dm_mirror_net.h>
#include "../front/genl.h"

static const char *const volume_of[] = { "vol", "wol" };
static const char *const peer_of[] = { "nodeb", "nodea" };

static struct request request;
static struct facts facts;
static int sock;

void mirror_open(void)
{
	sock = genl_open();
}

static void put_uuid(uint16_t type, const char *text)
{
	uint8_t uuid[MN_UUID_LEN] = { 0 };

	memcpy(uuid, text, strlen(text));
	request_put(&request, type, uuid, sizeof(uuid));
}

static void begin(enum side side, uint8_t command, bool peer)
{
	request_begin(&request, genl_family(), command, 0);
	put_uuid(MN_A_VOLUME_UUID, volume_of[side]);
	if (peer)
		put_uuid(MN_A_PEER_UUID, peer_of[side]);
}

static bool has_peer(uint8_t command)
{
	return command != MN_CMD_VOLUME_UNLOCK && command != MN_CMD_VOLUME_GET;
}

int mirror_command(enum side side, uint8_t command, const char **said)
{
	char *sentence = "";
	int error;

	begin(side, command, has_peer(command));
	error = genl_transact(sock, &request, NULL, &sentence);
	if (said)
		*said = sentence;
	return error;
}

int mirror_attach(enum side side, int fd, bool initiator)
{
	int32_t number = fd;
	char *said;

	begin(side, MN_CMD_LINK_ATTACH, true);
	request_put(&request, MN_A_LINK_FD, &number, sizeof(number));
	if (initiator)
		request_put(&request, MN_A_LINK_INITIATOR, NULL, 0);
	return genl_transact(sock, &request, NULL, &said);
}

static void take_facts(const struct nlattr *attr, size_t left)
{
	for (; attr; attr = attr_next(attr, &left)) {
		const void *data = (const char *)attr + NLA_HDRLEN;

		switch (attr->nla_type & NLA_TYPE_MASK) {
		case MN_A_VOLUME_LOCKED: facts.locked = *(const uint8_t *)data; break;
		case MN_A_MIRROR_STATE: facts.state = *(const int32_t *)data; break;
		case MN_A_MIRROR_REASON: facts.reason = *(const uint8_t *)data; break;
		case MN_A_MIRROR_LINK: facts.link = *(const uint8_t *)data; break;
		case MN_A_MIRROR_DIRTY_BLOCKS: memcpy(&facts.dirty, data, 8); break;
		}
	}
}

static void ask(enum side side, uint8_t command)
{
	char *said = "";
	int error;

	begin(side, command, has_peer(command));
	error = genl_transact(sock, &request, take_facts, &said);
	if (error)
		errx(1, "%s cannot be asked: %s (%s)", volume_of[side], strerror(error), said);
}

struct facts mirror_facts(enum side side)
{
	ask(side, MN_CMD_VOLUME_GET);
	ask(side, MN_CMD_MIRROR_GET);
	return facts;
}

static void add(enum side side)
{
	char *said = "";
	int error;

	begin(side, MN_CMD_MIRROR_ADD, true);
	if (side == TARGET)
		request_put(&request, MN_A_MIRROR_BLANK, NULL, 0);
	error = genl_transact(sock, &request, NULL, &said);
	if (error)
		errx(1, "%s gets no new mirror: %s (%s)", volume_of[side], strerror(error), said);
}

void mirror_rebuild(void)
{
	for (int side = SOURCE; side <= TARGET; side++) {
		const char *said;
		int error = mirror_command(side, MN_CMD_MIRROR_DEL, &said);

		if (error && error != ENOENT)
			errx(1, "the mirror of %s stays: %s (%s)", volume_of[side],
			     strerror(error), said);
		add(side);
	}
	mirror_options(MN_MODE_SYNC, MN_ON_QUEUE_LIMIT_PAUSE);
}

void mirror_unlock(void)
{
	const char *said = "";
	uint8_t role = MN_ROLE_SOURCE;
	char *sentence = "";

	ask(SOURCE, MN_CMD_VOLUME_GET);
	if (!facts.locked || !mirror_command(SOURCE, MN_CMD_VOLUME_UNLOCK, &said))
		return;
	begin(SOURCE, MN_CMD_VOLUME_SET_ROLE, false);
	request_put(&request, MN_A_ROLE, &role, 1);
	request_put(&request, MN_A_FORCE, NULL, 0);
	if (genl_transact(sock, &request, NULL, &sentence))
		errx(1, "the source stays locked: %s; %s", said, sentence);
}

static void put_option(uint16_t type, uint32_t value)
{
	request_put(&request, type, &value, sizeof(value));
}

void mirror_options(uint32_t mode, uint32_t on_limit)
{
	for (int side = SOURCE; side <= TARGET; side++) {
		char *said = "";

		begin(side, MN_CMD_MIRROR_SET, true);
		put_option(MN_A_OPT_PING_INTERVAL, 500);
		put_option(MN_A_OPT_MAX_PING_MISSES, 4);
		put_option(MN_A_OPT_STALL_TIMEOUT, 2000);
		put_option(MN_A_OPT_MODE, mode);
		put_option(MN_A_OPT_ON_QUEUE_LIMIT, on_limit);
		if (genl_transact(sock, &request, NULL, &said))
			errx(1, "options are refused: %s", said);
	}
}
