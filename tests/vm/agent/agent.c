// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs in a node: one process per virtio-serial port named lab.*, each of which
 * carries one command at a time.  A command ends with its own exit, not with
 * the end of its output: what it left running in the background lives on.  When
 * the client goes away first, the command's process group is killed; also when another client is
 * there already and sends the next one, before anybody here has seen the first one go.
 */
#define _GNU_SOURCE
#include "frame.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct command {
	pid_t pid;
	uint32_t id;
	int in, out, err;	/* our ends; -1 when closed; one pty fd for a shell */
	size_t unwritten;	/* bytes at the end of the last frame that `in` had no room for */
};

static int port;
static struct frame_reader reader;
static int next_command;	/* the frame that was read last is another client's command */

/* Only there so that the signal ends a wait. */
static void on_signal(int sig)
{
	(void)sig;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void become_command(const char *line)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	execl("/bin/sh", "sh", "-c", line, (char *)NULL);
	_exit(127);
}

static int start_piped(struct command *cmd, const char *line)
{
	int in[2], out[2], err[2];

	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		return -1;
	cmd->pid = fork();
	if (cmd->pid == 0) {
		setsid();
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		become_command(line);
	}
	close(in[0]);
	close(out[1]);
	close(err[1]);
	fcntl(in[1], F_SETFL, O_NONBLOCK);
	cmd->in = in[1];
	cmd->out = out[0];
	cmd->err = err[0];
	return cmd->pid < 0 ? -1 : 0;
}

static int start_on_terminal(struct command *cmd, const char *line)
{
	int fd;

	cmd->pid = forkpty(&fd, NULL, NULL, NULL);
	if (cmd->pid == 0)
		become_command(line);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	cmd->in = fd;
	cmd->out = cmd->pid < 0 ? -1 : dup(fd);
	cmd->err = -1;
	return cmd->pid < 0 ? -1 : 0;
}

/* Passes on what is there; closes the stream at its end. */
static void forward(struct command *cmd, int *fd, uint32_t type)
{
	static char buf[FRAME_MAX];
	ssize_t got = read(*fd, buf, sizeof(buf));

	if (got > 0)
		frame_write(port, cmd->id, type, buf, (size_t)got);
	else if (got == 0 || (errno != EAGAIN && errno != EINTR))
		close_fd(fd);
}

/* The command may be waiting for us to take its output: never block on its input. */
static void push_input(struct command *cmd)
{
	const struct frame *f = &reader.frame;
	ssize_t put = write(cmd->in, f->data + f->head.len - cmd->unwritten, cmd->unwritten);

	if (put > 0)
		cmd->unwritten -= (size_t)put;
	else if (errno != EAGAIN && errno != EINTR)
		close_fd(&cmd->in);
	if (cmd->in < 0)
		cmd->unwritten = 0;
}

/* Returns -1 when the client is gone. */
static int take_input(struct command *cmd, short events)
{
	const struct frame *f = &reader.frame;

	if (events & POLLHUP)
		return -1;
	switch (frame_read(port, &reader)) {
	case FRAME_GONE:
		return -1;
	case FRAME_MORE:
		return 0;
	case FRAME_READY:
		break;
	}
	if (f->head.type == FRAME_RUN || f->head.type == FRAME_SHELL) {
		next_command = 1;
		return -1;
	}
	if (f->head.type != FRAME_STDIN || f->head.id != cmd->id || cmd->in < 0)
		return 0;
	cmd->unwritten = f->head.len;
	if (cmd->unwritten)
		push_input(cmd);
	else
		close_fd(&cmd->in);
	return 0;
}

static void drain(struct command *cmd, int *fd, uint32_t type)
{
	struct pollfd more = { .fd = *fd, .events = POLLIN };

	while (*fd >= 0 && poll(&more, 1, 0) > 0 && (more.revents & (POLLIN | POLLHUP)))
		forward(cmd, fd, type);
}

static void report_exit(struct command *cmd, int status)
{
	int32_t code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);

	drain(cmd, &cmd->out, FRAME_STDOUT);
	drain(cmd, &cmd->err, FRAME_STDERR);
	frame_write(port, cmd->id, FRAME_EXIT, &code, sizeof(code));
}

enum { PORT, OUT, ERR, IN, FDS };

