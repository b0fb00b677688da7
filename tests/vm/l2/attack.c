// SPDX-License-Identifier: GPL-2.0-or-later
/* attack: a peer that is authenticated and hostile costs a disconnect, nothing more. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "l2.h"

enum { REASON_LINK_LOST = 3, REASON_VERSION = 19 };

/* What is wrong with an otherwise good WRITE. */
struct flaw {
	const char *name;
	unsigned int offset;		/* byte of header and payload that is changed */
	uint8_t value;
	bool seal;			/* the header checksum is made right again */
	int reason;
	const char *why;		/* part of the message */
};

static const struct flaw flaws[] = {
	{ "magic", 0, 0x99, true, REASON_LINK_LOST, "not a frame" },
	{ "version", 4, 9, true, REASON_VERSION, "version" },
	{ "type", 5, 77, true, REASON_LINK_LOST, "type" },
	{ "flags", 7, 0x80, true, REASON_LINK_LOST, "flags" },
	{ "huge-length", 11, 0x7f, true, REASON_LINK_LOST, "length" },
	{ "length-mismatch", 9, 0x20, true, REASON_LINK_LOST, "length" },
	{ "unaligned-length", 8, 0x01, true, REASON_LINK_LOST, "" },
	{ "sequence", 16, 9, true, REASON_LINK_LOST, "sequence" },
	{ "range", 30, 0x40, true, REASON_LINK_LOST, "range" },
	{ "reserved", 36, 1, true, REASON_LINK_LOST, "not zero" },
	{ "header-checksum", 60, 0x5a, false, REASON_LINK_LOST, "checksum of the frame header" },
	{ "payload-checksum", 64 + 1000, 0x5a, false, REASON_LINK_LOST, "checksum of a payload" },
};

/* A target end, and the socket of its peer. */
static int victim(enum kind kind, int *peer)
{
	int fd[2], end = end_open();

	make_pair(kind, fd);
	require(!end_adopt(end, fd[1], true, POOL_BYTES), "%s", end_state(end).why);
	close(fd[1]);
	*peer = fd[0];
	return end;
}

static void send_all(int peer, const void *bytes, size_t n)
{
	while (n) {
		ssize_t sent = send(peer, bytes, n, MSG_NOSIGNAL);

		require(sent > 0, "%s", strerror(errno));
		bytes = (const char *)bytes + sent;
		n -= sent;
	}
}

/* One good frame, then the flawed one: the first must have arrived. */
static void send_flawed(enum kind kind, const struct flaw *flaw)
{
	struct mn_l2_state state;
	struct raw_frame raw;
	int peer, end = victim(kind, &peer);

	raw_write(&raw, 1);
	send_all(peer, &raw, sizeof(raw));
	raw_write(&raw, 2);
	((uint8_t *)&raw)[flaw->offset] = flaw->value;
	if (flaw->seal)
		raw_seal_header(&raw);
	send_all(peer, &raw, sizeof(raw));
	state = wait_dead(end);
	require(state.received == 1, "%s: %llu frames", flaw->name, state.received);
	require((int)state.reason == flaw->reason, "%s: %u", flaw->name, state.reason);
	require(strstr(state.why, flaw->why), "%s: %s", flaw->name, state.why);
	end_destroy(end);
	close(peer);
}

static void all_flaws(enum kind kind)
{
	for (unsigned int i = 0; i < sizeof(flaws) / sizeof(*flaws); i++)
		send_flawed(kind, &flaws[i]);
}

enum { LZ4 = 0x08, ZSTD = 0x10 };

/* A packed payload: what its 4096 bytes begin with, and what they claim to be. */
struct lie {
	const char *name;
	uint8_t begin[20];
	uint16_t flag;
	uint32_t sectors;
	bool broken;			/* a byte is changed after the checksum was made */
	const char *why;
};

/* 4079 bytes that are no copies of others: the longest LZ4 block of 4096 bytes without a copy. */
#define LITERALS { 0xf0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 239 }

