// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * fail-nth: runs a program, and one of the kernel's allocations for it fails
 *
 *   fail-nth N PROGRAM [ARGUMENT...]
 *
 * Counted are the allocations within the requests that the program makes of the module: device
 * mapper's ioctls that load, resume, suspend or remove a device, sendmsg() and sendto() on sockets. The Nth of them fails, by
 * the kernel's fault injection (/proc/PID/fail-nth, Documentation/fault-injection). Exit status: 99
 * if the program asked for fewer than N, so that nothing failed; else the program's. What failed is
 * not said: it is the Nth of this program, each time.
 */
#include <err.h>
#include <linux/dm-ioctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOTHING_FAILED 99

static int changes_device(unsigned int request)
{
	return request == DM_TABLE_LOAD || request == DM_DEV_SUSPEND || request == DM_DEV_REMOVE;
}

/* The descriptor is of the control node, or a socket. */
static int is_of_module(pid_t pid, long call, int fd, unsigned int request)
{
	char path[64], name[128] = "";

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", pid, fd);
	if (readlink(path, name, sizeof(name) - 1) < 0)
		return 0;
	if (call == SYS_ioctl)
		return !strcmp(name, "/dev/mapper/control") && changes_device(request);
	return !strncmp(name, "socket:", 7);
}

static FILE *open_counter(pid_t pid, const char *how)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	file = fopen(path, how);
	if (!file)
		err(2, "%s (a kernel with fault injection is needed)", path);
	return file;
}

static void arm(pid_t pid, long count)
{
	FILE *file = open_counter(pid, "w");

	if (fprintf(file, "%ld", count) < 0 || fclose(file))
		err(2, "fail-nth of process %d", pid);
}

static long left(pid_t pid)
{
	FILE *file = open_counter(pid, "r");
	long count;

	if (fscanf(file, "%ld", &count) != 1)
		errx(2, "fail-nth of process %d cannot be read", pid);
	fclose(file);
	return count;
}

static int asks_module(pid_t pid)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, pid, NULL, &regs))
		err(2, "PTRACE_GETREGS");
	return (regs.orig_rax == SYS_ioctl || regs.orig_rax == SYS_sendmsg || regs.orig_rax == SYS_sendto) &&
	       is_of_module(pid, regs.orig_rax, regs.rdi, regs.rsi);
}

/* To the next beginning or end of a system call. False: the program has ended. */
static int goes_on(pid_t pid, int *status)
{
	int signal = 0;

	for (;;) {
		if (ptrace(PTRACE_SYSCALL, pid, NULL, signal) || waitpid(pid, status, 0) != pid)
			err(2, "the program is gone");
		if (!WIFSTOPPED(*status))
			return 0;
		signal = WSTOPSIG(*status);
		if (signal == (SIGTRAP | 0x80))
			return 1;
		if (signal == SIGTRAP)
			signal = 0;	/* of its exec */
	}
}

static void run(char **program)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL))
		err(2, "PTRACE_TRACEME");
	execvp(program[0], program);
	err(2, "%s", program[0]);
}

int main(int argc, char **argv)
{
	long count = argc > 2 ? atol(argv[1]) : 0;
	int status;
	pid_t pid;

	if (count < 1)
		errx(2, "usage: fail-nth N PROGRAM [ARGUMENT...]");
	pid = fork();
	if (!pid)
		run(argv + 2);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		errx(2, "%s cannot be run", argv[2]);
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	while (goes_on(pid, &status)) {
		int counts = count && asks_module(pid);

		if (counts)
			arm(pid, count);
		if (!goes_on(pid, &status))
			break;
		if (counts) {
			count = left(pid);
			arm(pid, 0);
		}
	}
	if (count)
		return NOTHING_FAILED;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
