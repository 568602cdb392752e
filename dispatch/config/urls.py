"""The address book: every door, named once."""

from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import include, path

from dispatch.api import pages, stream
from dispatch.api.api import api

urlpatterns = [
    path("", pages.home, name="home"),
    path("livez", pages.livez, name="livez"),
    path("readyz", pages.readyz, name="readyz"),
    path("login/", pages.SignIn.as_view(), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("events", stream.events, name="events"),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
    path("", include("dispatch.board.urls")),
    path("", include("dispatch.portal.urls")),
    path("", include("field_app.urls")),
]
