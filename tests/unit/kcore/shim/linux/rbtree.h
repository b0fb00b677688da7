/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sorted list under the names of a red-black tree: enough for interval_tree_generic.h. */
#ifndef SHIM_LINUX_RBTREE_H
#define SHIM_LINUX_RBTREE_H

#include <stddef.h>

struct rb_node {
	struct rb_node *after;
};

struct rb_root {
	struct rb_node *rb_node;
};

struct rb_root_cached {
	struct rb_root rb_root;
};

#define RB_ROOT_CACHED ((struct rb_root_cached){ { NULL } })
#define RB_EMPTY_ROOT(root) (!(root)->rb_node)

#endif
