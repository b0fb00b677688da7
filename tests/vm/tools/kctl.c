// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * kctl: the module's netlink commands one by one, for the kernel tests
 *
 * The tests of the module do without mirrorctl and the daemon, so that a fault of
 * the one is not hidden by the other. UUIDs are any text of at most 16 bytes,
 * or 36 characters as mirrorctl shows them.
 *
 *   kctl format VOL NODE NAME DATA META [region=BYTES] [limit=N] [force]
 *   kctl role VOL none|source|target [force]        kctl lock VOL [force]
 *   kctl unlock VOL [readonly] [force]
 *   kctl add VOL PEER [blank|insync]                kctl del VOL PEER
 *   kctl pause|continue|break|begin|commit|detach VOL PEER
 *   kctl resync VOL PEER [full] [verify]            kctl range VOL PEER START LENGTH
 *   kctl set VOL PEER ping=MS misses=N stall=MS reads=N high=N bytes=MIB mode=1|2
 *       onlimit=0|1 asyncflush=0|1 compression=0..9 limit=KBIT resynclimit=KBIT
 *       onloss=0|1 fencetimeout=MS onfence=0|1 onmeta=0|1
 *   kctl give VOL PEER                              kctl demote VOL
 *   kctl take|refuse VOL PEER NUMBER GENERATION
 *   kctl end VOL PEER source|target NUMBER [force]
 *   kctl fenced|outdate VOL PEER GENERATION        kctl node [resyncs=N]
 *   kctl listen VOL PEER PORT [TOKEN]               kctl connect VOL PEER ADDRESS PORT [TOKEN]
 *   kctl attach VOL PEER [TOKEN]: a socket to nobody, for a link that has to be refused
 *   With a TOKEN, a number, it is to renew the link that there is.
 *   kctl renew VOL PEER: ask who makes the link for that
 *   kctl volume VOL                                 kctl mirror VOL PEER
 *   kctl get VOL PEER KEY: one value of what these two print
 *   kctl get VOL PEER KEY=VALUE: exit status 1 when it is another
 *   kctl meta PATH
 * Errors: the kernel's sentence on stderr, exit status 1.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/dm_mirror_net.h>

static struct nl_sock *sock;
static int family;
static int acked;

/* Of kctl get: the key, the value that it should have; whether it was there, and had it. */
static const char *wanted, *wanted_value;
static int found, as_wanted;

static void die(const char *what, int error)
{
	fprintf(stderr, "kctl: %s: %s\n", what, nl_geterror(error));
	exit(1);
}

static int on_error(struct sockaddr_nl *from, struct nlmsgerr *err, void *arg)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)((char *)err - NLMSG_HDRLEN);
	int skip = NLMSG_ALIGN(sizeof(*err));
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1] = { 0 };

	(void)from;
	(void)arg;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err->msg.nlmsg_len - NLMSG_HDRLEN);
	if (nlh->nlmsg_flags & NLM_F_ACK_TLVS)
		nla_parse(tb, NLMSGERR_ATTR_MAX, (struct nlattr *)((char *)err + skip),
			  nlh->nlmsg_len - NLMSG_HDRLEN - skip, NULL);
	fprintf(stderr, "kctl: %s: %s\n", strerror(-err->error),
		tb[NLMSGERR_ATTR_MSG] ? nla_get_string(tb[NLMSGERR_ATTR_MSG]) : "no reason given");
	exit(1);
}

#define U8 1
#define U32 4
#define U64 8
#define S32 5

