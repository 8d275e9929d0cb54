"""Agencies: waits, queues, and how busy they are."""

from __future__ import annotations

from metrics.boards.drawn import AMBER, GREEN, RED, SIM, Board, Panel, Query
from metrics.boards.expressions import AGENCY, HERE, HOUR, latest, mean, quantile

AGENCIES = Board(
    "cuakhau-agencies",
    "Các cơ quan tại cửa khẩu",
    "Agencies: how long one waits at each, how many stand there, how busy its people and lanes are.",
    (
        Panel(
            "Chờ bình quân theo cơ quan",
            "Mean wait of those who crossed, over the time chosen.",
            (Query(mean(f"{SIM}wait_seconds", AGENCY, "agency"), "{{agency}}"),),
            "s",
            steps=((None, GREEN), (2 * HOUR, AMBER), (4 * HOUR, RED)),
        ),
        Panel(
            "Chờ P95 theo cơ quan",
            "95th percentile of the wait, as fine as the buckets.",
            (Query(quantile(0.95, f"{SIM}wait_seconds", AGENCY, "le, agency"), "{{agency}}"),),
            "s",
        ),
        Panel(
            "Hàng chờ theo cơ quan",
            "How many wait for service.",
            (Query(f"{SIM}queue_entities{AGENCY}", "{{agency}}"),),
        ),
        Panel(
            "Hệ số sử dụng",
            "Busy share of the time on duty, over the time chosen.",
            (
                Query(
                    f"rate({SIM}busy_seconds_total{AGENCY}[$window]) "
                    f"/ (rate({SIM}scheduled_seconds_total{AGENCY}[$window]) > 0)",
                    "{{agency}}",
                ),
            ),
            "percentunit",
            steps=((None, GREEN), (0.85, AMBER), (0.95, RED)),
        ),
        Panel(
            "Đơn vị đang trực và đang bận",
            "Units on duty and busy, on average over the time chosen.",
            (
                Query(f"rate({SIM}scheduled_seconds_total{AGENCY}[$window])", "trực {{agency}}"),
                Query(f"rate({SIM}busy_seconds_total{AGENCY}[$window])", "bận {{agency}}"),
            ),
        ),
        Panel(
            "Phải chờ hơn 1 giờ",
            "Share of those who crossed that waited more than an hour at the agency.",
            (
                Query(
                    f'1 - sum by (agency) ({SIM}wait_seconds_bucket{AGENCY[:-1]},le="3600.0"}}) '
                    f"/ sum by (agency) ({SIM}wait_seconds_count{AGENCY})",
                    "{{agency}}",
                ),
            ),
            "percentunit",
            "bargauge",
            steps=((None, GREEN), (0.2, AMBER), (0.5, RED)),
            decimals=0,
        ),
        Panel(
            "Kết quả mới nhất: chờ bình quân",
            "Mean wait at each agency in the latest result, from /metrics.",
            (latest("agency_wait_mean_seconds", "{{agency}}"),),
            "s",
            "bargauge",
            8,
            steps=((None, GREEN), (2 * HOUR, AMBER), (4 * HOUR, RED)),
            decimals=1,
        ),
        Panel(
            "Kết quả mới nhất: hệ số sử dụng",
            "Utilisation in the latest result, from /metrics.",
            (latest("utilisation_ratio", "{{agency}}"),),
            "percentunit",
            "bargauge",
            8,
            steps=((None, GREEN), (0.85, AMBER), (0.95, RED)),
            decimals=0,
        ),
        Panel(
            "Kết quả mới nhất: làm thêm giờ",
            "Unit time beyond the schedule in the latest result.",
            (latest("overtime_seconds", "{{agency}}"),),
            "s",
            "bargauge",
            8,
            decimals=1,
        ),
    ),
    {"scenario": f"{SIM}wait_seconds_count", "agency": f"{SIM}wait_seconds_count{HERE}"},
)
