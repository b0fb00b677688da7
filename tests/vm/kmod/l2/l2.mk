# SPDX-License-Identifier: GPL-2.0-only
# Included by the Kbuild of the folder above: mn-l2-test.ko, which links the
# product's transport; otherwise as l1/l1.mk, which must come first.

l2-product := $(l1-product)
l2-layers := layout wire pace pack page_cache payload compress conn conn_options adopt renew send recv

obj-m += mn-l2-test.o
mn-l2-test-y := l2/l2_main.o $(patsubst %,l2/product/%.o,$(l2-layers))

$(obj)/l2/product/%.c: $(l2-product)/%.c
	@mkdir -p $(@D) && ln -sfn $< $@