static const struct { int attr, type; const char *name; } shown[] = {
	{ MN_A_META_BYTES, U64, "meta_bytes" }, { MN_A_SECTORS, U64, "sectors" },
	{ MN_A_ROLE, U8, "role" }, { MN_A_VOLUME_LOCKED, U8, "locked" },
	{ MN_A_VOLUME_DATA_STATE, U8, "data" }, { MN_A_VOLUME_GENERATION, U64, "generation" },
	{ MN_A_VOLUME_CLEAN, U8, "clean" }, { MN_A_VOLUME_OPENERS, U32, "openers" },
	{ MN_A_VOLUME_READ_ONLY, U8, "read_only" }, { MN_A_VOLUME_WRITTEN, U8, "written" },
	{ MN_A_VOLUME_META_ERROR, U32, "meta_error" }, { MN_A_VOLUME_META_WAY, U8, "meta_way" },
	{ MN_A_VOLUME_INTENT_REGIONS, U32, "regions" },
	{ MN_A_VOLUME_INTENT_WRITES, U64, "intent_writes" },
	{ MN_A_VOLUME_BITMAP_WRITES, U64, "bitmap_writes" },
	{ MN_A_VOLUME_WRITE_NUMBER, U64, "write_number" },
	{ MN_A_MIRROR_STATE, S32, "state" }, { MN_A_MIRROR_REASON, U8, "reason" },
	{ MN_A_MIRROR_LINK, U8, "link" }, { MN_A_MIRROR_DIRTY_BLOCKS, U64, "dirty" },
	{ MN_A_MIRROR_UNSENT_BLOCKS, U64, "unsent" }, { MN_A_MIRROR_FULL_NEEDED, U8, "full" },
	{ MN_A_MIRROR_BASE_GENERATION, U64, "base" }, { MN_A_MIRROR_OLD_BASE, U64, "old_base" },
	{ MN_A_MIRROR_QUEUE_LENGTH, U64, "queue" }, { MN_A_MIRROR_SEQUENCE, U64, "sequence" },
	{ MN_A_MIRROR_APPLIED, U64, "applied" }, { MN_A_MIRROR_STABLE, U64, "stable" },
	{ MN_A_MIRROR_SENT_BYTES, U64, "sent_bytes" },
	{ MN_A_MIRROR_RECEIVED_BYTES, U64, "received_bytes" },
	{ MN_A_MIRROR_UNCOMPRESSED_BYTES, U64, "uncompressed_bytes" },
	{ MN_A_MIRROR_COMPRESSION, U8, "compressing" },
	{ MN_A_MIRROR_RECONNECTS, U64, "reconnects" },
	{ MN_A_MIRROR_RENEWALS, U64, "renewals" },
	{ MN_A_RESYNC_PHASE, U8, "phase" }, { MN_A_RESYNC_BEGUN, U64, "resync_begun" },
	{ MN_A_RESYNC_SENT, U64, "resync_sent" }, { MN_A_RESYNC_ZERO, U64, "resync_zero" },
	{ MN_A_RESYNC_BYTES, U64, "resync_bytes" }, { MN_A_RESYNC_PASS, U32, "pass" },
	{ MN_A_RESYNC_NEW_WRITES, U64, "new_writes" },
	{ MN_A_RESYNC_UNREADABLE, U64, "unreadable" },
	{ MN_A_RESYNC_WAITS_FOR, U8, "waits_for" },
	{ MN_A_RESYNC_COMPARED, U64, "compared" }, { MN_A_RESYNC_DIFFERED, U64, "differed" },
	{ MN_A_OPT_PARALLEL_RESYNCS, U32, "limit" }, { MN_A_NODE_RESYNCS, U32, "resyncs" },
	{ MN_A_NODE_RESYNCS_WAITING, U32, "waiting" },
	{ MN_A_VOLUME_HANDOVER, U64, "handover" },
	{ MN_A_MIRROR_FENCE, U8, "fence" }, { MN_A_MIRROR_FENCE_GENERATION, U64, "loss" },
};

static long long value_of(struct nlattr *attr, int type)
{
	switch (type) {
	case U8:
		return nla_get_u8(attr);
	case U32:
		return nla_get_u32(attr);
	case S32:
		return nla_get_s32(attr);
	default:
		return (long long)nla_get_u64(attr);
	}
}

