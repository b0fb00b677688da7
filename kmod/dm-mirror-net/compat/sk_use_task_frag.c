// SPDX-License-Identifier: GPL-2.0-only
/* 6.1: sockets say whether they may use the task's page fragment */
#include <net/sock.h>

void mn_probe(struct sock *sk);
void mn_probe(struct sock *sk)
{
	sk->sk_use_task_frag = false;
}
