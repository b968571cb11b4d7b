"""What came and what happened is never rewritten, by whoever writes (I13 and I14 of docs/invariants.md).

No model says this, so it is written by hand, and the models' state is that of the migration before.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
CREATE TRIGGER "webhook_event_keeps_what_came"
BEFORE UPDATE ON "webhook_event"
WHEN NEW."id" IS NOT OLD."id" OR NEW."type" IS NOT OLD."type" OR NEW."body" IS NOT OLD."body"
    OR NEW."created_at" IS NOT OLD."created_at" OR NEW."received_at" IS NOT OLD."received_at"
    OR NEW."livemode" IS NOT OLD."livemode"
BEGIN
    SELECT RAISE(ABORT, 'webhook_event is append-only: what came never changes');
END;
CREATE TRIGGER "webhook_event_is_kept_35_days"
BEFORE DELETE ON "webhook_event"
WHEN COALESCE(julianday(OLD."received_at") > julianday('now') - 35, 1)
BEGIN
    SELECT RAISE(ABORT, 'webhook_event is append-only: an event is kept for 35 days');
END;
CREATE TRIGGER "status_change_never_changes"
BEFORE UPDATE ON "status_change"
BEGIN
    SELECT RAISE(ABORT, 'status_change is append-only');
END;
CREATE TRIGGER "status_change_is_never_deleted"
BEFORE DELETE ON "status_change"
BEGIN
    SELECT RAISE(ABORT, 'status_change is append-only');
END;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
DROP TRIGGER IF EXISTS "webhook_event_keeps_what_came";
DROP TRIGGER IF EXISTS "webhook_event_is_kept_35_days";
DROP TRIGGER IF EXISTS "status_change_never_changes";
DROP TRIGGER IF EXISTS "status_change_is_never_deleted";"""


MODELS_STATE = (
    "eJztXG1zozYQ/isef0pn0pv4JS/ttzh179xe7JuL27u5TIaRQbY1AYkI4cRzzX+vhDHvoi"
    "hHCKZ8s1e7IB6J3UerFd+7zoOJGHw3MaBlEwaxvv0Tbru/dr53MbAg/yHROO50gW2H7ULA"
    "wML0TFCoq937yguHUaAz3rwEpgO5yICOTpHNEMFcil3TFEKic0WEV6HIxejBhRojK8jWkP"
    "KG2zsuRtiAT9DZ/7XvtSWCphHru39zr0FjW9sTXq0B/d1TFfdbaDoxXQtH1O0tWxMc6PP+"
    "COkKYkgBg0bkEUQP/Yfei3a95QJGXRh00wgFBlwC12SRR15ooayradPZXLsZzzWtqwCSTr"
    "AAGGHmeAhY4EkzIV6xNf/bPz193t0oRGKnJu749+Xnqw+Xn4+41k/iloSP024cp35Tf9f2"
    "7F0EMLC7jAd9iDWF/Lkdpq2Bs1YBPWlXDvp7QQh/OO0qx/9sWAD+s6EUfdEkwA/BtsHWgp"
    "hpyFCBOm7VQKAH/QJAD/pSoEVTHGidQgGGBlga6N94C0MWzAY7bpkA2/BN3+1/lAN9lS4m"
    "B+n55Hp8M7+8/iQubzk8QnhwXc7HoqXvSbcJ6dFZYlSCi3S+TOYfOuJv59tsOvbQJA5bUe"
    "+Ood78W1f0CbiMaJg8asCIArkX70XPImgs7yOuTAgWQL9/BNTQUi2kT2S66SarbyUlAIOV"
    "N0YCTdFPP65+2r2TWSF335Qba+2I0mvG2NvdhBYXOo5Nbq5320UOf14MzKy2+IvAfc+dNF"
    "6rubMy3ViNonVZTkweqh3oOLyLitEjbvUi2H1Q64h6iRwpMp8xU4/SMaNSYH7bQFEBzjZF"
    "OlQlQxGbBlKhV8H5wQWYIZaxqJpglg1z1CQBM9qFrUODeSU68XO/NzwfXgzOhhdcxetoID"
    "nPAX4ynScwBRZx+etuIUxoGtcRWkmhTVo2Cd5f+v3B4Lx/Mji7OB2en59enAQ4p5vyAB9N"
    "3gvMY3M8PQi6S6lIV6g4kKhNAx3IoAgLkZOQpOuwiAFV0N3rNxDZXhGC15MTvF5qlWqiDc"
    "wGeESICQHOxjhqlsB5we0OEOg8RzCbfYytR0eThFuY/nU9GnPkPeD9pVa2tzCRYGgULqHw"
    "AKrMQ2L+SlTvLTnIyUkRDnJyIucgoi0jI+MvQwsjHrGpzqH4t+VwVeNWioDdk2PdS0ENGI"
    "OWnZH5klOS0KI6NtI7EKZnA8p/MUidNKJ/3MymsqRt1CqZR0Q66/zTMZFziFwvBz2BR8xb"
    "7+fp0fXl1+QUvvo4GyXTguICo8QAcI/rOrskVfHdicCkef55WMRjDOUeY5jyGO0mUIWbQM"
    "SGWFPc4ozaNC2FVz7CLs1wFnP4JIl+vnoTHEXe7s746zzfNQebOx9n0/d79aS/jiMNn2zE"
    "PfcL9tniliXssx3QSBzCPlt0lJdAZ0rkJzBoec8P8B6HAeZm4J6z1xNYNDAS94utSnMWpa"
    "l9nsj2p0L+JWpWYf4lkBxsAgZgYgETQaU5HTOqMAtQ0eq/0Kzu5UzrXnpeb/iqMzPVIk0A"
    "RCzaBEBy2lK4QYp4Rk1aQFOJ2IOqzqoLxzg42ujaxguHOW7ZDnOthxk49y8a5Khdu/6r2w"
    "jXpM7yxlvRcHaIvRiUKraMtR/nVVzu1kaaHqqWWnd5myjT3jOqu6KHHrI2I/PKSDJ3HzPI"
    "hf9e1LeKssLKEXltZVuZX1Fl/oGsTQ6oEm1JiaWp54oSZk3Ifr92voiHSHWcY0YNdBHlw6"
    "wD11EqOgsMGgjvoFAxziCnGGeQLsZ5AVlvV2L15Onxenq4QYSTXNV9/JRhA1+k8reZVVFu"
    "wf0PcGuy5vwCF2tC7scbyQG/WPtx3przcaepwU01Z/0E0fB6gOET0xjdeqf52nN7b37K3o"
    "NLhTT6+g10Fb1ChKaXQ2h6kuridkeh6QSHQh2izYvGOWHaHuyv8zi3B2MqrctYECOjGlVe"
    "MLnXb0R0qrpkMuBoKkVdzSUDZR9+ebNEfp1P75efxm8/kVDN0X3egaxyOelmSaDfVh0lo1"
    "x0TaxIHhOmbbVCnckjpDTrkwxyOhMYNGEPrAo6U5M83SWkSF93MzJ0fstxXm4OhDpv8pHL"
    "rND5fyn2+EGfLs+zSasL5KREXl7QBIL9KqREvFQKCPvqDUT3dXKZxKPJaYTl560iJu2JK8"
    "UTV28azJ7/BRUijcc="
)
