"""The service that simulates: runs, queue, answers."""

from __future__ import annotations

from metrics.boards.drawn import AMBER, GREEN, MODEL, RED, SERVICE, Board, Panel, Query

THE_SERVICE = Board(
    "cuakhau-service",
    "Dịch vụ mô phỏng",
    "The service: runs by outcome, queue, how long runs and answers take.",
    (
        Panel(
            "Đang đợi",
            "Runs that wait their turn.",
            (Query(f"sum({SERVICE}runs_queued)"),),
            look="stat",
            width=6,
            height=4,
            steps=((None, GREEN), (10, AMBER), (20, RED)),
        ),
        Panel(
            "Đang chạy",
            "Runs at work.",
            (Query(f"sum({SERVICE}runs_running)"),),
            look="stat",
            width=6,
            height=4,
        ),
        Panel(
            "Không thành",
            "Runs that failed, of all that have ended.",
            (Query(f'sum({SERVICE}runs_total{{outcome="failed"}}) / (sum({SERVICE}runs_total) > 0)'),),
            "percentunit",
            "stat",
            6,
            4,
            ((None, GREEN), (0.01, AMBER), (0.05, RED)),
            1,
        ),
        Panel(
            "Phiên bản",
            "Which version runs.",
            (Query(f"{SERVICE}build_info", "{{version}} · Python {{python}}"),),
            look="stat",
            width=6,
            height=4,
        ),
        Panel(
            "Lượt chạy đã kết thúc",
            "Runs that have ended, by outcome.",
            (Query(f"sum by (outcome) ({SERVICE}runs_total)", "{{outcome}}"),),
        ),
        Panel(
            "Thời gian chạy",
            "How long runs are at work: median and 95th percentile since the start.",
            tuple(
                Query(
                    f"histogram_quantile({share}, sum by (le) ({SERVICE}run_duration_seconds_bucket))", name
                )
                for share, name in ((0.5, "P50"), (0.95, "P95"))
            ),
            "s",
        ),
        Panel(
            "Sự kiện mô phỏng mỗi giây",
            "Events simulated a second.",
            (Query(f"sum(rate({SERVICE}events_simulated_total[$__rate_interval]))"),),
            "short",
        ),
        Panel(
            "Yêu cầu HTTP mỗi giây",
            "Requests a second, by status.",
            (Query(f"sum by (code) (rate({SERVICE}http_requests_total[$__rate_interval]))", "{{code}}"),),
            "reqps",
        ),
        Panel(
            "Trả lời chậm hơn 0,2 giây",
            "Share of requests whose answer took more than 0.2 s.",
            (
                Query(
                    f'1 - sum by (route) ({SERVICE}http_request_duration_seconds_bucket{{le="0.2"}}) '
                    f"/ (sum by (route) ({SERVICE}http_request_duration_seconds_count) > 0)",
                    "{{route}}",
                ),
            ),
            "percentunit",
            steps=((None, GREEN), (0.05, AMBER), (0.2, RED)),
        ),
        Panel(
            "Kịch bản có kết quả",
            "Scenarios with a result on /metrics, and how many found no room there.",
            (
                Query(f"count(count by (scenario) ({MODEL}arrived_entities))", "hiện · shown"),
                Query(f"sum({MODEL}scenarios_left_out)", "bỏ lại · left out"),
            ),
        ),
    ),
    simulated=False,
)
