"""Percentiles of answer times."""

import math
from collections.abc import Sequence


def percentile(times: Sequence[float], percent: float) -> float:
    """The smallest time that so many percent of all do not exceed; exact, nothing rounded.

    Locust's own are rounded to two digits: a page of 2,049 ms would pass a limit of 2,000.
    """
    if not times:
        raise ValueError("no times")
    if not 0 < percent <= 100:
        raise ValueError(f"{percent} is no percentage")
    ordered = sorted(times)
    return ordered[math.ceil(len(ordered) * percent / 100) - 1]
