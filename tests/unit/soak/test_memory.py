"""Slopes of memory: of a leak, of noise, of a step; and that what a process has for itself is seen."""

import os
import random

import pytest

from tests.e2e.soak.memory import MEGABYTE, MemoryWatch, Sample, megabytes_per_hour, slope


def test_the_slope_of_a_line_is_found_through_noise_and_spikes() -> None:
    chance = random.Random(1)
    points = [(float(x), 3.0 * x + chance.gauss(0, 1)) for x in range(400)]
    for number in range(0, 400, 5):
        points[number] = (points[number][0], points[number][1] + 500)
    assert slope(points) == pytest.approx(3.0, abs=0.02)


def test_a_step_early_on_is_no_slope() -> None:
    assert slope([(float(x), 0.0 if x < 20 else 50.0) for x in range(100)]) == 0.0


def test_one_point_has_no_slope() -> None:
    with pytest.raises(ValueError, match="two points"):
        slope([(1.0, 1.0)])


def test_a_leak_is_told_in_megabytes_an_hour() -> None:
    samples = [Sample(at=10.0 * x, commands=x, own_bytes=50 * MEGABYTE + x * MEGABYTE // 100) for x in range(60)]
    assert megabytes_per_hour(samples) == pytest.approx(3.6)


def test_what_a_process_takes_is_seen_and_what_came_before_the_warm_up_is_left_out() -> None:
    watch = MemoryWatch({"this": os.getpid()})
    watch.sample(commands=1)
    taken = os.urandom(8 * MEGABYTE)
    watch.sample(commands=2)
    before, after = (sample.own_bytes for sample in watch.samples["this"])
    assert after - before > 7 * MEGABYTE
    assert watch.after("this", 2) == watch.samples["this"][1:]
    assert len(taken) == 8 * MEGABYTE
