"""A tiny web server for the built pages: the shop of docs/frontend, and the page that runs every client's checks.

The same server answers at two origins: `origin`, which the gateway is asked to allow, and `foreign_origin`, of which it
knows nothing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_PAGE = """<!doctype html><meta charset="utf-8"><title>{name}</title><link rel="icon" href="data:,">
<div id="shop"></div>
<script>window.GATEWAY_URL = "{gateway}"; window.SETTINGS = {{ VITE_GATEWAY_URL: "{gateway}" }}</script>
<script type="module" src="/{name}.page.js"></script>
"""


class Pages:
    """Where the pages answer, and which gateway they are to speak to."""

    def __init__(self, built: Path) -> None:
        self.built = built
        self.gateway = ""
        self.port = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def foreign_origin(self) -> str:
        return f"http://elsewhere.test:{self.port}"

    def point_at(self, gateway: str) -> None:
        self.gateway = gateway


@contextmanager
def serve_pages(built: Path) -> Iterator[Pages]:
    pages = Pages(built)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, pages)) as server:
        pages.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield pages
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def __init__(self, pages: Pages, *arguments: object) -> None:
        self.pages = pages
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path.endswith(".page.js"):
            self._answer((self.pages.built / path[1:]).read_bytes(), "text/javascript")
        else:
            name = path[1:] if path[1:] in {"checks", "traced"} else "shop"
            self._answer(_PAGE.format(name=name, gateway=self.pages.gateway).encode(), "text/html; charset=utf-8")

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The tests' output is for the tests."""
