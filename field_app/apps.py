"""Tell Django about the field app."""

from django.apps import AppConfig


class FieldAppConfig(AppConfig):
    """Devices, commands and receipts."""

    name = "field_app"
    verbose_name = "Field app"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the operator told what phones need."""
        from field_app import checks  # noqa: F401
