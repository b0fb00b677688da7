/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mutate: what a hostile peer makes of the frames of a valid session. */
#ifndef MN_ATTACK_MUTATE_H
#define MN_ATTACK_MUTATE_H

#include <pthread.h>
#include "dice.h"
#include "frame.h"

enum { PAST = 16, PAST_BYTES = 8192 };

/* One direction of a session between two kernels. */
struct way {
	uint64_t seed, session;
	int number;			/* 0 or 1: which of the two */
	int from, to;			/* our ends of the sockets */
	bool rename_back;		/* the HELLO of this way names the second volume */
	uint32_t one_in;		/* of so many frames one is changed; 0: none */
	uint32_t at;			/* and the one with this number */
	bool armed;			/* until then all are passed on as they are */
	bool renumber;			/* the stream stays without gaps whatever is done to it */
	struct way *other;

	uint64_t index;			/* frames read so far */
	uint64_t sequence;		/* of the last sequenced frame that was sent on */
	bool begun;			/* there was one: before it the number is not known */
	struct frame *frame, *held, *spare;
	bool holding;
	struct {
		uint8_t header[FRAME_HEADER];
		uint8_t payload[PAST_BYTES];
		uint32_t payload_bytes;
	} past[PAST];			/* small frames, for replaying */
	pthread_mutex_t past_lock;
	uint64_t mutations;
};

/* Sends the frame that was just read, or what is made of it. False: the link is to end. */
bool way_pass(struct way *way);

#endif
