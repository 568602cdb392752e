"""Settings that name an address are understood, or refused in one sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from dispatch.config import env

TILES = "https://tiles.example.org:8443/base/{z}/{x}/{y}.png?key=1"


def test_tiles_open_the_policy_for_their_own_origin_only(monkeypatch):
    monkeypatch.setenv("TILES", TILES)
    assert env.env_tiles("TILES") == (TILES, ["https://tiles.example.org:8443"])
    monkeypatch.delenv("TILES")
    assert env.env_tiles("TILES") == ("", [])


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (env.env_tiles, "https://tiles.example.org/{z}/{x}.png", "must hold"),
        (env.env_tiles, "https://{s}.example.org/{z}/{x}/{y}.png", "one plain host"),
        (env.env_tiles, "https://*.example.org/{z}/{x}/{y}.png", "one plain host"),
        (env.env_tiles, "https://a;script-src/{z}/{x}/{y}.png", "one plain host"),
        (env.env_tiles, "tiles/{z}/{x}/{y}.png", "must be an address"),
        (env.env_url, "osrm:5000", "must be an address like"),
        (env.env_url, "file:///etc/passwd", "must be an address like"),
        (env.env_float, "a second", "must be a number"),
        (env.env_float, "nan", "must be a number"),
        (env.env_json, "{nominatim}", "must be a JSON object"),
        (env.env_json, "[]", "must be a JSON object"),
    ],
)
def test_what_is_not_understood_stops_the_start_with_a_sentence(
    monkeypatch, read, value, words
):
    monkeypatch.setenv("WORD", value)
    args = (1.0,) if read is env.env_float else ()
    with pytest.raises(ImproperlyConfigured, match=words):
        read("WORD", *args)


def test_a_routing_engine_that_nobody_knows_is_refused(monkeypatch):
    monkeypatch.setenv("ROADS_PROVIDER", "graphhopper")
    with pytest.raises(ImproperlyConfigured, match="one of osrm, valhalla"):
        env.env_choice("ROADS_PROVIDER", ("", "osrm", "valhalla"))


def test_an_engine_needs_its_address(monkeypatch):
    monkeypatch.delenv("ROADS_URL", raising=False)
    with pytest.raises(ImproperlyConfigured):
        env.env_url("ROADS_URL", needed=True)
