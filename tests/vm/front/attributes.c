// SPDX-License-Identifier: GPL-2.0-or-later
#include "attributes.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/dm_mirror_net.h>

enum kind { FLAG, U8, U32, S32, U64, TEXT, UUID };

#define A(name, kind) { MN_A_##name, kind, #name }
static const struct {
	uint16_t number;
	enum kind kind;
	const char *name;
} known[] = {
	A(VOLUME_UUID, UUID), A(VOLUME_NAME, TEXT), A(NODE_UUID, UUID), A(PEER_UUID, UUID),
	A(META_PATH, TEXT), A(DATA_PATH, TEXT), A(META_BYTES, U64), A(SECTORS, U64),
	A(SECTOR_SIZE, U32), A(REGION_BYTES, U32), A(INTENT_LIMIT, U32), A(FORCE, FLAG),
	A(ROLE, U8), A(MIRROR_BLANK, FLAG), A(MIRROR_IN_SYNC, FLAG), A(RESYNC_FULL, FLAG),
	A(LINK_FD, S32), A(LINK_INITIATOR, FLAG), A(LINK_ENCRYPTED, FLAG),
	A(VOLUME_DEV, U32), A(VOLUME_DATA_DEV, TEXT), A(VOLUME_META_DEV, TEXT),
	A(VOLUME_LOCKED, U8), A(VOLUME_DATA_STATE, U8), A(VOLUME_DATA_SINCE, U64),
	A(VOLUME_GENERATION, U64), A(VOLUME_CLEAN, U8), A(VOLUME_OPENERS, U32),
	A(VOLUME_META_ERROR, U32), A(VOLUME_INTENT_REGIONS, U32), A(VOLUME_INTENT_WRITES, U64),
	A(VOLUME_BITMAP_WRITES, U64), A(VOLUME_WRITE_NUMBER, U64),
	A(MIRROR_SLOT, U8), A(MIRROR_STATE, S32), A(MIRROR_REASON, U8),
	A(MIRROR_ENDS_BY_ITSELF, U8), A(MIRROR_SINCE, U64), A(MIRROR_LINK, U8),
	A(MIRROR_ENCRYPTED, U8), A(MIRROR_DIRTY_BLOCKS, U64), A(MIRROR_UNSENT_BLOCKS, U64),
	A(MIRROR_TOTAL_BLOCKS, U64), A(MIRROR_FULL_NEEDED, U8), A(MIRROR_BASE_GENERATION, U64),
	A(MIRROR_OLD_BASE, U64),
	A(MIRROR_PEER_ROLE, U8), A(MIRROR_PEER_DATA_STATE, U8), A(MIRROR_RECONNECTS, U64),
	A(MIRROR_ELAPSED, U64), A(MIRROR_QUEUE_LENGTH, U64), A(MIRROR_QUEUE_BYTES, U64),
	A(MIRROR_QUEUE_AGE, U64), A(MIRROR_SENT_BYTES, U64), A(MIRROR_RECEIVED_BYTES, U64),
	A(MIRROR_UNCOMPRESSED_BYTES, U64), A(MIRROR_COMPRESSION, U8),
	A(MIRROR_SEQUENCE, U64), A(MIRROR_APPLIED, U64), A(MIRROR_STABLE, U64),
	A(RESYNC_PHASE, U8), A(RESYNC_BEGUN, U64), A(RESYNC_SENT, U64), A(RESYNC_ZERO, U64),
	A(RESYNC_BYTES, U64), A(RESYNC_CURRENT, U64), A(RESYNC_PASS, U32),
	A(RESYNC_NEW_WRITES, U64), A(RESYNC_ELAPSED, U64), A(RESYNC_PROGRESS, U64),
	A(RESYNC_UNREADABLE, U64), A(OPT_PING_INTERVAL, U32), A(OPT_MAX_PING_MISSES, U32),
	A(OPT_STALL_TIMEOUT, U32), A(OPT_RESYNC_READS, U32), A(OPT_QUEUE_HIGH_WATER, U32),
	A(OPT_QUEUE_BYTE_LIMIT, U32), A(OPT_MODE, U32), A(OPT_ON_QUEUE_LIMIT, U32),
	A(OPT_ASYNC_FLUSH, U32), A(OPT_COMPRESSION, U32), A(OPT_BANDWIDTH_LIMIT, U32),
	A(OPT_RESYNC_BANDWIDTH_LIMIT, U32), A(EVENT_CLASS, U8), A(EVENT_SEVERITY, U8),
	A(EVENT_NUMBER, U64), A(EVENT_OLD, S32), A(EVENT_NEW, S32), A(EVENT_REASON, U8),
	A(EVENT_TIME, U64), A(EVENT_UPTIME, U64), A(EVENT_TEXT, TEXT),
	A(OPT_ON_SYNC_LOSS, U32), A(OPT_FENCE_TIMEOUT, U32), A(OPT_ON_FENCE_TIMEOUT, U32),
	A(MIRROR_FENCE, U8), A(MIRROR_FENCE_GENERATION, U64),
	A(OPT_ON_METADATA_ERROR, U32), A(VOLUME_META_WAY, U8), A(OPT_PARALLEL_RESYNCS, U32),
	A(OPT_BOOT_WAIT, U32), A(OPT_BOOT_ALONE, U32), A(VOLUME_BOOT, U8), A(MIRROR_HEARD, U8),
	A(NODE_RESYNCS, U32), A(NODE_RESYNCS_WAITING, U32), A(MIRROR_PEER_REASON, U8),
};

