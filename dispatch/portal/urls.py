"""The customer's addresses."""

from django.urls import path

from dispatch.portal import booking, photos, reports, visits

app_name = "portal"
urlpatterns = [
    path("book/", booking.what, name="book"),
    path("book/where/", booking.where, name="where"),
    path("book/who/", booking.who, name="who"),
    path("book/when/", booking.when, name="when"),
    path("book/confirm/", booking.confirm, name="confirm"),
    path("v/<str:token>/", visits.open_link, name="link"),
    path("visit/<uuid:ref>/", visits.page, name="visit"),
    path("visit/<uuid:ref>/status/", visits.status, name="status"),
    path("visit/<uuid:ref>/cancel/", visits.cancel, name="cancel"),
    path("visit/<uuid:ref>/rate/", visits.rate, name="rate"),
    path("visit/<uuid:ref>/report/", visits.report, name="report"),
    path(
        "visit/<uuid:ref>/photos/<uuid:photo_id>/<slug:size>.jpg",
        photos.picture,
        name="photo",
    ),
    path("visit/<uuid:ref>/report.pdf", reports.pdf, name="report-pdf"),
    path("visit/<uuid:ref>/visit.ics", visits.calendar, name="calendar"),
]
