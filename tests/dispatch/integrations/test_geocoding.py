"""The geocoding client against a service that speaks Nominatim's language."""

import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlparse

import pytest

from dispatch.integrations.geocoding.client import GeopyGeocoder
from dispatch.services.geocoder import GeocoderAway


class Service(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self):
        query = parse_qs(urlparse(self.path).query)["q"][0]
        self.asked.append(query)
        known = [{"lat": "51.59", "lon": "-2.98", "display_name": query}]
        body = json.dumps(known if "Dock" in query else []).encode()
        self.send_response(503 if "Storm" in query else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing: the test's output is the test's."""


@pytest.fixture
def service(settings):
    Service.asked = []
    server = HTTPServer(("127.0.0.1", 0), Service)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.GEOCODER = {
        "service": "nominatim",
        "domain": f"127.0.0.1:{server.server_port}",
        "scheme": "http",
        "user_agent": "tests",
    }
    yield Service
    server.shutdown()
    server.server_close()


def test_an_address_has_a_place(service):
    assert GeopyGeocoder().locate("3 Dock Road, NP19 1AA") == (51.59, -2.98)
    assert service.asked == ["3 Dock Road, NP19 1AA"]


def test_an_unknown_address_has_none(service):
    assert GeopyGeocoder().locate("1 Nowhere") is None


def test_a_service_that_is_away_is_no_answer(service):
    with pytest.raises(GeocoderAway, match="503"):
        GeopyGeocoder().locate("1 Storm Street")
