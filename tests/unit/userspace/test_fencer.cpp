// SPDX-License-Identifier: GPL-2.0-or-later
//
// Who is asked when writes wait for a fence, in which order, and what counts as an answer.
#include "base/file.hpp"
#include "mirror-netd/fencer.hpp"
#include "mirror-netd/mailbox.hpp"
#include "scratch_dir.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

using namespace mirrornet;
using namespace std::chrono_literals;

namespace {

class FakeFences : public netd::FenceKernel {
public:
    std::vector<netd::WantedFence> wanted() override
    {
        const std::lock_guard lock(mutex_);
        fail_if_told();
        return wanted_;
    }
    void confirm(const netd::WantedFence& fence) override
    {
        const std::lock_guard lock(mutex_);
        fail_if_told();
        if (wanted_.empty() || wanted_[0].generation != fence.generation)
            throw Error(ExitStatus::refused, "of another loss");
        confirmed_.push_back(fence.generation);
        wanted_.clear();
    }
    void want(std::vector<netd::WantedFence> fences)
    {
        const std::lock_guard lock(mutex_);
        wanted_ = std::move(fences);
    }
    std::vector<std::uint64_t> confirmed()
    {
        const std::lock_guard lock(mutex_);
        return confirmed_;
    }

    // The calls after the next `calls` fail, `times` times.
    void fail(int times, int calls = 0)
    {
        const std::lock_guard lock(mutex_);
        failures_ = times;
        until_failure_ = calls;
    }
    bool has_failed()
    {
        const std::lock_guard lock(mutex_);
        return failures_ == 0;
    }

private:
    void fail_if_told()
    {
        if (failures_ == 0 || until_failure_-- > 0)
            return;
        until_failure_ = 0;
        failures_--;
        throw Error(ExitStatus::internal, "no memory");
    }

    std::mutex mutex_;
    int failures_ = 0, until_failure_ = 0;
    std::vector<netd::WantedFence> wanted_;
    std::vector<std::uint64_t> confirmed_;
};

struct FencerTest : testing::Test {
    ScratchDir scratch;
    ConfigStore store{scratch.path()};
    netd::StopSignal stop;
    FakeFences kernel;
    std::atomic<int> asked = 0;
    std::atomic<bool> peer_answers = false;
    std::optional<netd::Fencer> fencer;

