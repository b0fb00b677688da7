// SPDX-License-Identifier: GPL-2.0-or-later
//
// Records with random but valid content, reproducible by seed.
#pragma once

#include "model/records.hpp"

#include <random>

class RandomRecords {
public:
    explicit RandomRecords(unsigned seed) : rng_(seed) {}

    mirrornet::NodeConfig node()
    {
        mirrornet::NodeConfig node;
        node.name = name();
        node.id = uuid();
        node.listen = addresses();
        node.version = 1 + upto(INT64_MAX - 1);
        options(node.options);
        options(node.defaults);
        node.maintenance = maintenance();
        return node;
    }

    mirrornet::PeerConfig peer()
    {
        mirrornet::PeerConfig peer;
        peer.name = name();
        peer.id = uuid();
        peer.addresses = addresses();
        peer.may.bits = static_cast<unsigned>(upto(7));
        options(peer.options);
        return peer;
    }

    mirrornet::VolumeConfig volume()
    {
        mirrornet::VolumeConfig volume;
        volume.name = name();
        volume.id = uuid();
        volume.version = 1 + upto(INT64_MAX - 1);
        volume.size = 512 * (1 + upto(1 << 30));
        for (std::uint64_t count = 1 + upto(8); volume.nodes.size() < count;)
            volume.nodes.push_back({"n" + std::to_string(volume.nodes.size()) + name(), uuid()});
        for (std::size_t at = 1; at < volume.nodes.size(); at++) {
            mirrornet::MirrorConfig mirror{volume.nodes[0].name, volume.nodes[at].name};
            options(mirror.options);
            volume.mirrors.push_back(mirror);
        }
        options(volume.options);
        volume.maintenance = maintenance();
        volume.manager = upto(1) ? name() : "";
        return volume;
    }

    mirrornet::JobConfig job()
    {
        mirrornet::JobConfig job;
        job.name = name();
        job.id = uuid();
        job.version = 1 + upto(INT64_MAX - 1);
        job.description = upto(1) ? "\"x\" \\ y" : "";
        for (std::uint64_t count = upto(5); job.volumes.size() < count;)
            job.volumes.push_back("v" + std::to_string(job.volumes.size()) + name().substr(0, 9));
        job.maintenance = maintenance();
        return job;
    }

    mirrornet::VolumeLocal local()
    {
        using mirrornet::MetaKind;
        mirrornet::VolumeLocal local{path(), upto(1) ? path() : "", upto(1) ? MetaKind::file : MetaKind::device,
                                     path(), upto(1) ? "dm:LVM-\\\"x" : ""};
        if (upto(1))
            local.options.set(mirrornet::Option::allowed_roles, static_cast<std::int64_t>(upto(2)));
        return local;
    }

private:
    std::uint64_t upto(std::uint64_t most)
    {
        return std::uniform_int_distribution<std::uint64_t>(0, most)(rng_);
    }

    std::optional<mirrornet::Maintenance> maintenance()
    {
        if (upto(1))
            return std::nullopt;
        const auto since = 1 + upto(30'000'000'000);
        return mirrornet::Maintenance{upto(1) ? "new \"disks\" \\ \xc3\xa4" : "", since, upto(1) ? since + 1 + upto(1'000'000) : 0};
    }

    // Kept short: a prefix may be put before it.
    std::string name()
    {
        constexpr std::string_view first =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        constexpr std::string_view more = "abcXYZ019._-";
        std::string text(1, first[upto(first.size() - 1)]);
        for (auto count = upto(40); count; count--)
            text += more[upto(more.size() - 1)];
        return text;
    }

    std::string path()
    {
        constexpr std::string_view chars = "abc/\"\\'#=[]{}$ \t.-%~\xc3\xa4";
        std::string text = "/";
        for (auto count = upto(60); count; count--)
            if (char c = chars[upto(chars.size() - 3)]; c != '\t')
                text += c;
        return upto(3) ? text : text + "\xc3\xa4";
    }

    mirrornet::Uuid uuid()
    {
        mirrornet::Uuid::Bytes bytes;
        for (auto& byte : bytes)
            byte = static_cast<std::uint8_t>(upto(255));
        bytes[0] |= 1; // never nil
        return mirrornet::Uuid(bytes);
    }

    std::vector<mirrornet::Address> addresses()
    {
        constexpr const char* hosts[] = {"192.0.2.7", "2001:db8::7", "west.example.com",
                                         "fe80::1%eth0"};
        std::vector<mirrornet::Address> list;
        for (auto count = upto(3); count; count--)
            list.push_back({hosts[upto(3)],
                            static_cast<std::uint16_t>(upto(1) ? 1 + upto(65534) : 0)});
        return list;
    }

    void options(mirrornet::OptionSet& set)
    {
        for (const auto& spec : mirrornet::all_options())
            if ((spec.scopes & set.scopes()) && upto(1))
                set.set(spec.id, spec.in_this_version ? value(spec) : spec.fallback);
    }

    std::int64_t value(const mirrornet::OptionSpec& spec)
    {
        if (spec.power_of_two)
            return spec.least << upto(2);
        const auto room = static_cast<std::uint64_t>(spec.most - spec.least);
        return spec.least + static_cast<std::int64_t>(upto(room));
    }

    std::mt19937_64 rng_;
};
