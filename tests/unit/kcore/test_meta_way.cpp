// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of writes while the metadata cannot be written.
#include "kcore.hpp"

#include <vector>

namespace kcore {

class MetaWay : public Test {
protected:
    static constexpr mn_meta_copy nothing{false, false}, asked{false, true}, stored{true, false};

    static u8 way(bool wished, bool patient, const std::vector<mn_meta_copy> &copies)
    {
        return mn_meta_way(wished, patient, copies.data(), static_cast<u32>(copies.size()));
    }
};

TEST_F(MetaWay, Table)
{
    struct {
        bool wished, patient;
        std::vector<mn_meta_copy> copies;
        u8 way;
    } const cases[] = {
        {true, true, {stored}, MN_META_CONTINUE},
        {true, true, {asked}, MN_META_WAIT},
        {true, true, {nothing}, MN_META_STOP},
        {true, true, {stored, stored}, MN_META_CONTINUE},
        {true, true, {stored, asked}, MN_META_WAIT},
        {true, true, {asked, stored}, MN_META_WAIT},
        {true, true, {stored, nothing}, MN_META_STOP},
        {true, true, {asked, nothing}, MN_META_STOP},
        {true, true, {nothing, asked}, MN_META_STOP},
        {true, true, {}, MN_META_CONTINUE},
        {true, false, {asked}, MN_META_STOP},
        {true, false, {stored, asked}, MN_META_STOP},
        {true, false, {stored, stored}, MN_META_CONTINUE},
    };

    for (const auto &each : cases)
        EXPECT_EQ(way(each.wished, each.patient, each.copies), each.way) << &each - cases;
}

// Whatever else is so: nobody goes on unasked, nobody goes on while a copy may pass for current.
TEST_F(MetaWay, EveryCaseOfThreeCopies)
{
    const mn_meta_copy kinds[] = {nothing, asked, stored, {true, true}};

    for (unsigned int which = 0; which < 64; which++)
        for (bool wished : {false, true})
            for (bool patient : {false, true}) {
                const std::vector<mn_meta_copy> copies{kinds[which & 3], kinds[which >> 2 & 3],
                                                       kinds[which >> 4 & 3]};
                const u8 got = way(wished, patient, copies);
                bool all = true;

                for (const auto &copy : copies)
                    all &= copy.stored;
                EXPECT_EQ(got == MN_META_CONTINUE, wished && all) << which;
                EXPECT_TRUE(got != MN_META_WAIT || (wished && patient)) << which;
                EXPECT_NE(got, MN_META_FINE);
            }
}

}  // namespace kcore
