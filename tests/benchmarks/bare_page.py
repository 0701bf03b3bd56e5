"""The peer of startup: one page of Starlette's, served by uvicorn on the port that is its argument."""

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route


async def page(request: Request) -> HTMLResponse:
    """Hello."""
    return HTMLResponse("<!doctype html><title>A page</title><p>Hello.")


if __name__ == "__main__":
    uvicorn.run(Starlette(routes=[Route("/", page)]), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
