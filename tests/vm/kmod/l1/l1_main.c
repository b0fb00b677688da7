// SPDX-License-Identifier: GPL-2.0-only
/* mn-l1-test: takes commands, see l1.h */
#include <linux/module.h>
#include <linux/slab.h>
#include "l1.h"

#define ARGS_MAX	4
#define RANGES_MAX	64

struct l1 l1;

static char said[PAGE_SIZE];
static size_t said_length;

void l1_say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	said_length += vscnprintf(said + said_length, sizeof(said) - 1 - said_length, format, args);
	va_end(args);
}

void l1_say_bits(bool (*test)(u64 bit), u64 bits)
{
	u64 bit, first;
	u32 ranges = 0;

	for (bit = 0; bit < bits && ranges < RANGES_MAX; bit++) {
		if (!test(bit))
			continue;
		for (first = bit; bit + 1 < bits && test(bit + 1);)
			bit++;
		if (first == bit)
			l1_say(" %llu", first);
		else
			l1_say(" %llu-%llu", first, bit);
		ranges++;
		cond_resched();
	}
	if (!ranges)
		l1_say(" none");
}

static const struct l1_command *find_command(const char *name)
{
	static const struct l1_command *const tables[] = {
		l1_meta_commands, l1_intent_commands, l1_bitmap_commands, l1_race_commands,
	};
	const struct l1_command *command;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (command = tables[i]; command->name; command++)
			if (!strcmp(command->name, name))
				return command;
	return NULL;
}

static int parse_numbers(char *words, u64 *arg, u8 count)
{
	char *word;
	u8 i;

	for (i = 0; i < count; i++) {
		word = strsep(&words, " ");
		if (!word || kstrtou64(word, 0, &arg[i]))
			return -EINVAL;
	}
	return words ? -EINVAL : 0;
}

static int run_line(char *line)
{
	const struct l1_command *command = find_command(strsep(&line, " "));
	u64 arg[ARGS_MAX] = {};
	char text[16];
	int result;

	if (!command || parse_numbers(line, arg, command->args))
		return -EINVAL;
	said_length = 0;
	memset(said, 0, sizeof(said));
	if (command->needs_open && !l1.open)
		return -ENXIO;
	result = command->run(arg);
	snprintf(text, sizeof(text), "%d", result);
	memmove(said + strlen(text), said, sizeof(said) - 1 - strlen(text));
	memcpy(said, text, strlen(text));
	return 0;
}

static int run_set(const char *value, const struct kernel_param *param)
{
	char *line = kstrdup(value, GFP_KERNEL);
	int error = -ENOMEM;

	if (line)
		error = run_line(strim(line));
	kfree(line);
	return error;
}

static int said_get(char *buffer, const struct kernel_param *param)
{
	return scnprintf(buffer, PAGE_SIZE, "%s\n", said);
}

static const struct kernel_param_ops run_ops = { .set = run_set };
static const struct kernel_param_ops said_ops = { .get = said_get };

module_param_cb(run, &run_ops, NULL, 0200);
module_param_cb(said, &said_ops, NULL, 0400);

static char *device;
module_param(device, charp, 0400);

static int __init l1_init(void)
{
	dev_t dev;
	int error;

	error = device ? mn_bdev_find(device, &dev) : -EINVAL;
	return error ? error : mn_bdev_open(&l1.bdev, dev, NULL);
}

static void __exit l1_exit(void)
{
	if (l1.open)
		find_command("close")->run(NULL);
	mn_bdev_close(&l1.bdev);
}

module_init(l1_init);
module_exit(l1_exit);
MODULE_DESCRIPTION("The durable layer of dm-mirror-net, driven by a test");
MODULE_LICENSE("GPL");