#define C(name) { MN_CMD_##name, #name }
static const struct {
	uint8_t number;
	const char *name;
} commands[] = {
	C(META_FORMAT), C(META_GET), C(META_SIZE), C(VOLUME_GET), C(VOLUME_SET_ROLE),
	C(VOLUME_LOCK), C(VOLUME_UNLOCK), C(MIRROR_ADD), C(MIRROR_DEL), C(MIRROR_GET),
	C(MIRROR_SET), C(MIRROR_PAUSE), C(MIRROR_CONTINUE), C(MIRROR_RESYNC), C(LINK_ATTACH),
	C(LINK_DETACH), C(BITMAP_BEGIN), C(BITMAP_ADD), C(BITMAP_COMMIT), C(EVENT),
	C(MIRROR_BREAK), C(MIRROR_FENCED), C(MIRROR_OUTDATE), C(NODE_SET), C(NODE_GET),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

uint8_t command_parse(const char *name)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (!strcmp(commands[i].name, name))
			return commands[i].number;
	errx(2, "no such command: %s", name);
}

static size_t hex_parse(const char *text, uint8_t *out, size_t room)
{
	size_t length = 0;

	for (; text[0] && text[1] && length < room; text += 2) {
		unsigned int byte;

		if (sscanf(text, "%2x", &byte) != 1)
			errx(2, "not hexadecimal: %s", text);
		out[length++] = byte;
	}
	return length;
}

static void uuid_parse(const char *text, uint8_t *uuid)
{
	size_t length = strlen(text);

	if (length > MN_UUID_LEN)
		errx(2, "a UUID is a text of at most 16 bytes: %s", text);
	memset(uuid, 0, MN_UUID_LEN);
	memcpy(uuid, text, length);
}

static void put_value(struct request *request, uint16_t number, enum kind kind, const char *text)
{
	uint64_t value = strtoull(text, NULL, 0);
	int32_t s32 = strtol(text, NULL, 0);
	uint8_t uuid[MN_UUID_LEN];
	uint32_t u32 = value;
	uint8_t u8 = value;

	switch (kind) {
	case FLAG: request_put(request, number, NULL, 0); break;
	case U8: request_put(request, number, &u8, 1); break;
	case U32: request_put(request, number, &u32, 4); break;
	case S32: request_put(request, number, &s32, 4); break;
	case U64: request_put(request, number, &value, 8); break;
	case TEXT: request_put(request, number, text, strlen(text) + 1); break;
	case UUID:
		uuid_parse(text, uuid);
		request_put(request, number, uuid, sizeof(uuid));
		break;
	}
}

static void put_raw(struct request *request, const char *word)
{
	uint8_t bytes[256];
	char *text;
	uint16_t number = strtoul(word, &text, 0);

	request_put(request, number, bytes,
		    *text == '=' ? hex_parse(text + 1, bytes, sizeof(bytes)) : 0);
}

/* RANGES=START+LENGTH,START+LENGTH... in bytes */
static void put_ranges(struct request *request, const char *text)
{
	struct nlattr *nest = request_nest(request, MN_A_RANGES);
	struct mn_range range;
	char *at;

	while (*text) {
		range.start = strtoull(text, &at, 0);
		range.length = *at == '+' ? strtoull(at + 1, &at, 0) : 0;
		request_put(request, MN_A_RANGE, &range, sizeof(range));
		text = *at ? at + 1 : at;
	}
	request_nest_end(request, nest);
}

void attribute_parse(struct request *request, const char *word)
{
	size_t length = strcspn(word, "=");
	const char *value = word[length] ? word + length + 1 : "";

	if (*word == '@') {
		put_raw(request, word + 1);
		return;
	}
	if (!strncmp(word, "RANGES=", 7)) {
		put_ranges(request, value);
		return;
	}
	for (size_t i = 0; i < COUNT(known); i++)
		if (strlen(known[i].name) == length && !strncmp(known[i].name, word, length)) {
			put_value(request, known[i].number, known[i].kind, value);
			return;
		}
	errx(2, "no such attribute: %s", word);
}

static void print_value(enum kind kind, const void *data, size_t length)
{
	uint64_t value = 0;

	if (kind != TEXT && kind != UUID)
		memcpy(&value, data, length < 8 ? length : 8);
	switch (kind) {
	case TEXT: printf("%s", (const char *)data); break;
	case UUID: printf("%.16s", (const char *)data); break;
	case S32: printf("%d", (int32_t)value); break;
	default: printf("%llu", (unsigned long long)value); break;
	}
}

static void print_one(const struct nlattr *attr)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (known[i].number == (attr->nla_type & NLA_TYPE_MASK)) {
			printf("%s=", known[i].name);
			print_value(known[i].kind, (const char *)attr + NLA_HDRLEN,
				    attr->nla_len - NLA_HDRLEN);
			printf("\n");
		}
}

void attributes_print(const struct nlattr *attr, size_t left)
{
	for (; attr; attr = attr_next(attr, &left))
		print_one(attr);
	printf("\n");
	fflush(stdout);
}