static void show(const char *name, long long value)
{
	char text[32];

	if (!wanted) {
		printf("%s=%lld\n", name, value);
		return;
	}
	if (strcmp(name, wanted))
		return;
	found = 1;
	snprintf(text, sizeof(text), "%lld", value);
	if (!wanted_value)
		puts(text);
	else if (!strcmp(text, wanted_value))
		as_wanted = 1;
}

static int on_message(struct nl_msg *message, void *arg)
{
	struct nlattr *tb[MN_A_MAX + 1];
	unsigned int i;

	(void)arg;
	if (genlmsg_parse(nlmsg_hdr(message), 0, tb, MN_A_MAX, NULL))
		return NL_SKIP;
	for (i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (tb[shown[i].attr])
			show(shown[i].name, value_of(tb[shown[i].attr], shown[i].type));
	return NL_OK;
}

static int on_ack(struct nl_msg *message, void *arg)
{
	(void)message;
	(void)arg;
	acked = 1;
	return NL_STOP;
}

static struct nl_msg *request(int command)
{
	struct nl_msg *message = nlmsg_alloc();

	if (!message || !genlmsg_put(message, 0, 0, family, 0, 0, command, MN_GENL_VERSION))
		die("no memory", -NLE_NOMEM);
	return message;
}

static void put_uuid(struct nl_msg *message, int attr, const char *text)
{
	char uuid[MN_UUID_LEN] = { 0 };
	unsigned int i, byte;

	if (strlen(text) != 36)
		memcpy(uuid, text, strnlen(text, sizeof(uuid)));
	else
		for (i = 0; i < MN_UUID_LEN; i++, text += 2) {
			text += *text == '-';
			if (sscanf(text, "%2x", &byte) != 1)
				die("no UUID", -NLE_INVAL);
			uuid[i] = byte;
		}
	nla_put(message, attr, sizeof(uuid), uuid);
}

static int send_request(struct nl_msg *message)
{
	int err = nl_send_auto(sock, message);

	nlmsg_free(message);
	acked = 0;
	while (err >= 0 && !acked)	/* an answer comes before the acknowledgment */
		err = nl_recvmsgs_default(sock);
	if (err < 0)
		die("netlink", err);
	return 0;
}

static int has(int argc, char **argv, const char *word)
{
	while (argc--)
		if (!strcmp(*argv++, word))
			return 1;
	return 0;
}

/* The value of a word KEY=NUMBER, or -1. */
static long number(int argc, char **argv, const char *key)
{
	size_t length = strlen(key);

	for (; argc--; argv++)
		if (!strncmp(*argv, key, length) && (*argv)[length] == '=')
			return atol(*argv + length + 1);
	return -1;
}

static void put_number(struct nl_msg *message, int attr, long value)
{
	if (value >= 0)
		nla_put_u32(message, attr, value);
}

static int attach(const char *volume, const char *peer, int fd, int initiator, const char *token)
{
	struct nl_msg *message = request(MN_CMD_LINK_ATTACH);
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	put_uuid(message, MN_A_VOLUME_UUID, volume);
	put_uuid(message, MN_A_PEER_UUID, peer);
	nla_put_s32(message, MN_A_LINK_FD, fd);
	if (initiator)
		nla_put_flag(message, MN_A_LINK_INITIATOR);
	if (token)
		nla_put_u64(message, MN_A_LINK_RENEW, strtoull(token, NULL, 0));
	return send_request(message);
}

static void must(int result, const char *what)
{
	if (result < 0) {
		perror(what);
		exit(1);
	}
}

static int do_listen(char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[2])) };
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0), peer;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	must(bind(fd, (struct sockaddr *)&address, sizeof(address)), "bind");
	must(listen(fd, 1), "listen");
	peer = accept(fd, NULL, NULL);
	must(peer, "accept");
	return attach(argv[0], argv[1], peer, 0, argv[3]);
}

