"""Whether the service lives, and its metrics."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Request, Response

from metrics.exposition import render
from platform_api import refusals, wire
from platform_api.guard import Viewing
from platform_api.routes.common import Service

router = APIRouter(tags=["service"])


@router.get("/healthz", operation_id="getHealth", summary="Whether the service lives")
def get_health(service: Service) -> wire.Health:
    """Answers at once, also while runs are at work."""
    runs = service.runs
    return wire.Health(status="ok", version=version("cuakhau"), queued=runs.queued(), running=runs.running())


@router.get("/readyz", operation_id="getReadiness", summary="Whether the service can work")
def get_readiness(service: Service) -> wire.Ready:
    """That its database answers, its folder can be written, its workers are there, and it is not stopping."""
    missing = service.missing()
    if missing:
        raise refusals.not_ready(missing)
    return wire.Ready(status="ready")


@router.get("/metrics", operation_id="getMetrics", summary="Metrics for Prometheus")
def get_metrics(service: Service, request: Request, _: Viewing) -> Response:
    """Prometheus text, or OpenMetrics where the `Accept` header asks for it."""
    text, content_type = render(service.registry, request.headers.get("accept", ""))
    return Response(text, headers={"Content-Type": content_type})
