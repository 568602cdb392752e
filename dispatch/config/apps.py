"""Tell Django about the domain, and register the system checks."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class DispatchConfig(AppConfig):
    """The dispatch domain."""

    name = "dispatch"
    verbose_name = "Dispatch"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks, and the Celery application for every thread."""
        from dispatch.config import celery, checks  # noqa: F401

        celery.app.set_default()


class OfficeAdminConfig(AdminConfig):
    """Django's admin behind our own door."""

    default_site = "dispatch.admin_site.OfficeSite"
