"""Tell Django about the field app."""

from django.apps import AppConfig


class FieldAppConfig(AppConfig):
    """Devices, commands and receipts."""

    name = "field_app"
    verbose_name = "Field app"
    default_auto_field = "django.db.models.BigAutoField"
