"""The dispatcher's pages."""

from django.urls import path

from dispatch.board import reports, views

app_name = "board"
urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/policy/<slug:code>/", views.policy, name="policy"),
    path("board/visits/<uuid:visit_id>/report.pdf", reports.pdf, name="report"),
    path("board/plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("board/plans/<uuid:plan_id>/prices/", views.prices, name="prices"),
]