static int do_connect(char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(argv[3])) };
	int fd = -1, tries;

	inet_pton(AF_INET, argv[2], &address.sin_addr);
	for (tries = 0; tries < 200; tries++) {
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (!connect(fd, (struct sockaddr *)&address, sizeof(address)))
			return attach(argv[0], argv[1], fd, 1, argv[4]);
		close(fd);
		usleep(50000);
	}
	perror("connect");
	return 1;
}

static int do_attach(char **argv)
{
	int pair[2];

	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair");
	return attach(argv[0], argv[1], pair[0], 1, argv[2]);
}

static int do_format(int argc, char **argv)
{
	struct nl_msg *message = request(MN_CMD_META_FORMAT);

	put_uuid(message, MN_A_VOLUME_UUID, argv[0]);
	put_uuid(message, MN_A_NODE_UUID, argv[1]);
	nla_put_string(message, MN_A_VOLUME_NAME, argv[2]);
	nla_put_string(message, MN_A_DATA_PATH, argv[3]);
	nla_put_string(message, MN_A_META_PATH, argv[4]);
	put_number(message, MN_A_REGION_BYTES, number(argc, argv, "region"));
	put_number(message, MN_A_INTENT_LIMIT, number(argc, argv, "limit"));
	if (has(argc, argv, "force"))
		nla_put_flag(message, MN_A_FORCE);
	return send_request(message);
}

static int do_role(int argc, char **argv)
{
	struct nl_msg *message = request(MN_CMD_VOLUME_SET_ROLE);
	int role = !strcmp(argv[1], "source") ? MN_ROLE_SOURCE :
		   !strcmp(argv[1], "target") ? MN_ROLE_TARGET : MN_ROLE_NONE;

	put_uuid(message, MN_A_VOLUME_UUID, argv[0]);
	nla_put_u8(message, MN_A_ROLE, role);
	if (has(argc, argv, "force"))
		nla_put_flag(message, MN_A_FORCE);
	return send_request(message);
}

static void put_range(struct nl_msg *message, char **argv)
{
	struct mn_range range = { strtoull(argv[2], NULL, 0), strtoull(argv[3], NULL, 0) };
	struct nlattr *nest = nla_nest_start(message, MN_A_RANGES);

	nla_put(message, MN_A_RANGE, sizeof(range), &range);
	nla_nest_end(message, nest);
}

static void put_options(struct nl_msg *message, int argc, char **argv)
{
	put_number(message, MN_A_OPT_PING_INTERVAL, number(argc, argv, "ping"));
	put_number(message, MN_A_OPT_MAX_PING_MISSES, number(argc, argv, "misses"));
	put_number(message, MN_A_OPT_STALL_TIMEOUT, number(argc, argv, "stall"));
	put_number(message, MN_A_OPT_RESYNC_READS, number(argc, argv, "reads"));
	put_number(message, MN_A_OPT_QUEUE_HIGH_WATER, number(argc, argv, "high"));
	put_number(message, MN_A_OPT_QUEUE_BYTE_LIMIT, number(argc, argv, "bytes"));
	put_number(message, MN_A_OPT_MODE, number(argc, argv, "mode"));
	put_number(message, MN_A_OPT_ON_QUEUE_LIMIT, number(argc, argv, "onlimit"));
	put_number(message, MN_A_OPT_ASYNC_FLUSH, number(argc, argv, "asyncflush"));
	put_number(message, MN_A_OPT_COMPRESSION, number(argc, argv, "compression"));
	put_number(message, MN_A_OPT_BANDWIDTH_LIMIT, number(argc, argv, "limit"));
	put_number(message, MN_A_OPT_RESYNC_BANDWIDTH_LIMIT, number(argc, argv, "resynclimit"));
	put_number(message, MN_A_OPT_AUTO_RESYNC, number(argc, argv, "autoresync"));
	put_number(message, MN_A_OPT_MAX_RESYNC_PASSES, number(argc, argv, "passes"));
	put_number(message, MN_A_OPT_RESYNC_LOW_WATER, number(argc, argv, "lowwater"));
	put_number(message, MN_A_OPT_RESYNC_BLOCK_WRITES_TIMEOUT, number(argc, argv, "blockwrites"));
	put_number(message, MN_A_OPT_ON_SYNC_LOSS, number(argc, argv, "onloss"));
	put_number(message, MN_A_OPT_FENCE_TIMEOUT, number(argc, argv, "fencetimeout"));
	put_number(message, MN_A_OPT_ON_FENCE_TIMEOUT, number(argc, argv, "onfence"));
	put_number(message, MN_A_OPT_ON_METADATA_ERROR, number(argc, argv, "onmeta"));
	put_number(message, MN_A_OPT_BOOT_WAIT, number(argc, argv, "bootwait"));
	put_number(message, MN_A_OPT_BOOT_ALONE, number(argc, argv, "bootalone"));
}

