// SPDX-License-Identifier: GPL-2.0-only
/*
 * track: dirty and pending blocks of one slot (L0, pure)
 *
 * All work is done word by word: bitmap_set() and its kind count in unsigned
 * int, which is too small for a volume of 1 PiB. Bits at and beyond
 * track->blocks are never set, so whole words can be read without care.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/dm_mirror_net.h>

#include "track.h"

#define MN_TRACK_PAGE_WORDS	(MN_TRACK_PAGE_BITS / BITS_PER_LONG)
#define MN_TRACK_SPAN_WORDS	(MN_TRACK_SPAN_BITS / BITS_PER_LONG)

void mn_track_init(struct mn_track *track, u64 blocks, unsigned long *dirty,
		   unsigned long **table0, unsigned long **table1)
{
	memset(track, 0, sizeof(*track));
	track->blocks = blocks;
	track->pages = (blocks + MN_TRACK_PAGE_BITS - 1) / MN_TRACK_PAGE_BITS;
	track->dirty = dirty;
	track->pending[0].page = table0;
	track->pending[1].page = table1;
}

void mn_track_span(u64 sector, u32 sectors, u64 *first, u64 *last)
{
	*first = sector >> (MN_BLOCK_SHIFT - 9);
	*last = (sector + sectors - 1) >> (MN_BLOCK_SHIFT - 9);
}

/* Whoever asks for blocks that do not exist has a bug; memory stays whole. */
static bool span_is_sane(const struct mn_track *track, u64 first, u64 last)
{
	return !WARN_ON_ONCE(first > last || last >= track->blocks);
}

/* The bits of word `word` that lie in first..last. */
static unsigned long word_mask(u64 word, u64 first, u64 last)
{
	unsigned long mask = ~0UL;

	if (word == first / BITS_PER_LONG)
		mask &= ~0UL << (first % BITS_PER_LONG);
	if (word == last / BITS_PER_LONG)
		mask &= ~0UL >> (BITS_PER_LONG - 1 - last % BITS_PER_LONG);
	return mask;
}

static u64 dirty_or(struct mn_track *track, u64 word, unsigned long mask)
{
	unsigned long added = mask & ~track->dirty[word];

	track->dirty[word] |= mask;
	track->dirty_bits += hweight_long(added);
	return hweight_long(added);
}

u64 mn_track_set_dirty(struct mn_track *track, u64 first, u64 last)
{
	u64 added = 0;
	u64 word;

	if (!span_is_sane(track, first, last))
		return 0;
	for (word = first / BITS_PER_LONG; word <= last / BITS_PER_LONG; word++)
		added += dirty_or(track, word, word_mask(word, first, last));
	return added;
}

u64 mn_track_clear_dirty(struct mn_track *track, u64 first, u64 last)
{
	unsigned long gone;
	u64 cleared = 0;
	u64 word;

	if (!span_is_sane(track, first, last))
		return 0;
	for (word = first / BITS_PER_LONG; word <= last / BITS_PER_LONG; word++) {
		gone = track->dirty[word] & word_mask(word, first, last);
		track->dirty[word] &= ~gone;
		cleared += hweight_long(gone);
	}
	track->dirty_bits -= cleared;
	return cleared;
}

bool mn_track_all_dirty(const struct mn_track *track, u64 first, u64 last)
{
	u64 word;

	if (!span_is_sane(track, first, last))
		return false;
	for (word = first / BITS_PER_LONG; word <= last / BITS_PER_LONG; word++)
		if (~track->dirty[word] & word_mask(word, first, last))
			return false;
	return true;
}

u64 mn_track_next_dirty(const struct mn_track *track, u64 from)
{
	if (from >= track->blocks || !track->dirty_bits)
		return track->blocks;
	return find_next_bit(track->dirty, track->blocks, from);
}

static struct mn_pending *collecting(struct mn_track *track)
{
	return &track->pending[track->collecting];
}

static struct mn_pending *waiting(struct mn_track *track)
{
	return &track->pending[!track->collecting];
}

/* The word of a generation, 0 where it has no page. */
static unsigned long pending_word(const struct mn_pending *pending, u64 word)
{
	const unsigned long *page = pending->page[word / MN_TRACK_PAGE_WORDS];

	return page ? page[word % MN_TRACK_PAGE_WORDS] : 0;
}

