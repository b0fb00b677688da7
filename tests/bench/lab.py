# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes of the lab (docs/lab.md) for a program in Python: the functions of lab.sh, one by one."""
import os
import subprocess
from pathlib import Path

LAB_SH = Path(__file__).resolve().parent.parent / "vm/lab.sh"


class Failure(Exception):
    """What was to be measured cannot be; says what was tried and what was answered."""


class Lab:
    def __init__(self, folder):
        self.folder = folder
        self.environment = os.environ | {"LAB_DIR": str(folder)}
        folder.mkdir(parents=True, exist_ok=True)

    def start(self, *words):
        """A function of lab.sh with its arguments, as a process."""
        return subprocess.Popen(["bash", "-c", '. "$0"; "$@"', str(LAB_SH), *words], text=True,
                                env=self.environment, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def call(self, *words):
        return finish(self.start(*words), " ".join(words))

    def boot(self, names, *settings):
        """Side by side."""
        boots = [self.start("node_boot", name, *settings) for name in names]
        for name, boot in zip(names, boots):
            finish(boot, f"boot of node {name}")
        return [Node(self, name) for name in names]

    def disk(self, node, number):
        """The file behind /dev/vda (0), /dev/vdb (1) ... of a node."""
        return self.folder / node / f"disk.{number}"

    def end(self):
        self.call("lab_kill_all")


class Node:
    def __init__(self, lab, name):
        self.lab = lab
        self.name = name

    def start(self, command, seconds=120):
        return self.lab.start("node_run", "-t", str(seconds), self.name, command)

    def run(self, command, seconds=120):
        """Its output. A command that fails ends the benchmark."""
        return finish(self.start(command, seconds), f"on node {self.name}: {command}")

    def put(self, source, target):
        self.lab.call("node_put", self.name, str(source), target)


def finish(process, what):
    out, error = process.communicate()
    if process.returncode:
        raise Failure(f"{what}\n  status {process.returncode}: {(error or out).strip()}")
    return out
