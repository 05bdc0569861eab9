"""`/console`: the operator's page, static files of our own and nothing from elsewhere."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.staticfiles import StaticFiles

_FILES = Path(__file__).parent.parent / "console"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob: data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def add_console(app: FastAPI) -> None:
    """The page and its two files; they are open, what they show is behind the key."""
    page = (_FILES / "index.html").read_text("utf-8")
    app.mount("/console/", StaticFiles(directory=_FILES), name="console")

    @app.get("/console", include_in_schema=False)
    async def show_console() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": _POLICY})
