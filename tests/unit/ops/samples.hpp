// SPDX-License-Identifier: GPL-2.0-or-later
//
// What several of these tests begin with.
#pragma once

#include "config/store.hpp"
#include "ops/status/report.hpp"

#include "scratch_dir.hpp"

#include <gtest/gtest.h>

// Node a, alone: volumes home and log, which are job erp.
class OneNode : public ::testing::Test {
protected:
    OneNode()
    {
        using namespace mirrornet;
        NodeConfig self;
        self.name = "a";
        self.id = a;
        store.save(self);
        for (const char* name : {"home", "log"}) {
            VolumeConfig config;
            config.name = name;
            config.id = Uuid::random();
            config.version = 7;
            config.size = 1 << 20;
            config.nodes = {{"a", a}};
            store.save(config);
        }
        store.save(JobConfig{"erp", Uuid::random(), 3, "", {"home", "log"}});
    }

    const mirrornet::Uuid a = mirrornet::Uuid::random();
    ScratchDir dir;
    mirrornet::ConfigStore store{dir.path()};
};

// Volume home, as the kernel tells of it.
inline mirrornet::ops::VolumeStatus active(mirrornet::Role role, mirrornet::LockReason lock)
{
    mirrornet::ops::VolumeStatus volume;
    volume.name = "home";
    volume.record.emplace();
    volume.record->role = role;
    volume.record->lock = lock;
    return volume;
}
