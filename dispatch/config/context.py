"""What every page template may name."""

from django.conf import settings
from django.http import HttpRequest


def product(request: HttpRequest) -> dict[str, str]:
    """The product's name, its mode, and the attribution of the demo's places."""
    return {
        "product_name": settings.PWA_APP_NAME,
        "mode": settings.MODE,
        "attribution": "© OpenStreetMap contributors, ODbL",
    }
