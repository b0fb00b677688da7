// SPDX-License-Identifier: GPL-2.0-or-later
//
// What `perf --prometheus` prints, read as strictly as the format (0.0.4) allows.
#include "ops/status/counters.hpp"
#include "ops/status/prometheus.hpp"

#include <gtest/gtest.h>
#include <map>
#include <regex>
#include <set>

using namespace mirrornet;

namespace {

using Labels = std::map<std::string, std::string>;

struct Metric {
    std::string help, type;
    std::map<Labels, double> samples; // of a histogram its buckets
    std::map<Labels, double> sums, counts;
};

// Fails the test at the first breach of the format.
class Reader {
public:
    explicit Reader(const std::string& text) : text_(text)
    {
        if (!text_.empty() && text_.back() != '\n')
            fail("the last line does not end");
        while (at_ < text_.size() && !failed_)
            line();
    }
    std::map<std::string, Metric> metrics;

private:
    void fail(const std::string& why)
    {
        failed_ = true;
        ADD_FAILURE() << why << " in: " << line_;
    }
    void line()
    {
        const auto end = text_.find('\n', at_);
        line_ = text_.substr(at_, end - at_);
        at_ = end + 1;
        line_.starts_with("#") ? comment() : sample();
    }
    void comment()
    {
        std::smatch found;
        if (!std::regex_match(line_, found,
                              std::regex("# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)")))
            return fail("not a comment of the format");
        const auto name = found[2].str();
        if (found[1] == "HELP") {
            if (metrics.contains(name))
                return fail("a second group of one name");
            current_ = name;
            metrics[name].help = found[3];
            if (std::regex_search(found[3].str(), std::regex(R"(\\($|[^\\n]))")))
                fail("a wrong escape");
            return;
        }
        if (name != current_ || !metrics[name].type.empty() || !metrics[name].samples.empty())
            return fail("TYPE not right behind HELP");
        metrics[name].type = found[3];
        if (found[3] != "gauge" && found[3] != "counter" && found[3] != "histogram")
            fail("no such type");
    }
    void sample()
    {
        const auto brace = line_.find('{');
        if (brace == std::string::npos || !line_.starts_with(current_))
            return fail("a sample outside of its group");
        const auto suffix = line_.substr(current_.size(), brace - current_.size());
        const bool histogram = metrics[current_].type == "histogram";
        if (histogram ? suffix != "_bucket" && suffix != "_sum" && suffix != "_count" : !suffix.empty())
            return fail("a sample outside of its group");
        std::size_t at = brace + 1;
        const auto labels = read_labels(at);
        std::smatch found;
        const auto rest = line_.substr(at);
        if (!std::regex_match(rest, found, std::regex(R"( (-?[0-9]+(\.[0-9]+)?))")))
            return fail("no value");
        auto& samples = suffix.empty() || suffix == "_bucket" ? metrics[current_].samples
                        : suffix == "_sum"                     ? metrics[current_].sums
                                                               : metrics[current_].counts;
        if (histogram && (suffix == "_bucket") != labels.contains("le"))
            return fail("a bucket without its bound, or the other way round");
        if (!samples.emplace(labels, std::stod(found[1])).second)
            fail("the same sample twice");
    }
    // Up to behind the closing brace.
    Labels read_labels(std::size_t& at)
    {
        Labels labels;
        for (;;) {
            const auto equals = line_.find("=\"", at);
            if (equals == std::string::npos)
                return fail("no label"), labels;
            const auto name = line_.substr(at, equals - at);
            if (!std::regex_match(name, std::regex("[a-zA-Z_][a-zA-Z0-9_]*")))
                return fail("no name of a label"), labels;
            at = equals + 2;
            if (!labels.emplace(name, read_quoted(at)).second)
                return fail("a label twice"), labels;
            const char next = at < line_.size() ? line_[at++] : '\0';
            if (next == '}')
                return labels;
            if (next != ',')
                return fail("labels do not end"), labels;
        }
    }
    std::string read_quoted(std::size_t& at)
    {
        std::string value;
        for (; at < line_.size(); at++) {
            if (line_[at] == '"')
                return at++, value;
            if (line_[at] != '\\') {
                value += line_[at];
                continue;
            }
            const char escape = ++at < line_.size() ? line_[at] : '\0';
            if (escape != '\\' && escape != '"' && escape != 'n')
                return fail("a wrong escape"), value;
            value += escape == 'n' ? '\n' : escape;
        }
        return fail("a value does not end"), value;
    }

