// SPDX-License-Identifier: GPL-2.0-or-later
// The module's pure core, as it is linked: all that the simulation takes from it.
#pragma once

extern "C" {
#include "copy_mark.h"
#include "generation.h"
#include "handover.h"
#include "layout.h"
#include "regions.h"
#include "split.h"
#include "state.h"
#include "track.h"

extern unsigned int shim_warnings;
}