static unsigned long any_pending_word(const struct mn_track *track, u64 word)
{
	return pending_word(&track->pending[0], word) | pending_word(&track->pending[1], word);
}

/* Pages no longer used hang together by their first word. */
static void page_release(struct mn_track *track, unsigned long *page)
{
	page[0] = (unsigned long)track->free;
	track->free = page;
	track->free_pages++;
}

unsigned long *mn_track_take_free(struct mn_track *track)
{
	unsigned long *page = track->free;

	if (page) {
		track->free = (unsigned long *)page[0];
		track->free_pages--;
	}
	return page;
}

/* A zeroed page: one that was in use before if there is one, else a spare. */
static unsigned long *page_obtain(struct mn_track *track)
{
	unsigned long *page = mn_track_take_free(track);

	if (page)
		return memset(page, 0, MN_TRACK_PAGE_BYTES);
	return track->spare[--track->spares];
}

u32 mn_track_spares_wanted(const struct mn_track *track)
{
	return MN_TRACK_SPARES - track->spares;
}

void mn_track_add_spare(struct mn_track *track, unsigned long *zeroed_page)
{
	if (track->spares < MN_TRACK_SPARES)
		track->spare[track->spares++] = zeroed_page;
	else
		page_release(track, zeroed_page);
}

/* Provide the pages for first..last in the collecting generation, all or none. */
static bool provide_pages(struct mn_track *track, u64 first, u64 last)
{
	unsigned long **page = collecting(track)->page;
	u64 last_page = last / MN_TRACK_PAGE_BITS;
	u64 missing = 0;
	u64 at;

	for (at = first / MN_TRACK_PAGE_BITS; at <= last_page; at++)
		missing += !page[at];
	if (missing > (u64)track->free_pages + track->spares)
		return false;
	for (at = first / MN_TRACK_PAGE_BITS; at <= last_page; at++)
		if (!page[at])
			page[at] = page_obtain(track);
	return true;
}

bool mn_track_set_pending(struct mn_track *track, u64 first, u64 last)
{
	struct mn_pending *pending = collecting(track);
	unsigned long *in, mask;
	u64 word;

	if (!span_is_sane(track, first, last))
		return true;
	if (!provide_pages(track, first, last))
		return false;
	for (word = first / BITS_PER_LONG; word <= last / BITS_PER_LONG; word++) {
		in = pending->page[word / MN_TRACK_PAGE_WORDS] + word % MN_TRACK_PAGE_WORDS;
		mask = word_mask(word, first, last);
		pending->bits += hweight_long(mask & ~*in);
		*in |= mask;
	}
	return true;
}

bool mn_track_any_pending(const struct mn_track *track, u64 first, u64 last)
{
	u64 word;

	if (!span_is_sane(track, first, last))
		return true;
	for (word = first / BITS_PER_LONG; word <= last / BITS_PER_LONG; word++)
		if (any_pending_word(track, word) & word_mask(word, first, last))
			return true;
	return false;
}

static u32 page_weight(const unsigned long *page)
{
	u32 word, bits = 0;

	for (word = 0; word < MN_TRACK_PAGE_WORDS; word++)
		bits += hweight_long(page[word]);
	return bits;
}

/* Take page `at` out of the generation; NULL: it has no bits there. */
static unsigned long *page_take(struct mn_pending *pending, u32 at)
{
	unsigned long *page = pending->page[at];

	pending->page[at] = NULL;
	if (page)
		pending->bits -= page_weight(page);
	return page;
}

/* Tell the caller of every span of the page in which there was a bit. */
static void report_spans(const struct mn_track *track, u32 at, const unsigned long *page,
			 void (*cleared)(void *context, u64 first, u64 count), void *context)
{
	u64 first = (u64)at * MN_TRACK_PAGE_BITS;
	u32 word;

	for (word = 0; word < MN_TRACK_PAGE_WORDS; word += MN_TRACK_SPAN_WORDS) {
		if (memchr_inv(page + word, 0, MN_TRACK_SPAN_BITS / 8))
			cleared(context, first,
				min_t(u64, MN_TRACK_SPAN_BITS, track->blocks - first));
		first += MN_TRACK_SPAN_BITS;
	}
}

