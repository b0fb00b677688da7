// SPDX-License-Identifier: GPL-2.0-only
/*
 * generation: who sends what to whom (L0, pure; DESIGN 5)
 *
 * Both ends run this over the same two sets of facts, each its own first. So
 * nothing here may depend on which side computes it.
 */
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/byteorder.h>

#include "generation.h"

#define MN_NO_SOURCE	2	/* mn_verdict.source: neither of the two */

static bool has_flag(const struct mn_facts *facts, u32 flag)
{
	return facts->flags & flag;
}

static bool in_history(const struct mn_facts *facts, u64 generation)
{
	int i;

	for (i = 0; i < MN_HISTORY; i++)
		if (facts->history[i] == generation)
			return true;
	return false;
}

/* Has this side ever held the generation, as far as it remembers? 0 is none. */
static bool knows(const struct mn_facts *facts, u64 generation)
{
	return generation && (generation == facts->generation ||
			      generation == facts->base ||
			      generation == facts->old_base ||
			      in_history(facts, generation));
}

/* How far back: 0 is the present one; MN_HISTORY + 1: it is not known any more. */
static int age_of(const struct mn_facts *facts, u64 generation)
{
	int i;

	if (generation == facts->generation)
		return 0;
	for (i = 0; i < MN_HISTORY; i++)
		if (facts->history[i] == generation)
			return i + 1;
	return MN_HISTORY + 1;
}

/*
 * Does the slot of this side prove what a copy of that generation lacks? One of the two that it
 * names, or one that the stream passed on the way from old_base to base (advance.c).
 */
static bool slot_proves(const struct mn_facts *self, u64 generation)
{
	int age = age_of(self, generation);

	if (!age || mn_generation_may_be_held(generation, self->base, self->old_base))
		return true;
	return age <= MN_HISTORY && self->base && self->old_base &&
	       age >= age_of(self, self->base) && age <= age_of(self, self->old_base) &&
	       age_of(self, self->old_base) <= MN_HISTORY;
}

/* Is there any generation that both have held? */
static bool have_common(const struct mn_facts *a, const struct mn_facts *b)
{
	int i;

	if (knows(a, b->generation) || knows(a, b->base) || knows(a, b->old_base))
		return true;
	for (i = 0; i < MN_HISTORY; i++)
		if (knows(a, b->history[i]))
			return true;
	return false;
}

/*
 * Did `self` write what `other` cannot have? Writing in a generation which the
 * other has left behind does not count: it was mirrored, or belongs to what a
 * forced promotion gave up.
 */
static bool moved_on(const struct mn_facts *self, const struct mn_facts *other)
{
	if (!has_flag(self, MN_HELLO_F_MOVED_ON))
		return false;
	return self->generation == other->generation || !knows(other, self->generation);
}

static struct mn_verdict verdict(u8 kind, u8 reason)
{
	return (struct mn_verdict){ .kind = kind, .reason = reason };
}

static struct mn_verdict refuse(u8 reason)
{
	return verdict(MN_VERDICT_REFUSE, reason);
}

/*
 * Nothing may be sent. Two that diverged from a common generation are split
 * brain; everything else, strangers included, is data from another source.
 */
static struct mn_verdict diverged(const struct mn_facts *a, const struct mn_facts *b)
{
	if (have_common(a, b) && moved_on(a, b) && moved_on(b, a))
		return verdict(MN_VERDICT_SPLIT_BRAIN, MN_REASON_SPLIT_BRAIN);
	return refuse(MN_REASON_OTHER_SOURCE);
}

/*
 * A side that is behind what it announced once was restored from an older image. Where a
 * person wants a full resync for it, nothing of that image is relied on.
 */
static bool rolled_back(const struct mn_facts *other, const struct mn_facts *witness)
{
	return other->position < witness->peer_position &&
	       !has_flag(witness, MN_HELLO_F_FULL_NEEDED);
}

/*
 * What the generations allow, if the target's data may be written at all. A
 * target without a generation that needs no full resync was declared equal by a
 * person, or is in the middle of its first one.
 */
