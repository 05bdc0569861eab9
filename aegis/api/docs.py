"""The contract, for people and for programs: nothing in it is fetched from elsewhere."""

from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import APIRouter, FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from starlette.responses import HTMLResponse, JSONResponse
from starlette.staticfiles import StaticFiles

from aegis.api.asyncapi import describe_stream
from aegis.api.openapi_document import describe_api

_FILES = Path(fastapi_offline.__file__).parent / "static"
_ASSETS = "/docs/assets"
_FAVICON = f"{_ASSETS}/favicon.png"
# Redoc's script would load its maker's logo from abroad; the policy forbids that.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src blob:; frame-ancestors 'none'"
)
_ANY_OBJECT: dict[str, Any] = {"application/json": {"schema": {"type": "object"}}}
_PAGE: dict[str, Any] = {"text/html": {"schema": {"type": "string"}}}


def add_docs(app: FastAPI, *, demands_key: bool) -> None:
    """`/openapi.json`, `/asyncapi.json`, `/docs` and `/redoc`, with the files of the pages.

    demands_key: whether this system refuses callers without a key.
    """
    app.mount(_ASSETS, StaticFiles(directory=_FILES), name="docs-assets")
    router = APIRouter(tags=["Documents"])
    _add_documents(router, app, demands_key=demands_key)
    _add_pages(router, app.title)
    app.include_router(router)


def _add_documents(router: APIRouter, app: FastAPI, *, demands_key: bool) -> None:
    stream = describe_stream(app.title, app.version, demands_key=demands_key)

    @router.get(
        "/openapi.json",
        summary="Describe the API",
        response_class=JSONResponse,
        responses={200: {"description": "OpenAPI 3.1", "content": _ANY_OBJECT}},
    )
    async def read_openapi() -> JSONResponse:
        """This document."""
        return JSONResponse(describe_api(app, demands_key=demands_key))

    @router.get(
        "/asyncapi.json",
        summary="Describe the stream",
        response_class=JSONResponse,
        responses={200: {"description": "AsyncAPI 3", "content": _ANY_OBJECT}},
    )
    async def read_asyncapi() -> JSONResponse:
        """The WebSocket `/ws/analysis`: messages, filters, close codes."""
        return JSONResponse(stream)


def _add_pages(router: APIRouter, title: str) -> None:
    answers: dict[int | str, dict[str, Any]] = {200: {"description": "A page", "content": _PAGE}}

    @router.get("/docs", summary="Try the API", response_class=HTMLResponse, responses=answers)
    async def show_docs() -> HTMLResponse:
        """The API to look at and to try, by Swagger UI."""
        page = get_swagger_ui_html(
            openapi_url="/openapi.json",
            title=f"{title} - API",
            swagger_js_url=f"{_ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{_ASSETS}/swagger-ui.css",
            swagger_favicon_url=_FAVICON,
        )
        return _guarded(page)

    @router.get(
        "/redoc", summary="Read about the API", response_class=HTMLResponse, responses=answers
    )
    async def show_redoc() -> HTMLResponse:
        """The API to read, by Redoc."""
        page = get_redoc_html(
            openapi_url="/openapi.json",
            title=f"{title} - API",
            redoc_js_url=f"{_ASSETS}/redoc.standalone.js",
            redoc_favicon_url=_FAVICON,
            with_google_fonts=False,
        )
        return _guarded(page)


def _guarded(page: HTMLResponse) -> HTMLResponse:
    page.headers["Content-Security-Policy"] = _POLICY
    return page
