"""A container's health check: `python -m dispatch.config.probe PORT`."""

import os
import sys
import urllib.request


def main() -> int:
    """0 when the server of this container answers, else 1."""
    host = os.environ.get("ALLOWED_HOSTS", "localhost").partition(",")[0]
    request = urllib.request.Request(
        f"http://127.0.0.1:{sys.argv[1]}/livez", headers={"Host": host}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as response:
            return 0 if response.status == 200 else 1
    except OSError as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
