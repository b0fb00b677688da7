# SPDX-License-Identifier: GPL-2.0-or-later
#
# make            the module for the lab's kernel, and the programs
# make check      everything is installed, built and tested (T=vm/lab_test:boots
#                 runs one test; several are separated by blanks)
# make test T=... the same with what is built already
# make check-life the tests of modes, links, pauses, open targets and broken mirrors alone
# make check-roles the tests of roles: switchover, promotion, split brain, many targets, jobs
# make check-long the repetitions that are too long for every day
# make soak MINUTES=n [SEED=s]   random operations against what must always be true (docs/soak.md)
# make coverage   how much of the pure core its unit tests reach; fails below 95 % of lines, 90 % of branches
# make check-debug   the kernel's tests on a debug kernel (T=... as above), without leaks
# make debug-kernel  builds that kernel, once
# make demo       two nodes, one volume, a story (KEEP=1 leaves them running)
# make bench      build/bench.json
# make fuzz       build/fuzz/fuzz_* (tests/fuzz/CMakeLists.txt)
# make module KVER=...    the module for any installed kernel (STRICT= lets warnings pass)
# make install DESTDIR=...   programs, man pages, udev rules, units, module sources
# make lab        what the nodes boot; then tests/vm/lab (docs/lab.md)
# make clean

BUILD := $(CURDIR)/build
export MIRROR_NET_BUILD := $(BUILD)
export MIRROR_NET_CACHE ?= /var/cache/mirror-net

PREFIX ?= /usr
DESTDIR ?=
JOBS ?= $(shell nproc)

# The lab's kernel, and the other one of the matrix.
headers = $(patsubst /usr/src/linux-headers-%,%,$(lastword \
	$(sort $(wildcard /usr/src/linux-headers-$(1)[.-]*-cloud-amd64))))
LAB_KVER = $(call headers,6.1)
NEW_KVER = $(call headers,6.12)
DEBUG_KVER = $(shell tests/vm/image/debug-kernel-version)
KVER = $(LAB_KVER)

# What a module for that kernel is built against.
kdir = $(if $(findstring -debug-,$(1)),$(MIRROR_NET_CACHE)/debug-kernel/$(1)/build,/lib/modules/$(1)/build)

all: module userspace

deps:
	@packaging/install-deps

# --- the module: one folder of links per kernel -------------------------------

kmod_build = $(BUILD)/kmod-$(KVER)

# Whatever the compiler or sparse says is an error; tests/static/build_test plants some.
# sparse knows the lab's kernel; the headers of newer ones are too new for it.
sparse := $(shell command -v sparse)
STRICT = W=1 KCFLAGS=-Werror \
	$(if $(sparse),$(if $(filter $(LAB_KVER),$(KVER)),C=1 CF='-D__CHECK_ENDIAN__ -Wsparse-error'))

module: $(kmod_build)/Makefile
	+$(MAKE) -j $(JOBS) -C $(kmod_build) KVER=$(KVER) KDIR=$(call kdir,$(KVER)) $(STRICT)

strict-flags:
	@echo "$(STRICT)"

$(kmod_build)/Makefile: FORCE
	@packaging/link-sources kmod/dm-mirror-net $(kmod_build)

# --- programs and unit tests ---------------------------------------------------

# -O1: half of the time to build goes into optimising what waits for the kernel.
cmake_flags = -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS_RELEASE='-O1 -DNDEBUG' \
	-DCMAKE_INSTALL_PREFIX=$(PREFIX)

userspace: $(BUILD)/userspace/build.ninja
	ninja -C $(BUILD)/userspace -j $(JOBS)

$(BUILD)/userspace/build.ninja:
	cmake -S userspace -B $(BUILD)/userspace $(cmake_flags)

# The unit tests of the programs are part of the programs' build; those of the
# module's pure core are a project of their own. All land in build/tests/unit.
unit: $(BUILD)/unit-kcore/build.ninja
	ninja -C $(BUILD)/unit-kcore -j $(JOBS)

$(BUILD)/unit-kcore/build.ninja:
	cmake -S tests/unit/kcore -B $(BUILD)/unit-kcore -G Ninja

# clang's fuzzers of the module's pure core.
fuzz: $(BUILD)/fuzz/build.ninja
	ninja -C $(BUILD)/fuzz -j $(JOBS)

$(BUILD)/fuzz/build.ninja:
	cmake -S tests/fuzz -B $(BUILD)/fuzz -G Ninja -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++

