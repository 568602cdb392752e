"""The API of board and programs, under /api/."""

from ninja import NinjaAPI

from dispatch.api import errors
from dispatch.api.parsing import StorableParser
from dispatch.api.routers import (
    board,
    calls,
    jobs,
    lines,
    photos,
    plans,
    records,
    visits,
)

api = NinjaAPI(
    title="Field Dispatch",
    version="1",
    description="Plan, dispatch and follow onsite visits. Errors are problem+json.",
    urls_namespace="api",
    parser=StorableParser(),
    docs_url=None,
)
errors.install(api)
api.add_router("", board.router)
api.add_router("", visits.router)
api.add_router("", photos.router)
api.add_router("", lines.router)
api.add_router("", plans.router)
api.add_router("", records.router)
api.add_router("", calls.router)
api.add_router("", jobs.router)
