"""The dispatcher's pages."""

from django.urls import path, register_converter

from dispatch.board import (
    calls,
    credentials,
    records,
    recurring,
    reports,
    reviews,
    roads,
    stock,
    views,
)
from dispatch.queries import record_pages


class RecordKind:
    """What has a page of its own."""

    regex = "|".join(record_pages.ROWS)

    def to_python(self, value: str) -> str:
        """As it stands in the address."""
        return value

    def to_url(self, value: str) -> str:
        """As it stands in the address."""
        return value


register_converter(RecordKind, "record_kind")
app_name = "board"
urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/calls/new/", calls.new, name="call"),
    path("board/stock/", stock.stock, name="stock"),
    path("board/stock/act/", stock.act, name="stock-act"),
    path("board/roads/", roads.roads, name="roads"),
    path("board/policy/<slug:code>/", views.policy, name="policy"),
    path("board/visits/<uuid:visit_id>/report.pdf", reports.pdf, name="report"),
    path("board/plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("board/plans/<uuid:plan_id>/prices/", views.prices, name="prices"),
    path("office/credentials/", credentials.page, name="credentials"),
    path("office/credentials/act/", credentials.act, name="credentials-act"),
    path("office/recurring/", recurring.listed, name="recurring"),
    path("office/recurring/new/", recurring.edit, name="recurring-new"),
    path("office/recurring/<uuid:row_id>/", recurring.edit, name="recurring-edit"),
    path("office/recurring/<uuid:row_id>/act/", recurring.act, name="recurring-act"),
    path("office/find/", records.find, name="find"),
    path("office/job/<uuid:record_id>/merge/", records.merge, name="merge"),
    path("office/<record_kind:kind>/<uuid:record_id>/", records.record, name="record"),
    path("office/reviews/", reviews.reviews_page, name="reviews"),
    path("office/reviews/alike/", reviews.decide_alike, name="reviews-alike"),
    path("office/reviews/<uuid:case_id>/", reviews.decide, name="review-decide"),
]
