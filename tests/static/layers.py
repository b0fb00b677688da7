#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""layers.py kernel|userspace TOP: prints every include that goes up, and other
breaches of the house's order (DESIGN 6); exit status 1 if there are any."""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^">]+)[">]', re.M)

# Folders of userspace, lowest first; what shares a line does not include each other.
ROOMS = [["base"], ["model"], ["dm", "nl", "config"], ["remote"], ["ops"],
         ["mirrorctl", "mirror-netd"]]
# Libraries that one room alone may use.
OWNED = {"libdevmapper.h": "dm", "netlink/": "nl", "CLI/": "mirrorctl"}
PRINTS = re.compile(r'std::(cout|cerr|clog)|\b(printf|puts|fmt::print|std::print)\s*\(')
COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/', re.S)


def read_kernel_layers(table):
    """name of a file without suffix -> layer; and the headers that L0 may include."""
    layers, allowed = {}, set()
    for line in table.read_text().splitlines():
        words = line.split("#")[0].split()
        if words and words[0] == "allowed":
            allowed.update(words[1:])
        elif words:
            layers.update((name, words[0]) for name in words[1:])
    return layers, allowed


def may_include(layer, other):
    """Down, or sideways in one's own layer; L1 and L2 do not know each other."""
    if {layer, other} == {"L1", "L2"}:
        return False
    return other <= layer


def check_kernel(top):
    folder = top / "kmod/dm-mirror-net"
    layers, allowed = read_kernel_layers(Path(__file__).parent / "kernel-layers")
    for file in sorted(folder.glob("*.[ch]")):
        if file.name == "compat.h" or file.name.endswith(".mod.c"):
            continue
        layer = layers.get(file.stem)
        if layer is None:
            yield f"{file.name}: in no layer; add it to tests/static/kernel-layers"
            continue
        for kind, name in INCLUDE.findall(file.read_text()):
            other = layers.get(Path(name).stem)
            if kind == '"' and name == "compat.h" and layer == "L0":
                yield f"{file.name} ({layer}) includes compat.h"
            if kind == '"' and other and not may_include(layer, other):
                yield f"{file.name} ({layer}) includes {name} ({other})"
            if kind == "<" and layer == "L0" and name not in allowed:
                yield f"{file.name} ({layer}) includes <{name}>: not for the pure core"


def room_of(parts):
    known = [room for line in ROOMS for room in line]
    return next((part for part in parts if part in known), None)


def rank(room):
    return next(n for n, line in enumerate(ROOMS) if room in line)


def check_userspace_file(file, top):
    room = room_of(file.relative_to(top).parts)
    text = file.read_text()
    where = file.relative_to(top)
    if room is None:
        yield f"{where}: in no room"
        return
    for kind, name in INCLUDE.findall(text):
        owner = next((o for prefix, o in OWNED.items() if name.startswith(prefix)), None)
        if owner and owner != room:
            yield f"{where} ({room}) includes <{name}>: that is for {owner} alone"
        other = room_of(Path(name).parts[:1]) if kind == '"' else None
        if other and other != room and rank(other) >= rank(room):
            yield f"{where} ({room}) includes {name} ({other})"
    if "lib" in where.parts and PRINTS.search(COMMENT.sub("", text)):
        yield f"{where}: the library prints"


def check_userspace(top):
    folder = top / "userspace"
    for file in sorted([*folder.rglob("*.cpp"), *folder.rglob("*.hpp")]):
        yield from check_userspace_file(file, folder)


def main():
    checks = {"kernel": check_kernel, "userspace": check_userspace}
    if len(sys.argv) != 3 or sys.argv[1] not in checks:
        sys.exit(__doc__)
    breaches = list(checks[sys.argv[1]](Path(sys.argv[2])))
    print("\n".join(breaches))
    sys.exit(1 if breaches else 0)


main()
