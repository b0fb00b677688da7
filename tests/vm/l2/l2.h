/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mn-l2: runs in a node and drives /dev/mn-l2-test (tests/vm/kmod/l2). Every
 * scenario connects two ends as its KIND says, and exits with 1 and a sentence
 * at the first thing that is not as it must be.
 */
#ifndef L2_H
#define L2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "mn-l2-test.h"

/* Seconds for what happens at once, on a machine that is busy with other things too. */
#define PATIENCE 10

enum kind { UNIX_PAIR, TCP4, TCP6, TLS_GCM, TLS_CHACHA };

#define require(condition, ...) \
	do { \
		if (!(condition)) \
			give_up(__FILE__, __LINE__, #condition, __VA_ARGS__); \
	} while (0)

__attribute__((noreturn, format(printf, 4, 5)))
void give_up(const char *file, int line, const char *condition, const char *format, ...);
void sleep_ms(unsigned int ms);
double now(void);			/* seconds */

/* pair: two connected sockets, with TLS keys in both directions for TLS_* */
enum kind kind_of(const char *word);
void make_pair(enum kind kind, int fd[2]);
void set_keys(enum kind kind, int fd, int direction, uint8_t key);	/* TLS_TX, TLS_RX */
void use_tls(int fd);
/* A TLS record that is not data. */
void send_record(int fd, uint8_t type, const void *bytes, size_t n);

/* end: one open of the device */
#define POOL_BYTES (8u << 20)
int end_open(void);
int end_adopt(int end, int fd, bool from_source, uint64_t pool_bytes);	/* 0 or -errno */
int end_pump(int end, uint32_t count, uint32_t bytes);			/* 0 or -errno */
struct mn_l2_state end_state(int end);
void end_mode(int end, unsigned int mode);
void end_destroy(int end);
/* Both ends over a fresh pair, whose descriptors are closed: end[0] is the source. */
void make_ends(enum kind kind, int end[2], uint64_t pool_bytes);
/* Within PATIENCE the link must be dead; returns its state. */
struct mn_l2_state wait_dead(int end);

/* raw: frames as bytes, built without the product's code */
struct raw_frame {
	uint8_t header[64];
	uint8_t payload[4096];
};
void raw_write(struct raw_frame *raw, uint64_t sequence);	/* a good WRITE of 4096 bytes */
/* ... whose payload is packed data of so many sectors */
void raw_pack(struct raw_frame *raw, uint16_t flag, uint32_t sectors);
/* a header alone: RENEW_READY or RENEW */
void raw_renewal(struct raw_frame *raw, uint8_t type, uint64_t number);
void raw_seal(struct raw_frame *raw);				/* payload and header checksums */
void raw_seal_header(struct raw_frame *raw);			/* the header's only */

/* scenarios */
void run_flow(const char *name, enum kind kind, unsigned long count);
bool run_death(const char *name, enum kind kind);
bool run_attack(const char *name, enum kind kind);
bool run_refusal(const char *name);

#endif
