"""Expressions that several boards use. `$window`, `$scenario`, … are chosen on the board."""

from __future__ import annotations

from metrics.boards.drawn import MODEL, Query

HOUR = 3600

GATES = '{scenario="$scenario",gate=~"$gate",direction=~"$direction"}'
HERE = '{scenario="$scenario"}'
AGENCY = '{scenario="$scenario",agency=~"$agency"}'
PAID = '{scenario="$scenario",payment=~"$payment"}'


def per_hour(metric: str, of: str, by: str) -> str:
    """How many an hour, over the window that is chosen."""
    return f"sum by ({by}) (rate({metric}{of}[$window])) * {HOUR}"


def mean(histogram: str, of: str, by: str = "") -> str:
    """The mean of a histogram, over the window that is chosen; nothing where nothing was counted."""
    by = f" by ({by})" if by else ""
    total, count = (f"sum{by} (increase({histogram}_{part}{of}[$window]))" for part in ("sum", "count"))
    return f"{total} / ({count} > 0)"


def quantile(share: float, histogram: str, of: str, by: str = "le") -> str:
    """A quantile of a histogram, over the window that is chosen; as fine as its buckets."""
    return f"histogram_quantile({share}, sum by ({by}) (increase({histogram}_bucket{of}[$window])))"


def latest(metric: str, legend: str = "") -> Query:
    """A figure of the latest finished result, as the service tells it."""
    return Query(f"{MODEL}{metric}{HERE}", legend)
