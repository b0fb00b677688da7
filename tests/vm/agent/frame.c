// SPDX-License-Identifier: GPL-2.0-or-later
#include "frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* Drops one byte after a false start and looks for the magic word again. */
static void resync(struct frame_reader *reader)
{
	unsigned char *bytes = (unsigned char *)&reader->frame;

	memmove(bytes, bytes + 1, --reader->have);
}

static size_t wanted(struct frame_reader *reader)
{
	struct frame_head *head = &reader->frame.head;

	while (reader->have >= sizeof(*head) &&
	       (head->magic != FRAME_MAGIC || head->len > FRAME_MAX))
		resync(reader);
	if (reader->have < sizeof(*head))
		return sizeof(*head) - reader->have;
	return sizeof(*head) + head->len - reader->have;
}

enum frame_result frame_read(int fd, struct frame_reader *reader)
{
	if (reader->have >= sizeof(struct frame_head) && !wanted(reader))
		reader->have = 0;	/* that one has been handed out */

	for (;;) {
		size_t want = wanted(reader);
		ssize_t got;

		if (!want)
			return FRAME_READY;
		got = read(fd, (unsigned char *)&reader->frame + reader->have, want);
		if (got == 0)
			return FRAME_GONE;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EAGAIN ? FRAME_MORE : FRAME_GONE;
		reader->have += (size_t)got;
	}
}

static int write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t put = write(fd, at, len);

		if (put < 0 && errno == EAGAIN) {
			struct pollfd room = { .fd = fd, .events = POLLOUT };

			if (poll(&room, 1, -1) > 0 && (room.revents & (POLLHUP | POLLERR)))
				return -1;
			continue;
		}
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)
			return -1;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

int frame_write(int fd, uint32_t id, uint32_t type, const void *data, size_t len)
{
	static struct frame out;

	out.head = (struct frame_head){ FRAME_MAGIC, id, type, (uint32_t)len };
	if (len)
		memcpy(out.data, data, len);
	return write_all(fd, &out, sizeof(out.head) + len);
}
