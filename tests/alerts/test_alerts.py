"""The programme, small: two faults. `python -m tests.alerts` plays all of them."""

import pytest

from tests.alerts.faults import FAULTS
from tests.alerts.play import play_all
from tests.alerts.prometheus import PROMETHEUS
from tests.alerts.rules import OBJECTIVES, quickened
from tests.architecture.test_monitoring import alerts
from tests.harness.nginx import NGINX
from tests.replicas.cluster import running_engines

SMALL = ("signatures are forged", "an event of the other mode")
SPEED = 720.0


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.skipif(PROMETHEUS is None, reason="prometheus is not installed (apt-get install prometheus)")
@pytest.mark.skipif(NGINX is None, reason="nginx is not installed (apt-get install nginx-light)")
async def test_an_alert_fires_on_its_fault_alone_and_ends() -> None:
    with running_engines() as engines:
        faults = [fault for fault in FAULTS if fault.name in SMALL]
        played = await play_all(engines, faults, rules=quickened(SPEED, without=(OBJECTIVES,)))
    assert [sentence for one in played for sentence in one.breaches] == []
    assert len(played) == len(SMALL)


def test_every_alert_has_a_fault_that_it_is_about() -> None:
    assert {name.partition(" ")[0] for fault in FAULTS for name in fault.fires} == alerts()


def test_windows_hold_several_scrapes_and_what_must_last_outlives_a_change_of_leader() -> None:
    text = quickened(120)
    assert "[5000ms]" in text
    assert "[180000ms]" in text
    assert "gateway_inbox_oldest_seconds) > 15.0" in text
    assert "for: 30000ms" in text
    assert "for: 0s" in text