    std::string text_, line_, current_;
    std::size_t at_ = 0;
    bool failed_ = false;
};

ops::VolumeStatus volume(const std::string& name, const std::vector<std::string>& nodes)
{
    ops::VolumeStatus volume;
    volume.name = name;
    volume.record.emplace();
    volume.record->intent_writes = 17;
    volume.level = Level::degraded;
    for (const auto& node : nodes) {
        ops::MirrorStatus mirror;
        mirror.node = node;
        mirror.record.state = MirrorState::paused;
        mirror.record.queue_age_ms = 1042;
        mirror.record.queue_byte_limit_mib = 3;
        mirror.record.sent_bytes = 123456789012;
        mirror.record.elapsed_s = 99;
        mirror.record.lag_ms = 2500;
        mirror.record.remote_latency.writes[0] = 2;  // up to 1 us
        mirror.record.remote_latency.writes[11] = 3; // up to 2.048 ms
        mirror.record.remote_latency.writes.back() = 1;
        mirror.record.remote_latency.sum_us = 20'006'002;
        volume.mirrors.push_back(mirror);
    }
    return volume;
}

const Labels home_b{{"volume", "home"}, {"peer", "b"}};

} // namespace

TEST(Prometheus, EveryCounterOfEveryMirrorOnce)
{
    const auto report = ops::StatusReport{"a", {volume("home", {"b", "c"}), volume("www", {"b"})}, {}};
    const auto metrics = Reader(ops::prometheus_text(report)).metrics;
    std::size_t of_mirrors = 0, of_volumes = 0;
    for (const auto& [name, metric] : metrics) {
        SCOPED_TRACE(name);
        EXPECT_TRUE(name.starts_with("mirror_net_"));
        EXPECT_FALSE(metric.help.empty());
        EXPECT_EQ(metric.type == "counter", name.ends_with("_total"));
        (name.starts_with("mirror_net_volume_") ? of_volumes : of_mirrors)++;
        const std::size_t each = metric.type == "histogram" ? MN_LATENCY_BUCKETS : 1;
        EXPECT_EQ(metric.samples.size(), each * (name.starts_with("mirror_net_volume_") ? 2 : 3));
    }
    EXPECT_EQ(of_mirrors, ops::counters_of(nl::MirrorRecord{}).size() +
                              ops::histograms_of(nl::MirrorRecord{}).size());
    EXPECT_EQ(of_volumes, ops::counters_of(nl::VolumeRecord{}).size() +
                              ops::histograms_of(nl::VolumeRecord{}).size() + 2); // level, active
}

// The eighteen of the specification, whose names others rely on.
TEST(Prometheus, TheNamesAreFixed)
{
    const std::map<std::string, std::string> fixed{
        {"mirror_elapsed_time_seconds_total", "counter"}, {"mirror_state", "gauge"},
        {"mirror_type", "gauge"}, {"network_reconnects_total", "counter"},
        {"queue_byte_limit_bytes", "gauge"}, {"queue_current_age_seconds", "gauge"},
        {"queue_current_bytes", "gauge"}, {"queue_current_length", "gauge"},
        {"queue_high_water", "gauge"}, {"queue_low_water", "gauge"}, {"resync_reads", "gauge"},
        {"resync_current_block", "gauge"}, {"resync_dirty_blocks", "gauge"},
        {"resync_elapsed_time_seconds", "gauge"}, {"resync_new_writes", "gauge"},
        {"resync_pass", "gauge"}, {"resync_total_blocks", "gauge"}, {"resync_phase", "gauge"},
        {"sent_bytes_total", "counter"}, {"received_bytes_total", "counter"},
        {"volume_intent_writes_total", "counter"}, {"volume_level", "gauge"}};
    const auto metrics = Reader(ops::prometheus_text({"a", {volume("home", {"b"})}, {}})).metrics;
    for (const auto& [name, type] : fixed) {
        ASSERT_TRUE(metrics.contains("mirror_net_" + name)) << name;
        EXPECT_EQ(metrics.at("mirror_net_" + name).type, type) << name;
    }
}

