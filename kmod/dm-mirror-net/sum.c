// SPDX-License-Identifier: GPL-2.0-only
/*
 * sum: a block's strong checksum (L2; docs/resync.md)
 */
#include <crypto/blake2s.h>
#include <linux/mm.h>
#include "sum.h"

void mn_sum(const struct mn_payload *payload, struct mn_wire_compare *sum)
{
	struct blake2s_state state;
	u32 i;

	BUILD_BUG_ON(sizeof(sum->sum) != BLAKE2S_HASH_SIZE);
	blake2s_init(&state, sizeof(sum->sum));
	for (i = 0; i < payload->pages; i++) {
		const struct bio_vec *vec = &payload->vec[i];

		blake2s_update(&state, page_address(vec->bv_page), vec->bv_len);
	}
	blake2s_final(&state, sum->sum);
}
