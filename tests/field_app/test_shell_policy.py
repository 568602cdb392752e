"""What the pages of the field app may do, and no other page."""

from django.test import Client


def policy_of(path: str) -> list[str]:
    response = Client().get(path)
    rules = response.headers["Content-Security-Policy"].split("; ")
    return next(rule for rule in rules if rule.startswith("script-src")).split()[1:]


def test_only_the_field_app_may_compile_its_barcode_reader(db: None):
    assert policy_of("/field/") == ["'self'", "'wasm-unsafe-eval'"]
    assert policy_of("/field/van/returns") == ["'self'", "'wasm-unsafe-eval'"]
    assert policy_of("/login/") == ["'self'"]
    assert policy_of("/book/") == ["'self'"]
