// SPDX-License-Identifier: GPL-2.0-only
/* 6.10: __assign_str() of tracepoints takes one argument */
#include <linux/string.h>
#include <trace/stages/stage6_event_callback.h>

struct mn_probe_offsets {
	const char *name_ptr_;
};

void mn_probe(struct mn_probe_offsets *offsets, char *text);
void mn_probe(struct mn_probe_offsets *offsets, char *text)
{
#undef __get_str
#undef __get_dynamic_array_len
#undef EVENT_NULL_STR
#define __get_str(field) text
#define __get_dynamic_array_len(field) 1
#define EVENT_NULL_STR ""
	struct mn_probe_offsets __data_offsets = *offsets;

	__assign_str(name);
}
