/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The four functions of an interval tree, on a list sorted by start: slow and plain. */
#ifndef SHIM_LINUX_INTERVAL_TREE_GENERIC_H
#define SHIM_LINUX_INTERVAL_TREE_GENERIC_H

#include <linux/rbtree.h>

#define SHIM_ENTRY(node, type, member) \
	((type *)((char *)(node) - offsetof(type, member)))

#define INTERVAL_TREE_DEFINE(type, member, number, subtree, START, LAST, scope, name)	\
scope void name##_insert(type *entry, struct rb_root_cached *root)			\
{											\
	struct rb_node **at = &root->rb_root.rb_node;					\
											\
	while (*at && START(SHIM_ENTRY(*at, type, member)) <= START(entry))		\
		at = &(*at)->after;							\
	entry->member.after = *at;							\
	*at = &entry->member;								\
}											\
											\
scope void name##_remove(type *entry, struct rb_root_cached *root)			\
{											\
	struct rb_node **at = &root->rb_root.rb_node;					\
											\
	while (*at != &entry->member)							\
		at = &(*at)->after;							\
	*at = entry->member.after;							\
}											\
											\
static type *name##_from(struct rb_node *node, number start, number last)		\
{											\
	for (; node; node = node->after)						\
		if (START(SHIM_ENTRY(node, type, member)) <= last &&			\
		    LAST(SHIM_ENTRY(node, type, member)) >= start)			\
			return SHIM_ENTRY(node, type, member);				\
	return NULL;									\
}											\
											\
scope type *name##_iter_first(struct rb_root_cached *root, number start, number last)	\
{											\
	return name##_from(root->rb_root.rb_node, start, last);				\
}											\
											\
scope type *name##_iter_next(type *entry, number start, number last)			\
{											\
	return name##_from(entry->member.after, start, last);				\
}

#endif