static struct mn_verdict compare(const struct mn_facts *source, const struct mn_facts *target)
{
	u64 theirs = target->generation;
	bool full = has_flag(source, MN_HELLO_F_FULL_NEEDED) ||
		has_flag(target, MN_HELLO_F_FULL_NEEDED);

	if (theirs && !knows(source, theirs))
		return diverged(source, target);
	if (theirs && theirs != source->generation && knows(target, source->generation))
		return diverged(source, target);	/* the source is the one behind */
	if (theirs && !slot_proves(source, theirs))
		full = true;	/* only in the history: the slot proves nothing */
	return verdict(full ? MN_VERDICT_FULL : MN_VERDICT_PARTIAL, MN_REASON_NONE);
}

static bool same_stream(const struct mn_facts *source, const struct mn_facts *target)
{
	return source->stream && source->stream == target->stream;
}

/*
 * The target has less than it acknowledged, or more than it was sent: one of the two is a machine
 * that was put back with its memory. No bitmap tells what it lacks.
 */
static bool stream_rolled_back(const struct mn_facts *source, const struct mn_facts *target)
{
	return same_stream(source, target) &&
	       (target->applied < source->applied || target->applied > source->sequence) &&
	       !has_flag(source, MN_HELLO_F_FULL_NEEDED) &&
	       !has_flag(target, MN_HELLO_F_FULL_NEEDED);
}

/* Can the stream of an earlier link go on where the target stands? */
static bool may_resume(const struct mn_facts *source, const struct mn_facts *target)
{
	return same_stream(source, target) && (target->data_state == MN_DATA_CURRENT ||
					       target->data_state == MN_DATA_OUTDATED);
}

static struct mn_verdict judge(const struct mn_facts *source, const struct mn_facts *target)
{
	struct mn_verdict result;

	if (target->role != MN_ROLE_TARGET)
		return refuse(MN_REASON_OPERATION);
	if (has_flag(target, MN_HELLO_F_WRITTEN) || has_flag(target, MN_HELLO_F_UNLOCKED))
		return refuse(MN_REASON_TARGET_UNLOCKED);
	if (has_flag(target, MN_HELLO_F_BLANK))
		return verdict(MN_VERDICT_FULL, MN_REASON_NONE);
	if (rolled_back(source, target) || rolled_back(target, source) ||
	    stream_rolled_back(source, target))
		return refuse(MN_REASON_ROLLED_BACK);
	result = compare(source, target);
	if (result.kind == MN_VERDICT_PARTIAL && may_resume(source, target))
		result.kind = MN_VERDICT_RESUME;
	return result;
}

static u8 the_source(const struct mn_facts *a, const struct mn_facts *b)
{
	bool a_is = a->role == MN_ROLE_SOURCE;
	bool b_is = b->role == MN_ROLE_SOURCE;

	if (a_is == b_is)
		return MN_NO_SOURCE;
	return a_is ? 0 : 1;
}

/* Was its present generation taken, and nothing written in it? The one before is on this mirror. */
static bool is_unwritten(const struct mn_facts *self)
{
	return !has_flag(self, MN_HELLO_F_MOVED_ON) && self->history[0] &&
	       self->history[0] == self->base && self->old_base != self->generation;
}

/* Two that both wrote nothing: the same one says so at both ends. */
static bool goes_first(const struct mn_facts *self, const struct mn_facts *other)
{
	return memcmp(self->node_uuid, other->node_uuid, MN_UUID_LEN) < 0;
}

/*
 * The other, or the source that it follows as a target, took over from what this one has. Not
 * where one of the two needs a full resync: what nobody marked may be all that somebody wrote.
 */
static bool is_replaced(const struct mn_facts *self, const struct mn_facts *other)
{
	return knows(other, self->generation) && !has_flag(self, MN_HELLO_F_UNLOCKED) &&
	       !has_flag(self, MN_HELLO_F_FULL_NEEDED) &&
	       !has_flag(other, MN_HELLO_F_FULL_NEEDED);
}

