"""Gate operations: what came, crossed and stays, how long it takes."""

from __future__ import annotations

from metrics.boards.drawn import AMBER, GREEN, RED, SIM, Board, Panel, Query
from metrics.boards.expressions import GATES, HERE, HOUR, latest, mean, per_hour, quantile

GATE = Board(
    "cuakhau-gate",
    "Cửa khẩu: vận hành",
    "Gate operations: what came, crossed and stays, how long it takes, in simulated time.",
    (
        Panel(
            "Xe đang tồn",
            "Vehicles inside at the end of the time shown.",
            (Query(f"sum({SIM}backlog_entities{GATES})"),),
            look="stat",
            width=6,
            height=4,
            steps=((None, GREEN), (300, AMBER), (400, RED)),
        ),
        Panel(
            "Đã thông quan từ đầu kỳ",
            "Crossed since the start of the window.",
            (Query(f"sum({SIM}crossed_total{GATES})"),),
            look="stat",
            width=6,
            height=4,
        ),
        Panel(
            "Thời gian lưu bình quân",
            "Mean time from coming to crossing, over the time chosen.",
            (Query(mean(f"{SIM}dwell_seconds", GATES)),),
            "s",
            "stat",
            6,
            4,
            ((None, GREEN), (12 * HOUR, AMBER), (24 * HOUR, RED)),
            1,
        ),
        Panel(
            "Lưu quá 24 giờ",
            "Share of those who crossed whose dwell was more than 24 hours.",
            (
                Query(
                    f'1 - sum({SIM}dwell_seconds_bucket{GATES[:-1]},le="86400.0"}}) '
                    f"/ sum({SIM}dwell_seconds_count{GATES})"
                ),
            ),
            "percentunit",
            "stat",
            6,
            4,
            ((None, GREEN), (0.1, AMBER), (0.3, RED)),
            1,
        ),
        Panel(
            "Xe tồn theo cửa khẩu và chiều",
            "Backlog by gate and direction.",
            (Query(f"sum by (gate, direction) ({SIM}backlog_entities{GATES})", "{{gate}} {{direction}}"),),
        ),
        Panel(
            "Xe đến và thông quan mỗi giờ",
            "Arrivals and crossings an hour, over the time chosen.",
            (
                Query(per_hour(f"{SIM}arrived_total", GATES, "direction"), "đến {{direction}}"),
                Query(per_hour(f"{SIM}crossed_total", GATES, "direction"), "qua {{direction}}"),
            ),
        ),
        Panel(
            "Thời gian lưu: bình quân và P95",
            "Dwell: mean and 95th percentile, as fine as the buckets.",
            (
                Query(mean(f"{SIM}dwell_seconds", GATES, "direction"), "bình quân {{direction}}"),
                Query(quantile(0.95, f"{SIM}dwell_seconds", GATES, "le, direction"), "P95 {{direction}}"),
            ),
            "s",
        ),
        Panel(
            "Thời gian lưu: phân bố",
            "How dwell is distributed among those who cross.",
            (Query(f"sum by (le) (increase({SIM}dwell_seconds_bucket{GATES}[$window]))", "{{le}}"),),
            look="heatmap",
        ),
        Panel(
            "Bãi xe: mức lấp đầy",
            "Places taken of each zone's room.",
            (Query(f"{SIM}zone_taken_places{HERE} / {SIM}zone_room_places{HERE}", "{{zone}}"),),
            "percentunit",
            steps=((None, GREEN), (0.9, AMBER), (1, RED)),
        ),
        Panel(
            "Nền tảng số hoạt động",
            "Platforms: 1 up, 0 down.",
            (Query(f"{SIM}platform_up{HERE}", "{{platform}}"),),
            steps=((None, RED), (1, GREEN)),
        ),
        Panel(
            "Kết quả mới nhất: xe thông quan",
            "Crossed in the latest finished result, from /metrics.",
            (latest("crossed_entities", "{{gate}} {{direction}}"),),
            look="bargauge",
        ),
        Panel(
            "Kết quả mới nhất: thời gian lưu",
            "Mean dwell in the latest finished result, from /metrics.",
            (latest("dwell_mean_seconds", "{{gate}} {{direction}}"),),
            "s",
            "bargauge",
            steps=((None, GREEN), (12 * HOUR, AMBER), (24 * HOUR, RED)),
            decimals=1,
        ),
    ),
    {
        "scenario": f"{SIM}crossed_total",
        "gate": f"{SIM}arrived_total{HERE}",
        "direction": f"{SIM}arrived_total{HERE}",
    },
)
