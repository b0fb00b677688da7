// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * netlink SEED SECONDS [SKIP]: random requests to the family, as root
 *
 * Commands known and unknown, attributes right and wrong in type, length, number, order
 * and nesting, dumps, and messages that are no messages. What must hold: the kernel goes
 * on, every request is answered within PATIENCE seconds, and every refusal of a
 * command that exists has a sentence.
 *
 * Request N follows from the seed and N alone. SKIP: go on from that one (the number of
 * the last request is said when something is wrong).
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <linux/dm_mirror_net.h>
#include "../front/genl.h"
#include "dice.h"

enum { PATIENCE = 120 };

static struct request request;
static uint64_t number;
static int sockets[8], sock;

static const char *const uuids[] = { "vol", "wol", "nodea", "nodeb", "peer1", "peer2", "peer3",
				     "peer4", "peer5", "peer6", "peer7", "peer8", "", "zol" };
static const char *const texts[] = { "/dev/vda", "/dev/vdb", "/dev/vdc", "/dev/vdd", "/dev/null",
				     "/dev/zero", "/", "", "v", "w", "/dev/mapper/v", "/dev/vdz",
				     "a/b", ".", "..", "/proc/self/mem", "/dev/vde", "\xff\xfe" };

static void put_uuid(uint16_t type, struct dice *dice)
{
	const char *text = uuids[dice_below(dice, sizeof(uuids) / sizeof(*uuids))];
	uint8_t uuid[MN_UUID_LEN] = { 0 };

	memcpy(uuid, text, strlen(text));
	request_put(&request, type, uuid, sizeof(uuid));
}

static void put_text(uint16_t type, struct dice *dice)
{
	static char room[6000];
	const char *text = texts[dice_below(dice, sizeof(texts) / sizeof(*texts))];
	size_t length = dice_interesting(dice, PATH_MAX) % sizeof(room);

	if (!dice_once_in(dice, 8)) {
		request_put(&request, type, text, strlen(text) + !dice_once_in(dice, 16));
		return;
	}
	memset(room, 'x', sizeof(room));
	room[0] = dice_once_in(dice, 2) ? '/' : 'x';
	room[length] = 0;
	request_put(&request, type, room, length + 1);
}

static void put_ranges(struct dice *dice)
{
	struct nlattr *nest = request_nest(&request, MN_A_RANGES);
	int count = dice_once_in(dice, 32) ? 2100 : dice_below(dice, 5);

	while (count--) {
		struct mn_range range = { dice_interesting(dice, 4 << 20),
					  dice_interesting(dice, 65536) };
		uint16_t type = dice_once_in(dice, 64) ? dice_below(dice, 100) : MN_A_RANGE;

		request_put(&request, type, &range,
			    dice_once_in(dice, 64) ? dice_below(dice, 17) : sizeof(range));
	}
	request_nest_end(&request, nest);
}

static void put_number(uint16_t type, size_t bytes, struct dice *dice)
{
	uint64_t value = dice_once_in(dice, 2) ? dice_below(dice, 5) : dice_interesting(dice, 100);

	request_put(&request, type, &value, bytes);
}

static void put_link(struct dice *dice)
{
	int32_t fd = dice_once_in(dice, 8) ? (int32_t)dice_interesting(dice, 10) :
		     sockets[dice_below(dice, 8)];

	request_put(&request, MN_A_LINK_FD, &fd, sizeof(fd));
}

/* Of the type that the attribute has. */
static void put_right(uint16_t type, struct dice *dice)
{
	switch (type) {
	case MN_A_VOLUME_UUID: case MN_A_NODE_UUID: case MN_A_PEER_UUID:
		put_uuid(type, dice);
		break;
	case MN_A_VOLUME_NAME: case MN_A_META_PATH: case MN_A_DATA_PATH:
		put_text(type, dice);
		break;
	case MN_A_RANGES:
		put_ranges(dice);
		break;
	case MN_A_LINK_FD:
		put_link(dice);
		break;
	case MN_A_FORCE: case MN_A_MIRROR_BLANK: case MN_A_MIRROR_IN_SYNC: case MN_A_RESYNC_FULL:
	case MN_A_LINK_INITIATOR: case MN_A_LINK_ENCRYPTED:
		request_put(&request, type, NULL, 0);
		break;
	case MN_A_META_BYTES: case MN_A_SECTORS:
		put_number(type, 8, dice);
		break;
	case MN_A_ROLE:
		put_number(type, 1, dice);
		break;
	default:
		put_number(type, 4, dice);
	}
}

