"""The pages: files that a browser is handed as they are; what they show they ask of the API like anybody."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse
from starlette.exceptions import HTTPException

from platform_api.texts import both

FOLDER = Path(__file__).parent.parent / "web" / "static"

ADDRESSES = (
    "/",
    "/scenarios/{name}",
    "/runs",
    "/runs/{id}",
    "/runs/{id}/map",
    "/runs/{id}/trucks",
    "/experiments",
    "/experiments/{id}",
    "/compare",
    "/compare/{id}",
    "/live",
    "/live/{id}",
    "/join",
    "/class/{code}",
    "/class/{code}/trainer",
    "/lessons",
    "/lessons/{name}",
    "/lessons/{name}/handout",
)
"""Where a page is; which one, the browser works out from the address."""

KINDS = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
"""What a file is served as; others are not served."""

router = APIRouter(include_in_schema=False)


def page() -> Response:
    """The page of every address; without the libraries that set-up fetches, what to do about it."""
    if not (FOLDER / "vendor" / "preact.js").is_file():
        missing = both("pages.not_fetched")
        words = f'<p lang="vi">{missing.vi}</p><p lang="en">{missing.en}</p>'
        return HTMLResponse(f'<!doctype html><meta charset="utf-8"><title>Cửa Khẩu</title>{words}', 503)
    return FileResponse(FOLDER / "index.html", headers={"Cache-Control": "no-cache"})


for address in ADDRESSES:
    router.add_api_route(address, page, methods=["GET"])


@router.get("/static/{name:path}")
def static(name: str) -> Response:
    """A file of the pages; a browser asks each time whether it is still the same."""
    path = (FOLDER / name).resolve()
    if not path.is_relative_to(FOLDER.resolve()) or path.suffix not in KINDS or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, media_type=KINDS[path.suffix], headers={"Cache-Control": "no-cache"})
