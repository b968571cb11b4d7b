from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "idempotency_key" (
    "key" VARCHAR(255) NOT NULL PRIMARY KEY,
    "request_hash" VARCHAR(64) NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    "created_at" TIMESTAMP NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_idempotency_created_98dcfd" ON "idempotency_key" ("created_at");
CREATE TABLE IF NOT EXISTS "payment" (
    "id" VARCHAR(32) NOT NULL PRIMARY KEY,
    "session_id" VARCHAR(255) UNIQUE,
    "intent_id" VARCHAR(255),
    "price_id" VARCHAR(255) NOT NULL,
    "quantity" INT NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "mode" VARCHAR(12) NOT NULL,
    "livemode" INT NOT NULL,
    "client_reference_id" VARCHAR(200),
    "creation" VARCHAR(10) NOT NULL,
    "attempt" INT NOT NULL,
    "parameters" JSON NOT NULL,
    "refusal" VARCHAR(40),
    "request_hash" VARCHAR(64) NOT NULL,
    "open_key" VARCHAR(64) UNIQUE,
    "url" TEXT,
    "expires_at" TIMESTAMP,
    "facts" JSON NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "is_final" INT NOT NULL,
    "anomalies" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL,
    "revision" INT NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "updated_at" TIMESTAMP NOT NULL,
    "asked_at" TIMESTAMP
);
CREATE INDEX IF NOT EXISTS "idx_payment_intent__3ee67e" ON "payment" ("intent_id");
CREATE INDEX IF NOT EXISTS "idx_payment_creatio_ebbfa3" ON "payment" ("creation", "created_at");
CREATE INDEX IF NOT EXISTS "idx_payment_is_fina_337d75" ON "payment" ("is_final", "created_at");
CREATE INDEX IF NOT EXISTS "idx_payment_created_0acf6e" ON "payment" ("created_at", "id");
CREATE TABLE IF NOT EXISTS "status_change" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    "version" INT NOT NULL,
    "from_status" VARCHAR(20),
    "to_status" VARCHAR(20) NOT NULL,
    "cause" VARCHAR(300) NOT NULL,
    "at" TIMESTAMP NOT NULL,
    "previous_hash" VARCHAR(64) NOT NULL,
    "hash" VARCHAR(64) NOT NULL,
    CONSTRAINT "uid_status_chan_payment_ee93be" UNIQUE ("payment_id", "version")
);
CREATE TABLE IF NOT EXISTS "webhook_event" (
    "id" VARCHAR(255) NOT NULL PRIMARY KEY,
    "type" VARCHAR(100) NOT NULL,
    "created_at" TIMESTAMP NOT NULL,
    "received_at" TIMESTAMP NOT NULL,
    "livemode" INT NOT NULL,
    "body" TEXT NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "payment_id" VARCHAR(32),
    "intent_id" VARCHAR(255),
    "tries" INT NOT NULL,
    "next_try_at" TIMESTAMP,
    "error" TEXT
);
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_receive_e9e340" ON "webhook_event" ("received_at");
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_payment_b44132" ON "webhook_event" ("payment_id");
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_intent__4b8d3f" ON "webhook_event" ("intent_id");
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_state_71de69" ON "webhook_event" ("state", "next_try_at");
CREATE TABLE IF NOT EXISTS "aerich" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "version" VARCHAR(255) NOT NULL,
    "app" VARCHAR(100) NOT NULL,
    "content" JSON NOT NULL
);"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        """


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
