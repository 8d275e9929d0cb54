"""OCOP orders: in time or not, how many are under way."""

from __future__ import annotations

from metrics.boards.drawn import AMBER, GREEN, RED, SIM, Board, Panel, Query
from metrics.boards.expressions import HERE, PAID, latest, mean, per_hour

ORDERS = Board(
    "cuakhau-orders",
    "Đơn hàng OCOP",
    "OCOP orders: placed, completed, in time, and how long they take, in simulated time.",
    (
        Panel(
            "Giao đúng hẹn",
            "Of the orders whose promised time has come, the share delivered in time.",
            (Query(f"sum({SIM}orders_on_time_total{PAID}) / sum({SIM}orders_due_total{PAID})"),),
            "percentunit",
            "stat",
            8,
            4,
            ((None, RED), (0.9, AMBER), (0.95, GREEN)),
            1,
        ),
        Panel(
            "Đơn đang xử lý",
            "Orders under way at the end of the time shown.",
            (Query(f"sum({SIM}backlog_entities{PAID})"),),
            look="stat",
            width=8,
            height=4,
        ),
        Panel(
            "Thời gian cả chặng",
            "Mean time from order to end, over the time chosen.",
            (Query(mean(f"{SIM}dwell_seconds", PAID)),),
            "s",
            "stat",
            8,
            4,
            decimals=1,
        ),
        Panel(
            "Đơn đặt và đơn xong mỗi giờ",
            "Orders placed and ended an hour, over the time chosen.",
            (
                Query(per_hour(f"{SIM}arrived_total", PAID, "payment"), "đặt {{payment}}"),
                Query(per_hour(f"{SIM}completed_total", PAID, "payment"), "xong {{payment}}"),
            ),
        ),
        Panel(
            "Đơn đang xử lý theo cách thanh toán",
            "Orders under way by way of payment.",
            (Query(f"sum by (payment) ({SIM}backlog_entities{PAID})", "{{payment}}"),),
        ),
        Panel(
            "Đúng hẹn theo thời gian",
            "Share in time of the orders that fell due, over the time chosen.",
            (
                Query(
                    f"sum by (payment) (increase({SIM}orders_on_time_total{PAID}[$window])) "
                    f"/ (sum by (payment) (increase({SIM}orders_due_total{PAID}[$window])) > 0)",
                    "{{payment}}",
                ),
            ),
            "percentunit",
            steps=((None, RED), (0.9, AMBER), (0.95, GREEN)),
        ),
        Panel(
            "Hàng chờ theo bên thực hiện",
            "Orders waiting for each party.",
            (Query(f"{SIM}queue_entities{HERE}", "{{agency}}"),),
        ),
        Panel(
            "Kết quả mới nhất: đúng hẹn",
            "Share in time in the latest finished result, from /metrics.",
            (latest("on_time_ratio", "{{payment}}"),),
            "percentunit",
            "bargauge",
            8,
            decimals=0,
            steps=((None, RED), (0.9, AMBER), (0.95, GREEN)),
        ),
        Panel(
            "Kết quả mới nhất: từ đặt đến giao",
            "Mean time from order to delivery in the latest result.",
            (latest("order_lead_time_mean_seconds", "{{payment}}"),),
            "s",
            "bargauge",
            8,
            decimals=1,
        ),
        Panel(
            "Kết quả mới nhất: tiền đang đi đường",
            "Money collected and not yet handed over, from /metrics.",
            (latest("cash_in_transit_vnd", "{{payment}}"),),
            "currencyVND",
            "bargauge",
            8,
            decimals=0,
        ),
    ),
    {"scenario": f"{SIM}orders_due_total", "payment": f"{SIM}orders_due_total{HERE}"},
)
