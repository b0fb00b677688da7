/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The attributes and commands of the family by name, for tests. */
#ifndef MN_TEST_ATTRIBUTES_H
#define MN_TEST_ATTRIBUTES_H

#include "genl.h"

/* NAME=VALUE (or NAME for a flag) into the request; @NUMBER=HEX puts raw bytes. */
void attribute_parse(struct request *request, const char *word);
/* NAME=VALUE, one a line, and an empty line after the last. */
void attributes_print(const struct nlattr *attr, size_t left);
uint8_t command_parse(const char *name);

#endif
