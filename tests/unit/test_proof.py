"""How programmes show that they met what they are about."""

import pytest

from tests.harness.proof import Proof


def test_what_was_met_is_printed_and_proves_something(capsys: pytest.CaptureFixture[str]) -> None:
    proof = Proof()
    proof.needs("deliveries refused", 3)
    proof.needs("shortest takeover, seconds", 3.2, at_least=3.0)
    proof.finish()
    assert proof.verdicts() == []
    assert "deliveries refused: 3\n" in capsys.readouterr().out


@pytest.mark.parametrize("count", [0, 2])
def test_what_was_not_met_often_enough_ends_the_programme_with_1_and_a_sentence(count: int) -> None:
    proof = Proof()
    proof.needs("breakers opened", count, at_least=3)
    with pytest.raises(SystemExit, match="proved nothing: breakers opened"):
        proof.finish()


def test_a_programme_that_counts_nothing_proves_nothing() -> None:
    assert Proof().verdicts() == ["proved nothing: nothing was counted"]


def test_what_broke_is_said_beside_what_was_not_met() -> None:
    with pytest.raises(SystemExit) as ended:
        Proof().finish(broken=["an event was lost"])
    assert str(ended.value).splitlines() == ["BROKEN: an event was lost", "proved nothing: nothing was counted"]