static void put_wrong(uint16_t type, struct dice *dice)
{
	uint8_t bytes[300];
	size_t length = dice_below(dice, dice_once_in(dice, 8) ? sizeof(bytes) : 20);

	for (size_t i = 0; i < length; i++)
		bytes[i] = dice_word(dice);
	if (dice_once_in(dice, 4))
		type |= dice_once_in(dice, 2) ? NLA_F_NESTED : NLA_F_NET_BYTEORDER;
	request_put(&request, type, bytes, length);
}

/* ---- requests ---- */

/* What each command may have, so that most requests get past the first check. */
static const struct {
	uint8_t command;
	uint16_t attributes[12];
} commands[] = {
	{ MN_CMD_META_FORMAT, { MN_A_META_PATH, MN_A_DATA_PATH, MN_A_VOLUME_UUID, MN_A_NODE_UUID,
		MN_A_VOLUME_NAME, MN_A_SECTORS, MN_A_REGION_BYTES, MN_A_INTENT_LIMIT, MN_A_FORCE } },
	{ MN_CMD_META_GET, { MN_A_META_PATH } },
	{ MN_CMD_META_SIZE, { MN_A_SECTORS, MN_A_REGION_BYTES } },
	{ MN_CMD_VOLUME_GET, { MN_A_VOLUME_UUID } },
	{ MN_CMD_VOLUME_SET_ROLE, { MN_A_VOLUME_UUID, MN_A_ROLE, MN_A_FORCE } },
	{ MN_CMD_VOLUME_LOCK, { MN_A_VOLUME_UUID, MN_A_FORCE, MN_A_VOLUME_LOCKED } },
	{ MN_CMD_VOLUME_UNLOCK, { MN_A_VOLUME_UUID } },
	{ MN_CMD_MIRROR_ADD, { MN_A_VOLUME_UUID, MN_A_PEER_UUID, MN_A_MIRROR_BLANK,
		MN_A_MIRROR_IN_SYNC } },
	{ MN_CMD_MIRROR_DEL, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
	{ MN_CMD_MIRROR_GET, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
	{ MN_CMD_MIRROR_SET, { MN_A_VOLUME_UUID, MN_A_PEER_UUID, MN_A_OPT_PING_INTERVAL,
		MN_A_OPT_MAX_PING_MISSES, MN_A_OPT_STALL_TIMEOUT, MN_A_OPT_RESYNC_READS,
		MN_A_OPT_QUEUE_HIGH_WATER, MN_A_OPT_QUEUE_BYTE_LIMIT, MN_A_OPT_MODE,
		MN_A_OPT_ON_QUEUE_LIMIT, MN_A_OPT_ASYNC_FLUSH } },
	{ MN_CMD_MIRROR_PAUSE, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
	{ MN_CMD_MIRROR_CONTINUE, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
	{ MN_CMD_MIRROR_RESYNC, { MN_A_VOLUME_UUID, MN_A_PEER_UUID, MN_A_RESYNC_FULL } },
	{ MN_CMD_LINK_ATTACH, { MN_A_VOLUME_UUID, MN_A_PEER_UUID, MN_A_LINK_FD,
		MN_A_LINK_INITIATOR, MN_A_LINK_ENCRYPTED } },
	{ MN_CMD_LINK_DETACH, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
	{ MN_CMD_BITMAP_BEGIN, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
	{ MN_CMD_BITMAP_ADD, { MN_A_VOLUME_UUID, MN_A_PEER_UUID, MN_A_RANGES } },
	{ MN_CMD_BITMAP_COMMIT, { MN_A_VOLUME_UUID, MN_A_PEER_UUID } },
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static void put_attributes(struct dice *dice, unsigned int which)
{
	bool sane = !dice_once_in(dice, 4);

	for (const uint16_t *at = commands[which].attributes; *at; at++) {
		bool needed = *at == MN_A_VOLUME_UUID || *at == MN_A_PEER_UUID ||
			      *at == MN_A_META_PATH || *at == MN_A_DATA_PATH;

		if (!needed && dice_once_in(dice, 2))
			continue;
		if (sane)
			put_right(*at, dice);
		else if (!dice_once_in(dice, 4))
			(dice_once_in(dice, 4) ? put_wrong : put_right)(*at, dice);
	}
	while (!sane && dice_once_in(dice, 2))
		(dice_once_in(dice, 2) ? put_wrong : put_right)(dice_below(dice, MN_A_MAX + 4), dice);
}

/* Each end of the pairs and the odd ones are offered as links again and again. */
static void open_sockets(struct dice *dice)
{
	int at = dice_below(dice, 4) * 2;

	close(sockets[at]);
	close(sockets[at + 1]);
	if (at < 6) {
		if (socketpair(AF_UNIX, at == 4 ? SOCK_SEQPACKET : SOCK_STREAM, 0, sockets + at))
			err(1, "socketpair");
		return;
	}
	sockets[6] = socket(AF_INET, SOCK_STREAM, 0);
	sockets[7] = open("/dev/null", O_RDWR);
}

static void one_request(struct dice *dice)
{
	unsigned int which = dice_below(dice, COMMANDS);
	uint8_t command = dice_once_in(dice, 64) ? dice_below(dice, 256) : commands[which].command;
	bool known = command > MN_CMD_UNSPEC && command < MN_CMD_EVENT;
	bool dump = dice_once_in(dice, 16);
	char *said = "";
	int error;

	request_begin(&request, genl_family(), command, dump ? NLM_F_DUMP : 0);
	put_attributes(dice, which);
	error = genl_transact(sock, &request, NULL, &said);
	if (error && error != EOPNOTSUPP && known && !*said)
		errx(1, "request %llu: command %u is refused without a sentence: %s",
		     (unsigned long long)number, command, strerror(error));
	if (*said)
		free(said);
}

/* No answer is awaited: what comes is read away by the next request. */
static void no_request(struct dice *dice)
{
	uint32_t length;

	request_begin(&request, genl_family(), dice_below(dice, MN_CMD_MAX + 2), NLM_F_ACK);
	put_attributes(dice, dice_below(dice, COMMANDS));
	length = request.header.nlmsg_len;
	for (int times = 1 + dice_below(dice, 8); times; times--)
		((uint8_t *)&request)[NLMSG_HDRLEN + dice_below(dice, length - NLMSG_HDRLEN)] =
			dice_word(dice);
	if (dice_once_in(dice, 4))
		request.header.nlmsg_len = dice_interesting(dice, length);
	send(sock, &request, dice_once_in(dice, 4) ? dice_below(dice, length + 1) : length,
	     MSG_DONTWAIT);
	while (recv(sock, &request, sizeof(request), MSG_DONTWAIT) > 0)
		;
}

static void too_long(int signal)
{
	(void)signal;
	errx(1, "request %llu is not answered within %d s", (unsigned long long)number, PATIENCE);
}

int main(int argc, char **argv)
{
	uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
	time_t end = time(NULL) + (argc > 2 ? atol(argv[2]) : 60);
	int room = 1 << 20;

	number = argc > 3 ? strtoull(argv[3], NULL, 0) : 0;
	printf("netlink: seed %llu\n", (unsigned long long)seed);
	fflush(stdout);
	memset(sockets, -1, sizeof(sockets));
	signal(SIGALRM, too_long);
	sock = genl_open();
	setsockopt(sock, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	for (; time(NULL) < end; number++) {
		struct dice dice = dice_of(seed, number, 0, 0);

		alarm(PATIENCE);
		if (sockets[0] < 0 || dice_once_in(&dice, 16))
			open_sockets(&dice);
		if (dice_once_in(&dice, 16))
			no_request(&dice);
		else
			one_request(&dice);
	}
	printf("netlink: %llu requests\n", (unsigned long long)number);
	return 0;
}
