// SPDX-License-Identifier: GPL-2.0-or-later
//
// Every option of the product: one table says its name, scope, unit, range and
// default; nothing else in the tree repeats one of these.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mirrornet {

// In the order of the table.
enum class Option : int {
    mode,
    compression,
    bandwidth_limit,
    resync_bandwidth_limit,
    encryption,
    ping_interval,
    max_ping_misses,
    stall_timeout,
    port,
    write_queue_high_water,
    write_queue_byte_limit,
    on_queue_limit,
    async_flush,
    on_sync_loss,
    fence_timeout,
    on_fence_timeout,
    auto_resync,
    resync_reads,
    max_resync_passes,
    resync_low_water,
    resync_block_writes_timeout,
    parallel_resyncs,
    snapshot_chunk,
    quiesce_timeout,
    snapshot_before_resync,
    keep_lost_writes,
    allowed_roles,
    intent_region,
    intent_limit,
    metadata_wait,
    on_metadata_error,
    boot_wait,
    boot_alone,
    shutdown_drain,
};

// Bits: allowed-roles belongs to nodes and to their copies of volumes.
enum Scope : unsigned {
    scope_mirror = 1,
    scope_volume = 2,
    scope_node = 4,
    scope_pair = 8, // of two nodes, whatever they mirror
    scope_copy = 16, // of a volume on one node
};

// Values of an option with words, in the order of its choices.
enum class Encryption : int { tls, none };
enum class RoleSet : int { both, source, target };

struct OptionSpec {
    Option id;
    std::string_view name;
    unsigned scopes;
    std::string_view unit; // "" where the value is a bare number or a word
    std::int64_t fallback; // the default; for words the index of the choice
    std::int64_t least, most;
    bool zero_too;       // 0 is allowed outside the range ("none", "no limit")
    bool power_of_two;
    bool live;           // may change while the volume is active
    bool in_this_version; // false: nothing reads it yet, only the default can be set
    std::span<const std::string_view> choices; // empty for numbers
    std::string_view help;

    bool is_word() const { return !choices.empty(); }
};

std::span<const OptionSpec> all_options();
const OptionSpec& spec_of(Option id);
const OptionSpec& find_option(std::string_view name); // Error(usage) if unknown

// "0, 64-1000000 kbit/s" or "pause, block".
std::string allowed_values(const OptionSpec& spec);

// A value as typed: a word, or a number, bare or with the option's unit
// ("3000", "3000ms"; sizes also with KiB, MiB, GiB, times with ms, s, min, h, rates
// with kbit/s, Mbit/s, Gbit/s, where that is a whole number). Error(usage) names the
// option and what is allowed.
std::int64_t parse_value(const OptionSpec& spec, std::string_view text);
void check_value(const OptionSpec& spec, std::int64_t value);

std::string print_value(const OptionSpec& spec, std::int64_t value);    // "3000", "pause"
std::string describe_value(const OptionSpec& spec, std::int64_t value); // "3000 ms"

// The options that were set at one place (a volume, a mirror, a node, a pair);
// what was not set has its default.
class OptionSet {
public:
    explicit OptionSet(unsigned scopes) : scopes_(scopes) {}

    std::int64_t get(Option id) const;
    template <typename E> E get_as(Option id) const { return static_cast<E>(get(id)); }
    bool is_set(Option id) const { return values_.contains(id); }

    void set(Option id, std::int64_t value); // Error(usage): range, scope or version
    void set(std::string_view name, std::string_view text);
    void reset(Option id) { values_.erase(id); }

    // What is set in `defaults`, belongs here and is not set here; says which that was.
    std::vector<Option> take_defaults(const OptionSet& defaults);

    const std::map<Option, std::int64_t>& values() const { return values_; }
    unsigned scopes() const { return scopes_; }
    bool operator==(const OptionSet&) const = default;

private:
    unsigned scopes_;
    std::map<Option, std::int64_t> values_;
};

} // namespace mirrornet
