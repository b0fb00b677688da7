/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * netlink: the generic netlink family (L4; include/uapi/linux/dm_mirror_net.h)
 *
 *   netlink.c         family, common checks, table of commands
 *   netlink_volume.c  metadata and volumes
 *   netlink_handover.c  planned changes of roles
 *   netlink_mirror.c  mirrors, links, bitmaps
 *   netlink_put.c     views to attributes
 *   netlink_event.c   events to the multicast group, uevents about locks
 */
#ifndef MN_NETLINK_H
#define MN_NETLINK_H

#include <net/genetlink.h>
#include "view.h"

extern struct genl_family mn_nl_family;

int mn_nl_init(void);
void mn_nl_exit(void);

/* Events: started before the first volume can exist, stopped after the last one has gone. */
int mn_nl_event_init(void);
void mn_nl_event_exit(void);

/*
 * What a command needs (internal_flags): pre_doit provides it, post_doit lets go.
 * The peer includes the volume.
 */
#define MN_NL_VOLUME	0x01
#define MN_NL_PEER	0x02

static inline struct mn_volume *mn_nl_volume(const struct genl_info *info)
{
	return info->user_ptr[0];
}

static inline const u8 *mn_nl_peer(const struct genl_info *info)
{
	return nla_data(info->attrs[MN_A_PEER_UUID]);
}

/* Refuse with a sentence; text is constant. Returns error. */
int mn_nl_fail(struct genl_info *info, int error, const char *text);
/* The same for what an operation of a lower layer returned; 0 stays 0. */
int mn_nl_done(struct genl_info *info, int error, const struct mn_why *why);

/* A reply to be filled and sent; NULL: no memory. */
struct mn_nl_reply {
	struct sk_buff *skb;
	void *header;
};

int mn_nl_reply_begin(struct genl_info *info, struct mn_nl_reply *reply);
/* error from filling it: drops it and returns that. */
int mn_nl_reply_end(struct genl_info *info, struct mn_nl_reply *reply, int error);
int mn_nl_reply_u64(struct genl_info *info, int attribute, u64 value);

/* netlink_put.c; -EMSGSIZE when they do not fit. */
int mn_nl_put_super(struct sk_buff *skb, const struct mn_super *super);
int mn_nl_put_volume(struct sk_buff *skb, struct mn_volume *volume);
int mn_nl_put_mirror(struct sk_buff *skb, const struct mn_volume *volume,
		     const struct mn_mirror_view *view);

/* A dump: the volumes that existed when it began, by UUID; what went since is skipped. */
int mn_nl_dump_start(struct netlink_callback *cb);
int mn_nl_dump_done(struct netlink_callback *cb);
/*
 * The volume the dump stands at, NULL at its end, or an error; the caller puts
 * it. *place is the caller's own, 0 for each new volume.
 */
struct mn_volume *mn_nl_dump_volume(struct netlink_callback *cb, u32 **place);
void mn_nl_dump_advance(struct netlink_callback *cb);

/* netlink_volume.c */
int mn_nl_meta_format(struct sk_buff *skb, struct genl_info *info);
int mn_nl_meta_get(struct sk_buff *skb, struct genl_info *info);
int mn_nl_meta_size(struct sk_buff *skb, struct genl_info *info);
int mn_nl_volume_get(struct sk_buff *skb, struct genl_info *info);
int mn_nl_volume_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mn_nl_volume_set_role(struct sk_buff *skb, struct genl_info *info);
int mn_nl_volume_lock(struct sk_buff *skb, struct genl_info *info);
int mn_nl_volume_unlock(struct sk_buff *skb, struct genl_info *info);

int mn_nl_volume_demote(struct sk_buff *skb, struct genl_info *info);

/* netlink_handover.c */
int mn_nl_handover_give(struct sk_buff *skb, struct genl_info *info);
int mn_nl_handover_take(struct sk_buff *skb, struct genl_info *info);
int mn_nl_handover_refuse(struct sk_buff *skb, struct genl_info *info);
int mn_nl_handover_end(struct sk_buff *skb, struct genl_info *info);
int mn_nl_split_discard(struct sk_buff *skb, struct genl_info *info);

/* netlink_mirror.c */
int mn_nl_mirror_add(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_del(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_get(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_dump(struct sk_buff *skb, struct netlink_callback *cb);
int mn_nl_mirror_set(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_pause(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_break(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_continue(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_resync(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_fenced(struct sk_buff *skb, struct genl_info *info);
int mn_nl_mirror_outdate(struct sk_buff *skb, struct genl_info *info);
int mn_nl_lost_writes_saved(struct sk_buff *skb, struct genl_info *info);
int mn_nl_link_attach(struct sk_buff *skb, struct genl_info *info);
int mn_nl_link_renew(struct sk_buff *skb, struct genl_info *info);
int mn_nl_link_detach(struct sk_buff *skb, struct genl_info *info);

/* netlink_bitmap.c */
int mn_nl_bitmap_begin(struct sk_buff *skb, struct genl_info *info);
int mn_nl_bitmap_add(struct sk_buff *skb, struct genl_info *info);
int mn_nl_bitmap_commit(struct sk_buff *skb, struct genl_info *info);
int mn_nl_bitmap_get(struct sk_buff *skb, struct genl_info *info);

/* netlink_node.c */
int mn_nl_node_set(struct sk_buff *skb, struct genl_info *info);
int mn_nl_node_get(struct sk_buff *skb, struct genl_info *info);

#endif
