"""Debian's Prometheus over the replicas, on a loopback port: what fires now, named with what tells one from another."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.harness.child import free_port
from tests.harness.waiting import eventually

PROMETHEUS = shutil.which("prometheus")
BEAT_SECONDS = 0.5
_CONFIGURATION = """global: {{scrape_interval: {beat}ms, evaluation_interval: {beat}ms}}
rule_files: [rules.yml]
scrape_configs:
  - job_name: gateway
    static_configs: [{{targets: [{targets}]}}]
"""
TELLING = ("slo", "kind", "currency")
"""Labels that say what an alert is about."""


class Prometheus:
    """`firing` asks it; `seen` is every alert that was ever met firing since it was last cleared."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http
        self.seen: set[str] = set()

    async def firing(self) -> set[str]:
        """Names, like `GatewayBudgetBurns create`."""
        async with self._http.get(f"{self._url}/api/v1/alerts") as answer:
            body = await answer.json()
        now = {_name(alert["labels"]) for alert in body["data"]["alerts"] if alert["state"] == "firing"}
        self.seen |= now
        return now

    async def scrapes(self) -> int:
        """How many targets answered last."""
        async with self._http.get(f"{self._url}/api/v1/query", params={"query": 'sum(up{job="gateway"})'}) as answer:
            body = await answer.json()
        return int(body["data"]["result"][0]["value"][1]) if body["data"]["result"] else 0


@asynccontextmanager
async def open_prometheus(folder: Path, urls: Sequence[str], rules: str) -> AsyncIterator[Prometheus]:
    """Until the block ends. All of `urls` have been scraped when this begins."""
    assert PROMETHEUS is not None, "prometheus is not installed (apt-get install prometheus)"
    targets = ", ".join(f'"{url.partition("//")[2]}"' for url in urls)
    (folder / "rules.yml").write_text(rules, "utf-8")
    configuration = folder / "prometheus.yml"
    configuration.write_text(_CONFIGURATION.format(beat=round(BEAT_SECONDS * 1000), targets=targets), "utf-8")
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(PROMETHEUS, f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'tsdb'}"),
        *(f"--web.listen-address=127.0.0.1:{port}", "--log.level=error"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        async with aiohttp.ClientSession() as http:
            prometheus = Prometheus(f"http://127.0.0.1:{port}", http)

            async def scrapes_all() -> bool:
                try:
                    return await prometheus.scrapes() == len(urls)
                except aiohttp.ClientError:
                    return False

            await eventually(scrapes_all, seconds=60, what="Prometheus scrapes every gateway")
            yield prometheus
    finally:
        process.terminate()
        await process.wait()


def _name(labels: dict[str, str]) -> str:
    return " ".join([labels["alertname"], *(labels[label] for label in TELLING if label in labels)])
