"""Tell Django about the field app."""

from importlib import import_module

from django.apps import AppConfig


class FieldAppConfig(AppConfig):
    """Devices, commands and receipts."""

    name = "field_app"
    verbose_name = "Field app"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the operator told what phones need."""
        import_module("field_app.checks")
