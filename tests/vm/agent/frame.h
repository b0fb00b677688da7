/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What labctl (on the host) and the agent (in a node) say to each other over a
 * virtio-serial port.
 *
 * Either end may be killed in the middle of a frame and the next client finds
 * whatever was left in the channel.  So every frame starts with a magic word
 * and carries the id that the client chose for its request; a reader skips
 * bytes until the magic word, and the client skips frames of other requests.
 */
#ifndef LAB_FRAME_H
#define LAB_FRAME_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_MAGIC 0x424c4e4du
#define FRAME_MAX 32768u

enum frame_type {
	FRAME_RUN = 1,		/* to the node: payload is the command line */
	FRAME_SHELL,		/* to the node: the same, on a terminal */
	FRAME_STDIN,		/* to the node: data; empty payload = end of file */
	FRAME_STDOUT,		/* to the host */
	FRAME_STDERR,		/* to the host */
	FRAME_EXIT,		/* to the host: payload is an int32_t exit status */
};

struct frame_head {
	uint32_t magic;
	uint32_t id;
	uint32_t type;
	uint32_t len;
};

struct frame {
	struct frame_head head;
	unsigned char data[FRAME_MAX];
};

/* A frame that is being put together from what arrives. */
struct frame_reader {
	struct frame frame;
	size_t have;
};

enum frame_result {
	FRAME_MORE,		/* nothing complete yet, call again when readable */
	FRAME_READY,		/* reader->frame is complete */
	FRAME_GONE,		/* the other end is closed */
};

/* Reads what is there, at most one frame; never blocks on a non-blocking fd. */
enum frame_result frame_read(int fd, struct frame_reader *reader);

/* Writes all of it, waiting for room; -1 when the other end is gone. */
int frame_write(int fd, uint32_t id, uint32_t type, const void *data, size_t len);

#endif
