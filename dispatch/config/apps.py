"""Tell Django about the domain, and register the system checks."""

from django.apps import AppConfig


class DispatchConfig(AppConfig):
    """The dispatch domain."""

    name = "dispatch"
    verbose_name = "Dispatch"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from dispatch.config import checks  # noqa: F401
