# SPDX-License-Identifier: GPL-2.0-only
# Included by the Kbuild of the folder above: mn-l1-test.ko, which links the
# product's pure and durable layers. The folder that is built holds links, so
# the product is found from where the Kbuild really is.

l1-product := $(abspath $(dir $(realpath $(src)/Kbuild))../../../kmod/dm-mirror-net)
l1-layers := layout track meta meta_io bitmap intent

obj-m += mn-l1-test.o
mn-l1-test-y := $(addprefix l1/,l1_main.o l1_meta.o l1_intent.o l1_bitmap.o l1_race.o) \
	$(patsubst %,product/%.o,$(l1-layers))

# As the product's own Makefile does, but outside of this make's environment.
ifeq ($(wildcard $(obj)/probes.mk),)
$(shell env -i PATH="$$PATH" $(l1-product)/compat/run-probes $(abspath $(objtree)) $(obj)/probes.mk)
endif
include $(obj)/probes.mk
ccflags-y += -I$(l1-product) -I$(l1-product)/include/uapi $(MN_PROBES)

$(obj)/product/%.c: $(l1-product)/%.c
	@mkdir -p $(@D) && ln -sfn $< $@