/* Commands of the form COMMAND VOL [PEER] [words]. */
static const struct { const char *word; int command, peer; } plain[] = {
	{ "lock", MN_CMD_VOLUME_LOCK, 0 }, { "unlock", MN_CMD_VOLUME_UNLOCK, 0 },
	{ "volume", MN_CMD_VOLUME_GET, 0 }, { "mirror", MN_CMD_MIRROR_GET, 1 },
	{ "add", MN_CMD_MIRROR_ADD, 1 }, { "del", MN_CMD_MIRROR_DEL, 1 },
	{ "break", MN_CMD_MIRROR_BREAK, 1 },
	{ "pause", MN_CMD_MIRROR_PAUSE, 1 }, { "continue", MN_CMD_MIRROR_CONTINUE, 1 },
	{ "begin", MN_CMD_BITMAP_BEGIN, 1 }, { "commit", MN_CMD_BITMAP_COMMIT, 1 },
	{ "detach", MN_CMD_LINK_DETACH, 1 }, { "renew", MN_CMD_LINK_RENEW, 1 }, { "resync", MN_CMD_MIRROR_RESYNC, 1 },
	{ "range", MN_CMD_BITMAP_ADD, 1 }, { "set", MN_CMD_MIRROR_SET, 1 },
	{ "fenced", MN_CMD_MIRROR_FENCED, 1 }, { "outdate", MN_CMD_MIRROR_OUTDATE, 1 },
	{ "give", MN_CMD_HANDOVER_GIVE, 1 }, { "take", MN_CMD_HANDOVER_TAKE, 1 },
	{ "refuse", MN_CMD_HANDOVER_REFUSE, 1 }, { "end", MN_CMD_HANDOVER_END, 1 },
	{ "demote", MN_CMD_VOLUME_DEMOTE, 0 },
};

static void put_handover(struct nl_msg *message, int command, int argc, char **argv)
{
	int end = command == MN_CMD_HANDOVER_END;

	if (end)
		nla_put_u8(message, MN_A_ROLE, !strcmp(argv[2], "source") ? MN_ROLE_SOURCE : MN_ROLE_TARGET);
	if (argc > 2 + end)
		nla_put_u64(message, MN_A_VOLUME_HANDOVER, strtoll(argv[2 + end], NULL, 10));
	if (!end && argc > 3)
		nla_put_u64(message, MN_A_VOLUME_GENERATION, strtoll(argv[3], NULL, 10));
}

