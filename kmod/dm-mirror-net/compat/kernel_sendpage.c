// SPDX-License-Identifier: GPL-2.0-only
/* up to 6.4: pages are sent with kernel_sendpage(), and TCP ignores MSG_SPLICE_PAGES where that exists */
#include <linux/net.h>

int mn_probe(struct socket *sock, struct page *page);
int mn_probe(struct socket *sock, struct page *page)
{
	return kernel_sendpage(sock, page, 0, 1, MSG_DONTWAIT);
}
