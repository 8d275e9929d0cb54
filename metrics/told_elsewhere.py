"""Names by which people ask for figures that no indicator of a run has: where they are told, or why not.

Each is the name of an indicator that tells the same under another name, a command that tells it, or a reason
why no scenario of the library can.
"""

from __future__ import annotations

from scenarios.resolved import Label

TOLD: dict[str, Label] = {
    "detected_share": Label("`detection_share`", "`detection_share`"),
    "arrival_to_crossing": Label(
        "`dwell`: từ lúc đến tới lúc qua; tách khỏi `procedure_time` trong "
        "`cuakhau compare lang-son-digital`",
        "`dwell`: from arrival to crossing; apart from `procedure_time` in "
        "`cuakhau compare lang-son-digital`",
    ),
    "road_queue_length": Label(
        "`queue_length_mean` và `queue_length_max`", "`queue_length_mean` and `queue_length_max`"
    ),
    "gather_wait": Label("`wait` theo khâu, ở khâu chờ gom", "`wait` by step, at the step that gathers"),
    "stock_mean": Label("`stock_level_mean`", "`stock_level_mean`"),
    "stockout_share": Label(
        "`stock_empty_share`; nhìn từ người đến lấy là `refused_share`",
        "`stock_empty_share`; to those who come it is `refused_share`",
    ),
    "replenishments": Label(
        "chuyến tiếp quỹ là một luồng riêng: `arrived` theo luồng",
        "trips that fill up are a flow of their own: `arrived` by flow",
    ),
    "quota_use": Label(
        "hạn mức là một nguồn lực có lịch: `utilisation` của nguồn lực ấy",
        "a quota is a resource with a calendar: `utilisation` of it",
    ),
    "recovery_time": Label(
        "`cuakhau resilience`: so với chính những xe ấy khi không có sự cố; một lần chạy không biết điều đó",
        "`cuakhau resilience`: against the same trucks without the outage, which a single run cannot know",
    ),
    "outage_time_lost": Label(
        "`cuakhau resilience`, cùng lý do", "`cuakhau resilience`, for the same reason"
    ),
    "half_width": Label("cạnh mọi trung bình của kết quả", "beside every mean of a result"),
    "relative_precision": Label("`cuakhau compare --precision`", "`cuakhau compare --precision`"),
    "difference": Label("`cuakhau compare`", "`cuakhau compare`"),
    "variance_ratio": Label("`cuakhau compare`", "`cuakhau compare`"),
    "won_share": Label("`cuakhau compare`", "`cuakhau compare`"),
    "lost_share": Label("`cuakhau compare`", "`cuakhau compare`"),
    "probability_best": Label("`cuakhau optimise`", "`cuakhau optimise`"),
    "input_range": Label("`cuakhau compare --ranges`", "`cuakhau compare --ranges`"),
    "tipping_value": Label("`cuakhau compare --ranges`", "`cuakhau compare --ranges`"),
    "adopters": Label("`cuakhau adopt`", "`cuakhau adopt`"),
    "penetration": Label("`cuakhau adopt`", "`cuakhau adopt`"),
    "time_to_share": Label("`cuakhau adopt`", "`cuakhau adopt`"),
    "active_share": Label(
        "là giả định của `lang-son-shops-2021`, không phải kết quả: không ai công bố số cửa hàng còn bán",
        "an assumption of `lang-son-shops-2021`, no result: nobody has published how many shops still sell",
    ),
    "perfect_order": Label(
        "không tách được khỏi `on_time`: trong các kịch bản này, đơn nào giao được cũng đủ hàng, đúng tiền; "
        "còn tươi hay không là `due` của đơn",
        "cannot be told from `on_time`: in these scenarios every delivered order is whole and paid, and "
        "freshness is its `due`",
    ),
    "fully_online": Label(
        "không quan sát được: kịch bản hồ sơ không nói kết quả được trả trên mạng hay trên giấy",
        "cannot be seen: no scenario of dossiers says whether results are handed over on line or on paper",
    ),
    "road_over_limit": Label(
        "không có mức để so: chưa ai công bố mỗi cửa khẩu còn bao nhiêu mét đường cho xe xếp hàng; xem "
        "`queue_length_max`",
        "has no limit to be held against: nobody has published how much road each gate has for a line; see "
        "`queue_length_max`",
    ),
}
"""Name → where it is told, or why it is not."""