TEST(Prometheus, ValuesAreInBaseUnits)
{
    auto metrics = Reader(ops::prometheus_text({"a", {volume("home", {"b"})}, {}})).metrics;
    const auto value = [&](const std::string& name, const Labels& labels) {
        return metrics["mirror_net_" + name].samples.at(labels);
    };
    EXPECT_DOUBLE_EQ(value("queue_current_age_seconds", home_b), 1.042);
    EXPECT_EQ(value("queue_byte_limit_bytes", home_b), 3 << 20);
    EXPECT_EQ(value("sent_bytes_total", home_b), 123456789012);
    EXPECT_EQ(value("mirror_elapsed_time_seconds_total", home_b), 99);
    EXPECT_DOUBLE_EQ(value("lag_time_seconds", home_b), 2.5);
    EXPECT_EQ(value("mirror_state", home_b), 4);
    EXPECT_EQ(value("volume_level", {{"volume", "home"}}), 22);
    EXPECT_EQ(value("volume_active", {{"volume", "home"}}), 1);
    EXPECT_EQ(value("volume_intent_writes_total", {{"volume", "home"}}), 17);
}

TEST(Prometheus, ALatencyIsAHistogramOfSeconds)
{
    auto metrics = Reader(ops::prometheus_text({"a", {volume("home", {"b"})}, {}})).metrics;
    const auto& metric = metrics["mirror_net_remote_latency_seconds"];
    EXPECT_EQ(metric.type, "histogram");
    EXPECT_EQ(metrics["mirror_net_volume_local_latency_seconds"].type, "histogram");
    const auto bucket = [&](const char* bound) {
        auto labels = home_b;
        labels["le"] = bound;
        return metric.samples.at(labels);
    };
    EXPECT_EQ(bucket("0.000001"), 2);
    EXPECT_EQ(bucket("0.001024"), 2);
    EXPECT_EQ(bucket("0.002048"), 5);
    EXPECT_EQ(bucket("16.777216"), 5);
    EXPECT_EQ(bucket("+Inf"), 6);
    EXPECT_EQ(metric.counts.at(home_b), 6);
    EXPECT_DOUBLE_EQ(metric.sums.at(home_b), 20.006002);
}

TEST(Latency, SaysWithinWhichBoundAShareOfTheWritesWas)
{
    nl::Latency latency;
    EXPECT_EQ(latency.within_us(0.5), 1u) << "of nothing";
    latency.writes[3] = 98;
    latency.writes[10] = 1;
    latency.writes.back() = 1;
    EXPECT_EQ(latency.count(), 100u);
    EXPECT_EQ(latency.within_us(0.5), 8u);
    EXPECT_EQ(latency.within_us(0.99), 1024u);
    EXPECT_EQ(latency.within_us(1), std::nullopt);
}

TEST(Prometheus, WhateverANameHoldsIsEscaped)
{
    const std::string odd = "a\"b\\c\nd{e}=,\\n";
    auto metrics = Reader(ops::prometheus_text({"a", {volume(odd, {odd})}, {}})).metrics;
    EXPECT_TRUE(metrics["mirror_net_mirror_state"].samples.contains({{"volume", odd}, {"peer", odd}}));
    EXPECT_TRUE(metrics["mirror_net_volume_active"].samples.contains({{"volume", odd}}));
}

TEST(Prometheus, InvalidIsANumberAndAVolumeThatIsNotActiveIsSeen)
{
    auto home = volume("home", {"b"});
    home.mirrors[0].record.state = MirrorState::invalid;
    auto www = volume("www", {});
    www.record.reset();
    auto metrics = Reader(ops::prometheus_text({"a", {home, www}, {}})).metrics;
    EXPECT_EQ(metrics["mirror_net_mirror_state"].samples.at(home_b), -1);
    EXPECT_EQ(metrics["mirror_net_volume_active"].samples.at({{"volume", "www"}}), 0);
    EXPECT_EQ(metrics["mirror_net_volume_openers"].samples.size(), 1u);
}

// Two volumes of one name (a stray one, beside the configured): the format allows no sample twice.
TEST(Prometheus, OneSampleOfOneNameAndNothingOfNothing)
{
    const auto home = volume("home", {"b"});
    EXPECT_EQ(Reader(ops::prometheus_text({"a", {home, home}, {}})).metrics.size(),
              Reader(ops::prometheus_text({"a", {home}, {}})).metrics.size());
    EXPECT_EQ(ops::prometheus_text({"a", {}, {}}), "");
}