# --- the lab ---------------------------------------------------------------------

LAB := $(BUILD)/lab
lab_cflags = -O2 -Wall -Wextra -Werror

lab: lab-node-$(LAB_KVER)

lab-6.12: lab-node-$(NEW_KVER)

lab-debug: debug-kernel
	+$(MAKE) module KVER=$(DEBUG_KVER)
	+$(MAKE) lab-node-$(DEBUG_KVER)

debug-kernel: deps
	@JOBS=$(JOBS) tests/vm/image/build-debug-kernel

# Which kernel is meant by kernel=6.1, kernel=6.12, kernel=debug and by nothing.
lab-kernels: | $(LAB)
	@echo $(LAB_KVER) > $(LAB)/kernel-default
	@echo $(LAB_KVER) > $(LAB)/kernel-6.1
	@echo $(NEW_KVER) > $(LAB)/kernel-6.12
	@echo $(DEBUG_KVER) > $(LAB)/kernel-debug

lab-tools: $(LAB)/labctl $(LAB)/labswitch $(LAB)/agent $(LAB)/refresh $(LAB)/kctl $(LAB)/sequence $(LAB)/older \
	$(LAB)/fail-nth $(LAB)/replay-log

uapi := kmod/dm-mirror-net/include/uapi

$(LAB)/kctl: tests/vm/tools/kctl.c $(uapi)/linux/dm_mirror_net.h | $(LAB)
	gcc $(lab_cflags) -static -I$(uapi) $$(pkg-config --cflags libnl-genl-3.0) -o $@ $< \
		-lnl-genl-3 -lnl-3 -lpthread 2>/dev/null

$(LAB)/older: tests/vm/tools/older.c | $(LAB)
	gcc $(lab_cflags) -static -o $@ $<

$(LAB)/fail-nth: tests/vm/tools/fail-nth.c | $(LAB)
	gcc $(lab_cflags) -static -o $@ $<

$(LAB)/sequence: tests/vm/tools/sequence.c | $(LAB)
	gcc $(lab_cflags) -static -o $@ $<