    void SetUp() override
    {
        NodeConfig self;
        self.name = "a";
        self.id = Uuid::random();
        store.save(self);
        make_directory(scratch / "fence.d", 0755);
        fencer.emplace(
            store, kernel, [this](const std::string&, const netd::WantedFence&, auto) { ask(); },
            netd::FenceSettings{scratch / "fence.d", ::geteuid(), 20ms}, stop.fd());
    }
    void ask()
    {
        asked++;
        if (!peer_answers)
            throw Error(ExitStatus::unreachable, "nobody there");
    }
    static netd::WantedFence fence(std::uint64_t generation)
    {
        netd::WantedFence fence;
        fence.mirror = {Uuid::parse("10000000-0000-4000-8000-000000000000"),
                        Uuid::parse("20000000-0000-4000-8000-000000000000")};
        fence.generation = generation;
        fence.timeout = 20s;
        fence.reason = Reason::link_lost;
        return fence;
    }
    void hook(const std::string& name, const std::string& script)
    {
        write_file_atomic(scratch / "fence.d" / name, "#!/bin/sh\n" + script + "\n", 0755);
    }
    std::string out() const { return (scratch / "out").string(); }
    template <typename F> static bool soon(F condition)
    {
        const auto end = std::chrono::steady_clock::now() + 20s;
        while (!condition() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(10ms);
        return condition();
    }
};

using Generations = std::vector<std::uint64_t>;

} // namespace

TEST_F(FencerTest, TheNodeOfTheCopyComesFirst)
{
    hook("10-hook", "echo ran >>" + out());
    peer_answers = true;
    kernel.want({fence(7)});
    fencer->refresh();
    EXPECT_TRUE(soon([&] { return kernel.confirmed() == Generations{7}; }));
    EXPECT_FALSE(find_file(out()));
}

TEST_F(FencerTest, TheFirstHookThatEndsWellConfirmsAndHasTheFacts)
{
    hook("10-no", "echo no >>" + out() + "; exit 1");
    hook("20-yes", "env >" + out() + ".env; echo yes >>" + out());
    hook("30-more", "echo more >>" + out());
    kernel.want({fence(7)});
    fencer->refresh();
    ASSERT_TRUE(soon([&] { return kernel.confirmed() == Generations{7}; }));
    EXPECT_EQ(read_file(out()), "no\nyes\n");
    const auto env = read_file(out() + ".env");
    for (const auto* line :
         {"MIRROR_NET_EVENT=fence-wanted\n", "MIRROR_NET_NODE=a\n", "MIRROR_NET_REASON=link-lost\n",
          "MIRROR_NET_GENERATION=0000000000000007\n", "MIRROR_NET_TIMEOUT_MS=20000\n",
          "MIRROR_NET_PEER_UUID=20000000-0000-4000-8000-000000000000\n"})
        EXPECT_NE(env.find(line), std::string::npos) << line << env;
}

// The node may come back at any time; what a hook does may be done once only.
TEST_F(FencerTest, HooksRunOnceAndTheNodeIsAskedAgain)
{
    hook("10-no", "echo no >>" + out() + "; exit 1");
    kernel.want({fence(7)});
    fencer->refresh();
    fencer->refresh();
    ASSERT_TRUE(soon([&] { return asked >= 4; }));
    EXPECT_TRUE(kernel.confirmed().empty()) << "confirmed, though nobody said so";
    peer_answers = true;
    EXPECT_TRUE(soon([&] { return kernel.confirmed() == Generations{7}; }));
    EXPECT_EQ(read_file(out()), "no\n");
}

// Neither the hooks nor the node are asked again when only the kernel could not be told.
TEST_F(FencerTest, AFailureDoesNotRunHooksTwice)
{
    hook("10-yes", "echo yes >>" + out());
    kernel.want({fence(7)});
    kernel.fail(3, 2); // the refresh and the first look go well, confirming fails
    fencer->refresh();
    EXPECT_TRUE(soon([&] { return kernel.confirmed() == Generations{7}; }));
    EXPECT_TRUE(kernel.has_failed());
    EXPECT_EQ(read_file(out()), "yes\n");
    EXPECT_EQ(asked, 1);
}

// Without the name of this node there are no facts for them yet.
TEST_F(FencerTest, HooksThatCouldNotBeReadRunLater)
{
    hook("10-yes", "echo yes >>" + out());
    std::filesystem::rename(scratch / "node.toml", scratch / "away");
    kernel.want({fence(7)});
    fencer->refresh();
    ASSERT_TRUE(soon([&] { return asked >= 2; }));
    EXPECT_FALSE(find_file(out()));
    std::filesystem::rename(scratch / "away", scratch / "node.toml");
    EXPECT_TRUE(soon([&] { return kernel.confirmed() == Generations{7}; }));
    EXPECT_EQ(read_file(out()), "yes\n");
}

// The link decides: a copy that is being sent to must not be marked.
TEST_F(FencerTest, NobodyIsAskedWhileThereIsALink)
{
    peer_answers = true;
    auto linked = fence(7);
    linked.linked = true;
    kernel.want({linked});
    fencer->refresh();
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(asked, 0);
    kernel.want({fence(7)});
    EXPECT_TRUE(soon([&] { return kernel.confirmed() == Generations{7}; }));
}

TEST_F(FencerTest, ANewLossIsAMatterOfItsOwn)
{
    kernel.want({fence(7)});
    fencer->refresh();
    ASSERT_TRUE(soon([&] { return asked >= 1; }));
    kernel.want({fence(8)});
    peer_answers = true;
    fencer->refresh();
    EXPECT_TRUE(soon([&] { return kernel.confirmed() == Generations{8}; }));
    stop.raise();
    fencer.reset();
    EXPECT_EQ(kernel.confirmed(), Generations{8}) << "an answer about a loss that is over";
}

TEST_F(FencerTest, TimeIsLeftForHooks)
{
    EXPECT_EQ(netd::patience_with_peer(30s), 10s);
    EXPECT_EQ(netd::patience_with_peer(9s), 3s);
    EXPECT_EQ(netd::patience_with_peer(1s), 1s);
    EXPECT_EQ(netd::patience_with_peer(3600s), 10s);
}
