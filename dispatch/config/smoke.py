"""Try each printed address once, as the person it was printed for."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from typing import TypedDict

TIMEOUT_SECONDS = 20
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Entry(TypedDict):
    """One line of the table that a trial run prints."""

    who: str
    address: str
    sign_in: str
    password: str
    # For who needs no sign-in: why not, or the header that a program sends.
    note: str


def try_entry(entry: Entry, base_url: str) -> str | None:
    """Open the address, signed in where it takes one; what went wrong, or None."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    try:
        if entry["password"]:
            _sign_in(opener, entry, base_url)
        request = urllib.request.Request(entry["address"])
        if entry["note"].startswith("Bearer "):
            request.add_header("Authorization", entry["note"])
        with opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
            landed: str = answer.geturl()
    except (urllib.error.URLError, OSError, LookupError) as error:
        return f"{entry['address']} ({entry['who']}): {error}"
    if "/login/" in landed:
        return f"{entry['address']} ({entry['who']}): the sign-in does not work"
    return None


def _sign_in(
    opener: urllib.request.OpenerDirector, entry: Entry, base_url: str
) -> None:
    login = f"{base_url}/login/"
    with opener.open(login, timeout=TIMEOUT_SECONDS) as page:
        found = TOKEN.search(page.read().decode())
    if found is None:
        raise LookupError("the sign-in page has no form")
    form = urllib.parse.urlencode(
        {
            "csrfmiddlewaretoken": found[1],
            "username": entry["sign_in"],
            "password": entry["password"],
        }
    )
    request = urllib.request.Request(login, form.encode(), {"Referer": login})
    opener.open(request, timeout=TIMEOUT_SECONDS).close()
