"""Debian's nginx before the replicas, on a loopback port, with the very template that compose.yaml mounts."""

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.harness.child import ROOT, free_port
from tests.harness.waiting import eventually

TEMPLATE = ROOT / "docs" / "nginx.conf.template"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")

_MAIN = """daemon off;
worker_processes auto;
pid {folder}/nginx.pid;
error_log stderr warn;
{user}
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/gateway.conf;
}}
"""


@dataclass(frozen=True)
class Front:
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"


@asynccontextmanager
async def open_front(
    upstreams: Sequence[str], folder: Path, *, port: int | None = None, path: str = ""
) -> AsyncIterator[Front]:
    """nginx before these urls until the block ends. `path` is that of the gateway's public url."""
    assert NGINX is not None, "nginx is not installed (apt-get install nginx-light)"
    front = Front(port or free_port(), path)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        configuration = write_configuration(Path(name), front.port, upstreams, path=path)
        process = await asyncio.create_subprocess_exec(NGINX, "-c", str(configuration), stderr=subprocess.DEVNULL)

        async def listens() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", front.port)
            except OSError:
                return False
            writer.close()
            return True

        try:
            await eventually(listens, seconds=10, what="nginx listens")
            yield front
        finally:
            process.terminate()
            await process.wait()


def write_configuration(folder: Path, port: int, upstreams: Sequence[str], *, path: str = "") -> Path:
    """A whole configuration in `folder`: a frame, and the template with its names filled in."""
    servers = " ".join(f"server {url.partition('//')[2]} max_fails=1 fail_timeout=1s;" for url in upstreams)
    names = {"GATEWAY_SERVERS": servers, "GATEWAY_LISTEN": f"127.0.0.1:{port}", "GATEWAY_PATH": path}
    filled = _envsubst(TEMPLATE.read_text("utf-8"), names)
    (folder / "gateway.conf").write_text(filled, "utf-8")
    main = folder / "nginx.conf"
    main.write_text(_MAIN.format(folder=folder, user="user root;" if os.geteuid() == 0 else ""), "utf-8")
    return main


def _envsubst(text: str, names: dict[str, str]) -> str:
    """As the image does it: only these names, and nginx's own variables are left alone."""
    for name, value in names.items():
        text = text.replace("${" + name + "}", value)
    return text