static const struct lie lies[] = {
	{ "lz4-noise", { 0x11, 0xff, 0xff, 0xff }, LZ4, 16, false, "does not unpack" },
	{ "lz4-copy-from-before", { 0x0f, 0xff, 0xff, 1 }, LZ4, 16, false, "does not unpack" },
	{ "lz4-too-short", LITERALS, LZ4, 16, false, "does not unpack" },
	{ "lz4-too-long", LITERALS, LZ4, 9, false, "does not unpack" },
	{ "zstd-noise", { 1, 2, 3, 4 }, ZSTD, 16, false, "does not unpack" },
	/* a header of a frame that says it has 2^63 bytes */
	{ "zstd-huge", { 0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x80 }, ZSTD, 16, false,
	  "does not unpack" },
	{ "both", { 0 }, LZ4 | ZSTD, 16, false, "flags" },
	{ "not-shorter", { 0 }, LZ4, 8, false, "length" },
	{ "more-than-a-frame", { 0 }, LZ4, 2049, false, "length" },
	{ "empty-chunk", { 0 }, LZ4, 256, false, "table" },
	{ "chunk-behind-the-end", { 0xff, 0x0f, 0, 0 }, LZ4, 256, false, "table" },
	{ "chunk-beyond-its-data", { 0xff, 0xff, 0xff, 0xff }, ZSTD, 256, false, "table" },
	{ "checksum", LITERALS, LZ4, 16, true, "checksum of a payload" },
};

static void tell_lie(enum kind kind, const struct lie *lie)
{
	struct mn_l2_state state;
	struct raw_frame raw;
	int peer, end = victim(kind, &peer);

	raw_write(&raw, 1);
	send_all(peer, &raw, sizeof(raw));
	raw_write(&raw, 2);
	memcpy(raw.payload, lie->begin, sizeof(lie->begin));
	raw_pack(&raw, lie->flag, lie->sectors);
	raw.payload[4000] ^= lie->broken;
	send_all(peer, &raw, sizeof(raw));
	state = wait_dead(end);
	require(state.received == 1, "%s: %llu frames", lie->name, state.received);
	require(strstr(state.why, lie->why), "%s: %s", lie->name, state.why);
	end_destroy(end);
	close(peer);
}

static void all_lies(enum kind kind)
{
	for (unsigned int i = 0; i < sizeof(lies) / sizeof(*lies); i++)
		tell_lie(kind, &lies[i]);
}

enum { RENEW_READY = 20, RENEW = 21 };

/* Only what this side was given by its own user space is ever read from. */
static void strange_renewals(enum kind kind)
{
	struct mn_l2_state state;
	struct raw_frame raw;
	int peer, end = victim(kind, &peer);

	for (uint64_t number = 0; number < 3; number++) {
		raw_renewal(&raw, RENEW_READY, number);
		send_all(peer, raw.header, sizeof(raw.header));
	}
	raw_write(&raw, 1);
	send_all(peer, &raw, sizeof(raw));
	sleep_ms(200);
	state = end_state(end);
	require(state.received == 1 && !state.dead, "%llu frames, %s", state.received, state.why);
	raw_renewal(&raw, RENEW, 2);
	send_all(peer, raw.header, sizeof(raw.header));
	state = wait_dead(end);
	require(strstr(state.why, "RENEW for a socket"), "%s", state.why);
	end_destroy(end);
	close(peer);
}

/* The stream ends at any byte of a frame. */
static void truncated(enum kind kind)
{
	static const size_t lengths[] = { 1, 63, 64, 65, 64 + 512, 64 + 4095 };

	for (unsigned int i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		struct mn_l2_state state;
		struct raw_frame raw;
		int peer, end = victim(kind, &peer);

		raw_write(&raw, 1);
		send_all(peer, &raw, lengths[i]);
		sleep_ms(20);
		require(!end_state(end).dead, "%s", end_state(end).why);
		close(peer);
		state = wait_dead(end);
		require(!state.received && state.reason == REASON_LINK_LOST, "%s", state.why);
		end_destroy(end);
	}
}