# Reads metadata with the module's own layout.c, as the unit tests do.
kcore := tests/unit/kcore/shim
replay_sources := $(wildcard tests/vm/replay/*.cpp)

$(LAB)/layout.o: kmod/dm-mirror-net/layout.c kmod/dm-mirror-net/layout.h $(wildcard $(kcore)/linux/*.h) | $(LAB)
	gcc $(lab_cflags) -I$(kcore) -I$(uapi) -c -o $@ $<

$(LAB)/shim.o: $(kcore)/shim.c | $(LAB)
	gcc $(lab_cflags) -I$(kcore) -I$(uapi) -c -o $@ $<

$(LAB)/replay-log: $(replay_sources) $(wildcard tests/vm/replay/*.hpp) $(LAB)/layout.o $(LAB)/shim.o
	g++ $(lab_cflags) -std=c++20 -I$(kcore) -I$(uapi) -Ikmod/dm-mirror-net -o $@ \
		$(replay_sources) $(LAB)/layout.o $(LAB)/shim.o -lfmt

$(LAB)/labctl: tests/vm/agent/labctl.c tests/vm/agent/frame.c tests/vm/agent/frame.h | $(LAB)
	gcc $(lab_cflags) -o $@ $(filter %.c,$^)

$(LAB)/labswitch: tests/vm/agent/labswitch.c | $(LAB)
	gcc $(lab_cflags) -o $@ $<

$(LAB)/agent: tests/vm/agent/agent.c tests/vm/agent/frame.c tests/vm/agent/frame.h | $(LAB)
	gcc $(lab_cflags) -static -o $@ $(filter %.c,$^) -lutil

$(LAB)/refresh: tests/vm/agent/refresh.c | $(LAB)
	gcc $(lab_cflags) -static -o $@ $<

$(LAB):
	@mkdir -p $@

# The test modules of the lab, and what a node of that kernel boots.
# A test module that does not build fails its own tests, not the lab.
lab-node-%: lab-tools lab-kernels FORCE
	+@$(MAKE) -k lab-kmod-$* || failed=1; \
	tests/vm/image/build-node $* && exit $$failed

lab-kmod-%: FORCE
	@packaging/link-sources tests/vm/kmod $(LAB)/kmod-$*
	+$(MAKE) -C $(call kdir,$*) M=$(LAB)/kmod-$* modules

# --- tests -------------------------------------------------------------------------

# A part that does not build is a failed test (static/build_test), not the end.
check: deps
	@tests/run $(T)

test:
	@tests/run --no-build $(T)

# The life of a mirror: modes, links that come and go, pauses, open targets, broken mirrors.
life_tests = unit/kcore/test_state unit/kcore/test_generation unit/kcore/test_passes vm/async_test vm/endgame_test vm/resume_test vm/renew_test vm/lock_test \
	vm/life_test vm/verbs_test vm/options_test vm/metadata_test vm/turn_test \
	vm/perf_test vm/restart_test vm/endpoint_test

check-life: deps
	@tests/run $(life_tests)

# Who is source, and what of it several nodes know.
roles_tests = unit/kcore/test_handover unit/kcore/test_generation unit/kcore/test_copy_mark \
	unit/kcore/test_sim unit/kcore/test_alone unit/kcore/test_split sim unit/ops/test_ops \
	vm/boot_test vm/config_test vm/maintenance_test vm/manage_test vm/rename_test vm/version_test vm/role_test vm/switchover_test vm/promote_test \
	vm/split_brain_test vm/split_three_test vm/fence_test vm/targets_test vm/target_verbs_test vm/job_test \
	vm/remote_test vm/advise_test

check-roles: deps
	@tests/run $(roles_tests)

check-long: deps
	@MIRROR_NET_LONG=1 tests/run $(T)

MINUTES ?= 20
soak: deps
	+$(MAKE) module userspace lab
	@tests/run --lay
	SOAK_MINUTES=$(MINUTES) SOAK_SEED=$(SEED) MIRROR_NET_LONG=1 \
		kyua debug -k tests/Kyuafile --build-root=$(BUILD)/tests vm/soak_test:soak

coverage: deps
	cmake -S tests/unit/kcore -B $(BUILD)/coverage -G Ninja -DCMAKE_C_FLAGS=--coverage \
		-DCMAKE_EXE_LINKER_FLAGS=--coverage -DCMAKE_RUNTIME_OUTPUT_DIRECTORY=$(BUILD)/coverage/bin
	ninja -C $(BUILD)/coverage -j $(JOBS)
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@set -e; for test in $(BUILD)/coverage/bin/test_*; do $$test >$$test.log || { cat $$test.log; exit 1; }; done
	@$(gcovr) --branches --fail-under-branch 90
	@$(gcovr) --fail-under-line 95

gcovr = gcovr --root kmod/dm-mirror-net --exclude '.*/shim/.*' $(BUILD)/coverage

# One test at a time: two processors are not too many for two nodes of this kernel.
check-debug: deps
	+$(MAKE) userspace lab-debug
	@LAB_KERNEL=debug MIRROR_NET_PARALLEL=1 tests/run --no-build $(or $(T),$(debug_tests))

# Comments of the list say why the others are not there.
debug_tests = $(shell sed 's/ *\#.*//' tests/vm/debug-tests)

# Everything that tests need, one after the other: nodes contain the programs
# and the module, and each step uses all processors itself. What fails is passed
# over, and makes the whole fail in the end.
check-build:
	+@failed=0; \
	for part in userspace unit fuzz module "module KVER=$(NEW_KVER)" lab lab-6.12; do \
		$(MAKE) -k $$part || failed=1; \
	done; \
	exit $$failed

demo: deps
	+$(MAKE) all lab
	tests/vm/demo

bench: deps
	+$(MAKE) all lab
	tests/bench/run $(BUILD)/bench.json

# --- installation --------------------------------------------------------------------

dkms_version = $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' packaging/dkms.conf)

install: userspace install-files
	DESTDIR=$(DESTDIR) cmake --install $(BUILD)/userspace

install-files:
	packaging/install-files "$(DESTDIR)" "$(PREFIX)"

# For one kernel, instead of DKMS: the running one, unless KVER=... is given.
install_kver = $(if $(filter command line,$(origin KVER)),$(KVER),$(shell uname -r))

install-module:
	+$(MAKE) module KVER=$(install_kver) STRICT=
	+$(MAKE) -C $(BUILD)/kmod-$(install_kver) KVER=$(install_kver) install \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR))

clean:
	$(RM) -r $(BUILD)

FORCE:
.PHONY: all deps module userspace unit fuzz lab lab-6.12 lab-debug lab-kernels lab-tools debug-kernel check test \
	check-life check-roles check-long check-debug soak coverage check-build demo bench install install-files strict-flags install-module \
	clean FORCE