static void empty(struct mn_track *track, struct mn_pending *pending,
		  void (*cleared)(void *context, u64 first, u64 count), void *context)
{
	unsigned long *page;
	u32 at;

	for (at = 0; pending->bits && at < track->pages; at++) {
		page = page_take(pending, at);
		if (!page)
			continue;
		report_spans(track, at, page, cleared, context);
		page_release(track, page);
	}
}

/*
 * What has collected may be stable as a whole already: then it goes at once,
 * and a stream that falls quiet leaves nothing pending.
 */
void mn_track_stable(struct mn_track *track, u64 stable, u64 last_sequence,
		     void (*cleared)(void *context, u64 first, u64 count), void *context)
{
	struct mn_pending *old = waiting(track);

	if (old->bits && stable < old->mark)
		return;
	empty(track, old, cleared, context);
	old = collecting(track);
	if (!old->bits)
		return;
	old->mark = last_sequence;
	track->collecting = !track->collecting;
	if (stable >= old->mark)
		empty(track, old, cleared, context);
}

static u64 page_to_dirty(struct mn_track *track, u32 at, const unsigned long *page)
{
	u64 first = (u64)at * MN_TRACK_PAGE_WORDS;
	u64 added = 0;
	u32 word;

	for (word = 0; word < MN_TRACK_PAGE_WORDS; word++)
		if (page[word])
			added += dirty_or(track, first + word, page[word]);
	return added;
}

static u64 pending_to_dirty(struct mn_track *track, struct mn_pending *pending)
{
	unsigned long *page;
	u64 added = 0;
	u32 at;

	for (at = 0; pending->bits && at < track->pages; at++) {
		page = page_take(pending, at);
		if (!page)
			continue;
		added += page_to_dirty(track, at, page);
		page_release(track, page);
	}
	return added;
}

u64 mn_track_give_up(struct mn_track *track)
{
	u64 added = pending_to_dirty(track, &track->pending[0]);

	return added + pending_to_dirty(track, &track->pending[1]);
}

/* The union of word `word`, 0 beyond the end. */
static unsigned long union_word(const struct mn_track *track, u64 word)
{
	if (word * BITS_PER_LONG >= track->blocks)
		return 0;
	return track->dirty[word] | any_pending_word(track, word);
}

/* The union of the blocks from `first` on, one word full, wherever it begins. */
static unsigned long union_from(const struct mn_track *track, u64 first)
{
	u64 word = first / BITS_PER_LONG;
	u32 shift = first % BITS_PER_LONG;
	unsigned long bits = union_word(track, word) >> shift;

	if (shift)
		bits |= union_word(track, word + 1) << (BITS_PER_LONG - shift);
	return bits;
}

void mn_track_union(const struct mn_track *track, u64 first, u32 count, u8 *bits)
{
	unsigned long word = 0;
	u32 at;

	for (at = 0; at < count; at += 8) {
		if (at % BITS_PER_LONG == 0)
			word = union_from(track, first + at);
		*bits = word;
		word >>= 8;
		if (count - at < 8)
			*bits &= (1u << (count - at)) - 1;
		bits++;
	}
}

/* Eight bits or fewer; what lies beyond the end has been cut off by the caller. */
static u64 dirty_or_byte(struct mn_track *track, u64 block, u8 byte)
{
	u64 word = block / BITS_PER_LONG;
	u32 shift = block % BITS_PER_LONG;
	u64 added = dirty_or(track, word, (unsigned long)byte << shift);

	if (shift > BITS_PER_LONG - 8 && byte >> (BITS_PER_LONG - shift))
		added += dirty_or(track, word + 1, byte >> (BITS_PER_LONG - shift));
	return added;
}

u64 mn_track_or_dirty(struct mn_track *track, u64 first, u32 count, const u8 *bits)
{
	u64 added = 0;
	u32 at;
	u8 byte;

	if (!count || !span_is_sane(track, first, first + count - 1))
		return 0;
	for (at = 0; at < count; at += 8) {
		byte = *bits++;
		if (count - at < 8)
			byte &= (1u << (count - at)) - 1;
		if (byte)
			added += dirty_or_byte(track, first + at, byte);
	}
	return added;
}