/* Waits for output, input, the command's end; SIGCHLD is only let in here. */
static void wait_for_something(struct command *cmd, struct pollfd *fds)
{
	sigset_t none;

	fds[PORT] = (struct pollfd){ .fd = port, .events = cmd->unwritten ? 0 : POLLIN };
	fds[OUT] = (struct pollfd){ .fd = cmd->out, .events = POLLIN };
	fds[ERR] = (struct pollfd){ .fd = cmd->err, .events = POLLIN };
	fds[IN] = (struct pollfd){ .fd = cmd->unwritten ? cmd->in : -1, .events = POLLOUT };
	sigemptyset(&none);
	if (ppoll(fds, FDS, NULL, &none) < 0)
		for (int i = 0; i < FDS; i++)
			fds[i].revents = 0;
}

/* It may not have come so far as to lead a group of its own. */
static void kill_command(const struct command *cmd)
{
	int status;

	if (kill(-cmd->pid, SIGKILL))
		kill(cmd->pid, SIGKILL);
	waitpid(cmd->pid, &status, 0);
}

static void serve(struct command *cmd)
{
	struct pollfd fds[FDS];
	int status;

	while (waitpid(cmd->pid, &status, WNOHANG) != cmd->pid) {
		wait_for_something(cmd, fds);
		if (fds[OUT].revents)
			forward(cmd, &cmd->out, FRAME_STDOUT);
		if (fds[ERR].revents)
			forward(cmd, &cmd->err, FRAME_STDERR);
		if (fds[IN].revents)
			push_input(cmd);
		if (fds[PORT].revents && take_input(cmd, fds[PORT].revents)) {
			kill_command(cmd);
			return;
		}
	}
	report_exit(cmd, status);
}

/* The driver sends SIGIO when a client comes or goes; a read says 0 until then. */
static void wait_for_client(void)
{
	struct timespec limit = { .tv_sec = 1 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigtimedwait(&set, NULL, &limit);
}

/*
 * Data may overtake the driver's news that the client is there, and until that
 * has come every write fails as if it were gone.
 */
static int client_is_there(void)
{
	struct pollfd p = { .fd = port };

	for (int tries = 0; tries < 5; tries++) {
		if (poll(&p, 1, 0) == 0 || !(p.revents & POLLHUP))
			return 1;
		wait_for_client();
	}
	return 0;
}

static void run(struct frame *f)
{
	struct command cmd = { .id = f->head.id, .in = -1, .out = -1, .err = -1 };
	static char line[FRAME_MAX + 1];
	int32_t failed = 126;

	if (!client_is_there())
		return;
	memcpy(line, f->data, f->head.len);
	line[f->head.len] = '\0';
	if (f->head.type == FRAME_SHELL ? start_on_terminal(&cmd, line) : start_piped(&cmd, line))
		frame_write(port, cmd.id, FRAME_EXIT, &failed, sizeof(failed));
	else
		serve(&cmd);
	close_fd(&cmd.in);
	close_fd(&cmd.out);
	close_fd(&cmd.err);
}

static void prepare_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked;

	signal(SIGPIPE, SIG_IGN);
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGCHLD);
	sigaddset(&blocked, SIGIO);
	sigprocmask(SIG_BLOCK, &blocked, NULL);
	sigaction(SIGIO, &action, NULL);
}

static void serve_port(const char *path)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	port = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
	if (port < 0) {
		perror(path);
		exit(1);
	}
	prepare_signals();
	fcntl(port, F_SETOWN, getpid());
	fcntl(port, F_SETFL, O_NONBLOCK | O_ASYNC);
	for (;;) {
		enum frame_result res = frame_read(port, &reader);
		uint32_t type = reader.frame.head.type;

		if (res == FRAME_READY && (type == FRAME_RUN || type == FRAME_SHELL)) {
			do {
				next_command = 0;
				run(&reader.frame);
			} while (next_command);
		} else if (res == FRAME_MORE) {
			struct pollfd p = { .fd = port, .events = POLLIN };

			poll(&p, 1, 1000);
		} else if (res == FRAME_GONE) {
			reader.have = 0;
			wait_for_client();
		}
	}
}

/* Is this the directory of a port of the lab? */
static int is_lab_port(const char *entry)
{
	char path[300], name[16] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", entry);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	return !strncmp(name, "lab.", 4);
}

static int serve_all_ports(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	struct dirent *entry;
	char path[300];
	int found = 0;

	while (dir && (entry = readdir(dir))) {
		if (!is_lab_port(entry->d_name))
			continue;
		found++;
		snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		if (fork() == 0)
			serve_port(path);
	}
	if (dir)
		closedir(dir);
	return found;
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	if (!serve_all_ports()) {
		fprintf(stderr, "lab agent: no virtio-serial port named lab.* found\n");
		return 1;
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	return 1;
}
