/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SHIM_LINUX_BUG_H
#define SHIM_LINUX_BUG_H

/* Counts; every test fails at its end if it did not expect the warnings. */
extern unsigned int shim_warnings;

#define WARN_ON_ONCE(condition) ({		\
	int warn = !!(condition);		\
	shim_warnings += warn;			\
	warn;					\
})

#endif
