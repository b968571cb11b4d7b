"""`gateway dev` behind a tunnel: its own parts go on calling it by localhost."""

import pytest

from tests.unit.rest.stand_in import SESSION, StandIn, client_of


@pytest.mark.parametrize(("development", "status"), [(True, 200), (False, 400)])
async def test_localhost_answers_in_dev_though_a_public_url_is_set(development: bool, status: int) -> None:
    async with client_of(StandIn(), public_url="https://me.tunnel.example", development=development) as client:
        path = f"/api/check-payment-status/{SESSION}"
        assert (await client.get(path, headers={"Host": "localhost:3002"})).status_code == status
        assert (await client.get(path, headers={"Host": "me.tunnel.example"})).status_code == 200
