from gateway.services.running.health import Readiness

from .stand_in import StandIn, client_of


async def test_healthz_answers_though_everything_else_fails() -> None:
    async with client_of(StandIn(fails=RuntimeError("all is lost"))) as client:
        response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_readyz_tells_each_check_and_is_503_when_one_forbids_work() -> None:
    stand_in = StandIn()
    async with client_of(stand_in) as client:
        ready = await client.get("/readyz")
        stand_in.readiness = Readiness(ok=False, checks={"database": "away", "redis": "degraded"})
        unready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "checks": {"database": "ok"}})
    assert unready.status_code == 503
    assert unready.json()["checks"] == {"database": "away", "redis": "degraded"}


async def test_probes_cost_no_token_and_are_answered_to_any_host() -> None:
    stand_in = StandIn()
    async with client_of(stand_in, public_url="https://pay.example.com") as client:
        for path in ("/healthz", "/readyz"):
            response = await client.get(path, headers={"Host": "10.0.0.7:3002"})
            assert response.status_code == 200
            assert "ratelimit-limit" not in response.headers
    assert stand_in.used == 0
