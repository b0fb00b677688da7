// SPDX-License-Identifier: GPL-2.0-only
/* up to 6.4: kernel_sendpage(); where it exists TCP ignores MSG_SPLICE_PAGES */
#include <linux/net.h>

int mn_probe(struct socket *sock, struct page *page);
int mn_probe(struct socket *sock, struct page *page)
{
	return kernel_sendpage(sock, page, 0, 1, MSG_DONTWAIT);
}
