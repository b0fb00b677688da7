# SPDX-License-Identifier: GPL-2.0-or-later
"""Measurements one right after the other, again and again, in alternating order: what makes the
machine slow for a while hits both sides of a ratio, or one round of several.

A ratio's key is CONFIG/JOB/AGAINST; JOB may end in _latency, where less is better."""
from statistics import median


class Ratios:
    def __init__(self):
        self.measurements = []
        self.rounds = {}  # key -> one ratio a round

    def run_group(self, job, subjects, keys, rounds, say):
        """subjects: config -> function that measures it, in the order of the odd rounds."""
        for number in range(1, rounds + 1):
            figures = {}
            for config in list(subjects) if number % 2 else reversed(subjects):
                figures[config] = subjects[config]()
                self.measurements.append({"config": config, "job": job, "round": number,
                                          **rounded(figures[config])})
                say(f"{job} {number}/{rounds} {config}: {in_words(figures[config])}")
            for key in keys:
                self.rounds.setdefault(key, []).append(ratio(key, figures))

    def add(self, key, value):
        """A ratio that is measured as such."""
        self.measurements.append({"config": key, "share": round(value, 4)})
        self.rounds.setdefault(key, []).append(value)

    def medians(self):
        return {key: round(median(values), 3) for key, values in self.rounds.items()}

    def spread(self):
        return {key: [round(min(values), 3), round(max(values), 3)]
                for key, values in self.rounds.items()}


def ratio(key, figures):
    config, job, against = key.split("/")
    if job.endswith("_latency"):
        name = "latency_median_us"
    else:
        name = "iops" if job.startswith("rand") else "bytes_per_second"
    return figures[config][name] / figures[against][name]


def rounded(figures):
    return {name: round(value, 3) for name, value in figures.items()}


def in_words(figures):
    return ", ".join(f"{name} {value:.0f}" for name, value in figures.items())
