"""The dispatcher's pages."""

from django.urls import path

from dispatch.board import credentials, reports, reviews, roads, stock, views

app_name = "board"
urlpatterns = [
    path("board/", views.board, name="board"),
    path("board/stock/", stock.stock, name="stock"),
    path("board/stock/act/", stock.act, name="stock-act"),
    path("board/roads/", roads.roads, name="roads"),
    path("board/policy/<slug:code>/", views.policy, name="policy"),
    path("board/visits/<uuid:visit_id>/report.pdf", reports.pdf, name="report"),
    path("board/plans/<uuid:plan_id>/", views.plan, name="plan"),
    path("board/plans/<uuid:plan_id>/prices/", views.prices, name="prices"),
    path("office/credentials/", credentials.page, name="credentials"),
    path("office/credentials/act/", credentials.act, name="credentials-act"),
    path("office/reviews/", reviews.reviews_page, name="reviews"),
    path("office/reviews/alike/", reviews.decide_alike, name="reviews-alike"),
    path("office/reviews/<uuid:case_id>/", reviews.decide, name="review-decide"),
]