/* The same frames, a few bytes at a time: nothing may depend on how they are cut. */
static void crumbs(enum kind kind)
{
	struct mn_l2_state state;
	struct raw_frame raw;
	int peer, end = victim(kind, &peer);

	for (unsigned int sequence = 1; sequence <= 20; sequence++) {
		size_t step = sequence == 1 ? 1 : 1 + rand() % 200;

		raw_write(&raw, sequence);
		for (size_t at = 0; at < sizeof(raw); at += step)
			send_all(peer, (char *)&raw + at,
				 at + step < sizeof(raw) ? step : sizeof(raw) - at);
	}
	sleep_ms(500);
	state = end_state(end);
	require(state.received == 20 && !state.dead, "%llu frames, %s", state.received, state.why);
	end_destroy(end);
	close(peer);
}

static void garbage(enum kind kind)
{
	for (unsigned int seed = 0; seed < 50; seed++) {
		uint8_t bytes[10000];
		int peer, end = victim(kind, &peer);

		srand(seed);
		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = rand() >> 8;
		send(peer, bytes, 1 + rand() % sizeof(bytes), MSG_NOSIGNAL);
		close(peer);
		require(!wait_dead(end).received, "garbage was taken for a frame");
		end_destroy(end);
	}
}

/* Descriptors that come with a frame are dropped, and the link with them. */
static void descriptors(void)
{
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct raw_frame raw;
	struct iovec io = { .iov_base = &raw, .iov_len = sizeof(raw) };
	struct msghdr msg = { .msg_iov = &io, .msg_iovlen = 1,
			      .msg_control = control, .msg_controllen = sizeof(control) };
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
	int pipe_fd[2], peer, end = victim(UNIX_PAIR, &peer);
	char byte;

	raw_write(&raw, 1);
	require(!pipe(pipe_fd), "%s", strerror(errno));
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(cmsg), &pipe_fd[1], sizeof(int));
	require(sendmsg(peer, &msg, 0) > 0, "%s", strerror(errno));
	close(pipe_fd[1]);
	require(strstr(wait_dead(end).why, "ancillary"), "%s", end_state(end).why);
	end_destroy(end);
	close(peer);
	require(read(pipe_fd[0], &byte, 1) == 0, "somebody still holds the descriptor");
	close(pipe_fd[0]);
}

/* An alert, a handshake message: whatever is not data ends the link. */
static void records(enum kind kind)
{
	static const uint8_t types[] = { 21, 22, 24 };

	for (unsigned int i = 0; i < sizeof(types); i++) {
		struct raw_frame raw;
		int peer, end = victim(kind, &peer);

		raw_write(&raw, 1);
		send_all(peer, &raw, sizeof(raw));
		send_record(peer, types[i], "\1\0", 2);
		require(strstr(wait_dead(end).why, "not data"), "%s", end_state(end).why);
		require(end_state(end).received == 1, "%llu", end_state(end).received);
		end_destroy(end);
		close(peer);
	}
}

/* Plain text, or a record of another key, into a TLS link. */
static void forged(void)
{
	struct raw_frame raw;
	int fd[2], end = end_open();

	make_pair(TCP4, fd);
	use_tls(fd[1]);
	set_keys(TLS_GCM, fd[1], 1, 0x41);
	set_keys(TLS_GCM, fd[1], 2, 0x42);
	use_tls(fd[0]);
	set_keys(TLS_GCM, fd[0], 1, 0x43);
	require(!end_adopt(end, fd[1], true, POOL_BYTES), "%s", end_state(end).why);
	close(fd[1]);
	raw_write(&raw, 1);
	send_all(fd[0], &raw, sizeof(raw));
	require(strstr(wait_dead(end).why, "TLS"), "%s", end_state(end).why);
	end_destroy(end);
	close(fd[0]);
}

bool run_attack(const char *name, enum kind kind)
{
	if (!strcmp(name, "flaws"))
		all_flaws(kind);
	else if (!strcmp(name, "lies"))
		all_lies(kind);
	else if (!strcmp(name, "renewals"))
		strange_renewals(kind);
	else if (!strcmp(name, "truncated"))
		truncated(kind);
	else if (!strcmp(name, "crumbs"))
		crumbs(kind);
	else if (!strcmp(name, "garbage"))
		garbage(kind);
	else if (!strcmp(name, "descriptors"))
		descriptors();
	else if (!strcmp(name, "records"))
		records(kind);
	else if (!strcmp(name, "forged"))
		forged();
	else
		return false;
	return true;
}
