"""The dispatcher's pages."""

from django.urls import path

from dispatch.board import stock, views

app_name = "board"
urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/stock/", stock.stock, name="stock"),
    path("board/stock/act/", stock.act, name="stock-act"),
    path("board/policy/<slug:code>/", views.policy, name="policy"),
    path("board/plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("board/plans/<uuid:plan_id>/prices/", views.prices, name="prices"),
]
