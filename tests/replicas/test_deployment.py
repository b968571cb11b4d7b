"""What a machine without Docker can say of the image and of compose.yaml: linted and held against the code, not run."""

import re
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from limits import parse

from gateway.http.assets import ALL
from gateway.serving.servers import GRACE_SECONDS
from gateway.settings import Settings
from tests.harness.child import ROOT
from tests.harness.nginx import TEMPLATE, write_configuration

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return loaded


@pytest.mark.parametrize("path", ["", "/pay", "/shop/pay"])
def test_nginx_takes_the_template(path: str, nginx: str, tmp_path: Path) -> None:
    configuration = write_configuration(tmp_path, 8080, ["http://127.0.0.1:3002", "http://127.0.0.1:3003"], path=path)
    checked = subprocess.run([nginx, "-t", "-c", str(configuration)], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


def test_hadolint_has_nothing_to_say_about_the_dockerfile() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    checked = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout) == (0, "")


@pytest.mark.parametrize("asset", ALL, ids=lambda asset: asset.name)
def test_the_image_holds_the_files_that_our_pages_load(asset: Any) -> None:
    assert re.search(rf"npm pack [^\n]*\b{asset.package}@{asset.version}(\s|$)", DOCKERFILE)
    assert f" {asset.package}-{asset.version}/{asset.path} /assets/{asset.name} " in DOCKERFILE


def test_the_last_stage_runs_nothing_as_root_and_installs_nothing() -> None:
    last = DOCKERFILE[DOCKERFILE.rindex("\nFROM ") :]
    assert re.search(r"^USER 10001$", last, re.MULTILINE)
    assert "useradd --system --uid 10001" in last
    assert not re.search(r"apt-get|pip install|npm ", last)


def test_compose_is_hardened_and_names_only_what_exists(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"postgres", "redis", "migrate", "gateway-1", "gateway-2", "nginx"}
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["cap_drop"] == ["ALL"], name
        assert "privileged" not in service, name
        assert not service["image"].endswith(":latest"), name
        assert set(service.get("depends_on", {})) <= set(services), name
        assert set(service["networks"]) <= set(compose["networks"]), name
    assert compose["networks"]["inside"]["internal"] is True
    assert "ports" not in {key for name in services if name != "nginx" for key in services[name]}


def test_replicas_together_ask_stripe_no_more_than_one_process_may(compose: dict[str, Any]) -> None:
    services = compose["services"]
    limits = [
        parse(service["environment"]["GATEWAY_STRIPE_RATE_LIMIT"])
        for service in services.values()
        if service.get("command") == ["serve"]
    ]
    whole = parse(str(Settings.model_fields["stripe_rate_limit"].default))
    assert len(limits) == 2
    assert all(limit.get_expiry() == whole.get_expiry() for limit in limits)
    assert sum(limit.amount for limit in limits) <= whole.amount


def test_every_service_has_a_memory_limit_above_what_it_is_allowed_to_hold(compose: dict[str, Any]) -> None:
    megabytes = {"m": 1, "g": 1024}
    limits = {
        name: int(service["mem_limit"][:-1]) * megabytes[service["mem_limit"][-1]]
        for name, service in compose["services"].items()
    }
    command = compose["services"]["redis"]["command"]
    assert limits["redis"] > int(command[command.index("--maxmemory") + 1].removesuffix("mb"))


def test_images_are_named_by_tag_and_the_command_that_pins_them_is_documented(compose: dict[str, Any]) -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    named = [service["image"] for service in compose["services"].values()]
    assert all(re.fullmatch(r"[a-z0-9/.-]+:[a-z0-9.-]+(@sha256:[0-9a-f]{64})?", image) for image in bases + named)
    assert "--resolve-image-digests" in (ROOT / "compose.yaml").read_text("utf-8")
    assert "imagetools inspect" in DOCKERFILE


def test_compose_sets_no_variable_that_the_gateway_does_not_know(compose: dict[str, Any]) -> None:
    known = {str(field.validation_alias or f"GATEWAY_{name.upper()}") for name, field in Settings.model_fields.items()}
    assert set(compose["services"]["gateway-1"]["environment"]) <= known


def test_replicas_wait_for_the_migration_and_are_given_time_to_end(compose: dict[str, Any]) -> None:
    for name in ("gateway-1", "gateway-2"):
        replica = compose["services"][name]
        assert replica["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
        assert int(replica["stop_grace_period"].removesuffix("s")) > GRACE_SECONDS + 4
    assert compose["services"]["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}


def test_the_proxy_calls_the_replicas_by_their_addresses_on_the_network_that_it_is_known_on(
    compose: dict[str, Any],
) -> None:
    """By name it might come over the other network that they share."""
    services = compose["services"]
    addresses = {services[name]["networks"]["inside"]["ipv4_address"] for name in ("gateway-1", "gateway-2")}
    called = re.findall(r"server ([0-9.]+):3002 ", services["nginx"]["environment"]["GATEWAY_SERVERS"])
    assert set(called) == addresses
    network = ip_network(compose["networks"]["inside"]["ipam"]["config"][0]["subnet"])
    assert all(ip_address(address) in network for address in addresses)


def test_compose_is_what_compose_reads() -> None:
    """By the schema of the Compose specification, which the tool carries."""
    tool = Path(sys.executable).parent / "check-jsonschema"
    checked = subprocess.run(
        [tool, "--builtin-schema", "vendor.compose-spec", ROOT / "compose.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_proxy_is_the_only_one_whose_word_is_believed(compose: dict[str, Any]) -> None:
    nginx = compose["services"]["nginx"]
    trusted = compose["services"]["gateway-1"]["environment"]["GATEWAY_TRUSTED_PROXIES"]
    assert nginx["networks"]["inside"]["ipv4_address"] == trusted
    assert set(nginx["environment"]) >= set(re.findall(r"\$\{(GATEWAY_\w+)\}", TEMPLATE.read_text("utf-8")))
    assert any(str(TEMPLATE.relative_to(ROOT)) in volume for volume in nginx["volumes"])