/* What a target says counts, unless it may be overwritten, or this source is an older image. */
static bool can_be_believed(const struct mn_facts *self, const struct mn_facts *target)
{
	return target->role == MN_ROLE_TARGET && !has_flag(target, MN_HELLO_F_BLANK) &&
	       self->position >= target->peer_position;
}

enum mn_yield mn_generation_yields(const struct mn_facts *self, const struct mn_facts *other)
{
	if (self->role != MN_ROLE_SOURCE || !other->generation || knows(self, other->generation))
		return MN_YIELD_NO;
	if (other->role != MN_ROLE_SOURCE)
		return can_be_believed(self, other) && is_replaced(self, other) ?
		       MN_YIELD_REPLACED : MN_YIELD_NO;
	if (knows(other, self->generation))
		return is_replaced(self, other) ? MN_YIELD_REPLACED : MN_YIELD_NO;
	if (!is_unwritten(self) || !knows(other, self->base))
		return MN_YIELD_NO;
	if (is_unwritten(other) && knows(self, other->base) && goes_first(self, other))
		return MN_YIELD_NO;
	return MN_YIELD_UNWRITTEN;
}

struct mn_verdict mn_generation_decide(const struct mn_facts *a, const struct mn_facts *b)
{
	u8 source = the_source(a, b);
	struct mn_verdict result;

	if (a->sectors != b->sectors) {
		result = refuse(MN_REASON_SIZE_MISMATCH);
	} else if (a->sector_size != b->sector_size) {
		result = refuse(MN_REASON_SECTOR_MISMATCH);
	} else if (mn_generation_yields(a, b) || mn_generation_yields(b, a)) {
		source = MN_NO_SOURCE;
		result = refuse(MN_REASON_OPERATION);
	} else if (source != MN_NO_SOURCE) {
		result = source ? judge(b, a) : judge(a, b);
	} else if (a->role == MN_ROLE_SOURCE) {
		result = diverged(a, b);
	} else {
		result = verdict(MN_VERDICT_NO_SOURCE, MN_REASON_OPERATION);
	}
	result.source = source;
	return result;
}

bool mn_generation_may_be_held(u64 generation, u64 base, u64 old_base)
{
	return generation && (generation == base || generation == old_base);
}

bool mn_generation_was_held(u64 generation, u64 present, const u64 *history)
{
	int i;

	if (!generation || generation == present)
		return generation;
	for (i = 0; i < MN_HISTORY; i++)
		if (history[i] == generation)
			return true;
	return false;
}

void mn_generation_step_back(u64 *generation, u64 *history)
{
	if (!history[0])
		return;
	*generation = history[0];
	memmove(history, history + 1, (MN_HISTORY - 1) * sizeof(*history));
	history[MN_HISTORY - 1] = 0;
}

void mn_generation_advance(u64 *generation, u64 *history, u64 fresh)
{
	if (*generation == fresh)
		return;
	if (*generation) {
		memmove(history + 1, history, (MN_HISTORY - 1) * sizeof(*history));
		history[0] = *generation;
	}
	*generation = fresh;
}

void mn_facts_from_hello(const struct mn_wire_hello *hello, struct mn_facts *out)
{
	int i;

	memcpy(out->node_uuid, hello->node_uuid, MN_UUID_LEN);
	out->sectors = le64_to_cpu(hello->sectors);
	out->sector_size = le32_to_cpu(hello->sector_size);
	out->role = hello->role;
	out->data_state = hello->data_state;
	out->flags = le32_to_cpu(hello->flags);
	out->generation = le64_to_cpu(hello->generation);
	out->base = le64_to_cpu(hello->base);
	out->old_base = le64_to_cpu(hello->old_base);
	for (i = 0; i < MN_HISTORY; i++)
		out->history[i] = le64_to_cpu(hello->history[i]);
	out->position = le64_to_cpu(hello->position);
	out->peer_position = le64_to_cpu(hello->peer_position);
	out->fresh = le64_to_cpu(hello->fresh);
	out->stream = le64_to_cpu(hello->stream);
	out->applied = le64_to_cpu(hello->applied);
	out->sequence = le64_to_cpu(hello->sequence);
}
