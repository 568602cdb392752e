"""Addresses of the field app; worker and manifest stand at the root."""

from django.urls import path, re_path

from field_app import office, office_bundles, views
from field_app.api import api

urlpatterns = [
    path("serviceworker.js", views.service_worker, name="serviceworker"),
    path("manifest.json", views.manifest, name="manifest"),
    path("offline/", views.offline, name="offline"),
    path("devices/import/", office_bundles.import_bundle, name="field-bundle"),
    path("field/api/", api.urls),
    path("office/devices/", office.devices_page, name="office-devices"),
    path("office/devices/<uuid:device_id>/", office.revoke, name="office-revoke"),
    path(
        "office/devices/<uuid:device_id>/photos/",
        office.lost_photos,
        name="office-lost-photos",
    ),
    path("field/", views.shell, name="field"),
    re_path(r"^field/(?P<path>(?!api/).+)$", views.shell, name="field-page"),
]
