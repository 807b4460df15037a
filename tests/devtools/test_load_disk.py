"""How long the disk takes is watched beside a load test."""

import os
import time
from pathlib import Path
from unittest import mock

from devtools.load_disk import DiskWatch


def test_tells_of_a_disk_that_stood_still(tmp_path: Path) -> None:
    watch = DiskWatch(tmp_path)
    keep, asked = os.fdatasync, []

    def stand_still_once(descriptor: int) -> None:
        asked.append(descriptor)
        if len(asked) == 2:
            time.sleep(0.25)
        keep(descriptor)

    with mock.patch("os.fdatasync", stand_still_once), watch.running():
        while len(watch.seconds) < 5:
            time.sleep(0.01)

    assert max(watch.seconds) >= 0.25
    assert f"of {len(watch.seconds)} took longer than 100 ms, the slowest" in watch.said()
    assert not list(tmp_path.iterdir())


def test_counts_the_long_ones(tmp_path: Path) -> None:
    watch = DiskWatch(tmp_path)
    watch.seconds += [0.001] * 1997 + [0.2, 0.3, 1.25]

    said = watch.said()

    assert "within 1.0 ms (median); 3 of 2,000 took longer than 100 ms" in said
    assert "the slowest 1,250 ms" in said


def test_says_so_if_nothing_was_written(tmp_path: Path) -> None:
    assert "not watched" in DiskWatch(tmp_path).said()
