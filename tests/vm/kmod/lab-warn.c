// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading this warns. With it the lab proves that a kernel that warns fails the
 * test; otherwise a check that never finds anything would look like success.
 */
#include <linux/module.h>

static int __init lab_warn_init(void)
{
	WARN(1, "lab-warn: a planted warning\n");
	return 0;
}

static void __exit lab_warn_exit(void)
{
}

module_init(lab_warn_init);
module_exit(lab_warn_exit);
MODULE_DESCRIPTION("A planted kernel warning");
MODULE_LICENSE("GPL");
