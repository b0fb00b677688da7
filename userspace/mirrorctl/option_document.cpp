// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/option_document.hpp"

namespace mirrornet::ctl {

using nlohmann::json;

json option_document(const OptionSpec& spec, std::int64_t value)
{
    json document{{"option", spec.name}};
    document["value"] = spec.is_word() ? json(print_value(spec, value)) : json(value);
    if (!spec.unit.empty())
        document["unit"] = spec.unit;
    return document;
}

} // namespace mirrornet::ctl
