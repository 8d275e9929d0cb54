"""Grafana boards, declared once; `python -m metrics.boards` writes `metrics/dashboards/`.

Titles are Vietnamese, descriptions English. Two data sources may be one Prometheus or two: `live` scrapes
the service, `simulated` holds blocks of simulated time (`cuakhau export --format openmetrics`). Values at
which colours change are assumptions.
"""