static int do_plain(int which, int argc, char **argv)
{
	struct nl_msg *message = request(plain[which].command);

	put_uuid(message, MN_A_VOLUME_UUID, argv[0]);
	if (plain[which].peer)
		put_uuid(message, MN_A_PEER_UUID, argv[1]);
	if (plain[which].command == MN_CMD_BITMAP_ADD)
		put_range(message, argv);
	if (plain[which].command == MN_CMD_MIRROR_SET)
		put_options(message, argc, argv);
	if (plain[which].command == MN_CMD_MIRROR_FENCED ||
	    plain[which].command == MN_CMD_MIRROR_OUTDATE)
		nla_put_u64(message, MN_A_VOLUME_GENERATION, argc > 2 ? strtoll(argv[2], NULL, 10) : 0);
	if (plain[which].command == MN_CMD_HANDOVER_TAKE ||
	    plain[which].command == MN_CMD_HANDOVER_REFUSE ||
	    plain[which].command == MN_CMD_HANDOVER_END)
		put_handover(message, plain[which].command, argc, argv);
	if (has(argc, argv, "blank"))
		nla_put_flag(message, MN_A_MIRROR_BLANK);
	if (has(argc, argv, "insync"))
		nla_put_flag(message, MN_A_MIRROR_IN_SYNC);
	if (has(argc, argv, "full"))
		nla_put_flag(message, MN_A_RESYNC_FULL);
	if (has(argc, argv, "verify"))
		nla_put_flag(message, MN_A_RESYNC_VERIFY);
	if (has(argc, argv, "force"))
		nla_put_flag(message, MN_A_FORCE);
	if (has(argc, argv, "readonly"))
		nla_put_flag(message, MN_A_READ_ONLY);
	return send_request(message);
}

static int do_node(int argc, char **argv)
{
	struct nl_msg *message = request(argc ? MN_CMD_NODE_SET : MN_CMD_NODE_GET);

	put_number(message, MN_A_OPT_PARALLEL_RESYNCS, number(argc, argv, "resyncs"));
	return send_request(message);
}

static int do_get(char **argv)
{
	struct nl_msg *message = request(MN_CMD_VOLUME_GET);
	char *value = strchr(argv[2], '=');

	if (value)
		*value++ = '\0';
	wanted = argv[2];
	wanted_value = value;
	put_uuid(message, MN_A_VOLUME_UUID, argv[0]);
	send_request(message);
	if (!found) {
		message = request(MN_CMD_MIRROR_GET);
		put_uuid(message, MN_A_VOLUME_UUID, argv[0]);
		put_uuid(message, MN_A_PEER_UUID, argv[1]);
		send_request(message);
	}
	return wanted_value && !as_wanted;
}

static int do_meta(char **argv)
{
	struct nl_msg *message = request(MN_CMD_META_GET);

	nla_put_string(message, MN_A_META_PATH, argv[0]);
	return send_request(message);
}

static void open_netlink(void)
{
	int on = 1;

	sock = nl_socket_alloc();
	if (!sock || genl_connect(sock))
		die("no netlink", -NLE_NOMEM);
	setsockopt(nl_socket_get_fd(sock), SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	family = genl_ctrl_resolve(sock, MN_GENL_NAME);
	if (family < 0)
		die("the module is not loaded", family);
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on_message, NULL);
	nl_socket_modify_cb(sock, NL_CB_ACK, NL_CB_CUSTOM, on_ack, NULL);
	nl_socket_modify_err_cb(sock, NL_CB_CUSTOM, on_error, NULL);
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";
	unsigned int i;

	argc -= 2;
	argv += 2;
	open_netlink();
	if (!strcmp(word, "format") && argc >= 5)
		return do_format(argc, argv);
	if (!strcmp(word, "role") && argc >= 2)
		return do_role(argc, argv);
	if (!strcmp(word, "listen") && (argc == 3 || argc == 4))
		return do_listen(argv);
	if (!strcmp(word, "connect") && (argc == 4 || argc == 5))
		return do_connect(argv);
	if (!strcmp(word, "attach") && (argc == 2 || argc == 3))
		return do_attach(argv);
	if (!strcmp(word, "get") && argc == 3)
		return do_get(argv);
	if (!strcmp(word, "meta") && argc == 1)
		return do_meta(argv);
	if (!strcmp(word, "node"))
		return do_node(argc, argv);
	for (i = 0; i < sizeof(plain) / sizeof(*plain); i++)
		if (!strcmp(word, plain[i].word) && argc > plain[i].peer)
			return do_plain(i, argc, argv);
	fprintf(stderr, "kctl: usage: see the head of kctl.c\n");
	return 2;
}
