"""The versions that a sweep reads are those of the rows, on whichever database this runs."""

from gateway.domain.identifiers import PaymentId
from gateway.services.recording import rows
from tests.harness.bare_gateway import BareGateway


async def test_versions_are_those_of_the_rows(gateway: BareGateway) -> None:
    sessions = [await gateway.created() for _ in range(3)]
    await gateway.desk.pay(sessions[0])
    await gateway.learn_news()
    found = [await gateway.services.payments.read(session) for session in sessions]
    expected = {snapshot.payment_id: snapshot.version for snapshot in found if snapshot is not None}
    database = gateway.services.payments._database
    assert await rows.versions_of(database, [*expected, PaymentId("nobody's")]) == expected
    assert len(set(expected.values())) > 1
    assert await rows.versions_of(database, []) == {}
