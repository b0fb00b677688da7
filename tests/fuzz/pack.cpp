// SPDX-License-Identifier: GPL-2.0-or-later
//
// The table of a packed payload from a peer that may send anything: what is let through leads no
// receiver past its buffers (recv.c reads and unpacks by these lengths).
#include "fuzz.hpp"

extern "C" {
#include "pack.h"
}

namespace {

// As wire.c lets them through.
void read_table(fuzz::Input& input)
{
    const u32 sectors = 1 + input.take<std::uint16_t>() % (MN_FRAME_PAYLOAD_MAX / 512);
    const u32 data = sectors * 512;
    const u32 packed = 1 + input.take<std::uint32_t>() % (data - 1);
    u32 lengths[MN_PACK_CHUNKS] = {};
    __le32 table[MN_PACK_TABLE_MAX / 4];

    for (auto& length : table)
        length = cpu_to_le32(input.take<std::uint32_t>() & (input.take<std::uint8_t>() & 1 ? 0x1ffff : ~0U));
    MUST(mn_pack_chunks(data) <= MN_PACK_CHUNKS);
    MUST(mn_pack_table_bytes(data) <= sizeof(table));
    if (!mn_pack_read_table(table, packed, data, lengths))
        return;
    std::uint64_t packed_sum = mn_pack_table_bytes(data), data_sum = 0;
    for (u32 i = 0; i < mn_pack_chunks(data); i++) {
        MUST(mn_pack_chunk_data(data, i) <= MN_PACK_CHUNK);
        MUST(lengths[i] && lengths[i] <= mn_pack_chunk_data(data, i));
        packed_sum += lengths[i];
        data_sum += mn_pack_chunk_data(data, i);
    }
    MUST(packed_sum == packed);
    MUST(data_sum == data);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    fuzz::Input input(data, size);

    while (!input.empty())
        read_table(input);
    MUST(!shim_warnings);
    return 0;
}
