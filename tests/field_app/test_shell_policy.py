"""What the pages of the field app may do, and no other page; how its shell begins."""

import re

from django.conf import settings
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


def test_the_shell_names_all_that_its_script_imports(db: None):
    page = Client().get("/field/").content.decode()
    script = re.search(r'src="/static/(assets/[^"]+)"', page)
    assert script is not None
    named = set(re.findall(r'rel="modulepreload" href="/static/([^"]+)"', page))

    reached, ahead = set(), [script[1]]
    while ahead:
        file = ahead.pop()
        text = (settings.FRONTEND_DIST / file).read_text(encoding="utf-8")
        head = re.findall(r'(?:from|import)"\./([^"]+\.js)"', text)
        new = {f"assets/{name}" for name in head} - reached
        reached |= new
        ahead += new

    assert len(reached) > 3
    assert named == reached - {script[1]}
