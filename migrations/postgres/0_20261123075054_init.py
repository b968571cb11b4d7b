from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "idempotency_key" (
    "key" VARCHAR(255) NOT NULL PRIMARY KEY,
    "request_hash" VARCHAR(64) NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
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
    "livemode" BOOL NOT NULL,
    "client_reference_id" VARCHAR(200),
    "creation" VARCHAR(10) NOT NULL,
    "attempt" INT NOT NULL,
    "parameters" JSONB NOT NULL,
    "refusal" VARCHAR(40),
    "request_hash" VARCHAR(64) NOT NULL,
    "open_key" VARCHAR(64) UNIQUE,
    "url" TEXT,
    "expires_at" TIMESTAMPTZ,
    "facts" JSONB NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "is_final" BOOL NOT NULL,
    "anomalies" VARCHAR(120) NOT NULL,
    "version" INT NOT NULL,
    "revision" INT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "updated_at" TIMESTAMPTZ NOT NULL,
    "asked_at" TIMESTAMPTZ
);
CREATE INDEX IF NOT EXISTS "idx_payment_intent__3ee67e" ON "payment" ("intent_id");
CREATE INDEX IF NOT EXISTS "idx_payment_creatio_ebbfa3" ON "payment" ("creation", "created_at");
CREATE INDEX IF NOT EXISTS "idx_payment_is_fina_337d75" ON "payment" ("is_final", "created_at");
CREATE INDEX IF NOT EXISTS "idx_payment_created_0acf6e" ON "payment" ("created_at", "id");
CREATE TABLE IF NOT EXISTS "status_change" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "payment_id" VARCHAR(32) NOT NULL,
    "version" INT NOT NULL,
    "from_status" VARCHAR(20),
    "to_status" VARCHAR(20) NOT NULL,
    "cause" VARCHAR(300) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    "previous_hash" VARCHAR(64) NOT NULL,
    "hash" VARCHAR(64) NOT NULL,
    CONSTRAINT "uid_status_chan_payment_ee93be" UNIQUE ("payment_id", "version")
);
CREATE TABLE IF NOT EXISTS "webhook_event" (
    "id" VARCHAR(255) NOT NULL PRIMARY KEY,
    "type" VARCHAR(100) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "received_at" TIMESTAMPTZ NOT NULL,
    "livemode" BOOL NOT NULL,
    "body" TEXT NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "payment_id" VARCHAR(32),
    "intent_id" VARCHAR(255),
    "tries" INT NOT NULL,
    "next_try_at" TIMESTAMPTZ,
    "error" TEXT
);
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_receive_e9e340" ON "webhook_event" ("received_at");
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_payment_b44132" ON "webhook_event" ("payment_id");
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_intent__4b8d3f" ON "webhook_event" ("intent_id");
CREATE INDEX IF NOT EXISTS "idx_webhook_eve_state_71de69" ON "webhook_event" ("state", "next_try_at");
CREATE TABLE IF NOT EXISTS "aerich" (
    "id" SERIAL NOT NULL PRIMARY KEY,
    "version" VARCHAR(255) NOT NULL,
    "app" VARCHAR(100) NOT NULL,
    "content" JSONB NOT NULL
);"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        """


MODELS_STATE = (
    "eJztXG1zmzgQ/isef+rN5DrxS17uvsU9X+u7xu40vmunmQ4jg2xrAhIVwo2nzX8/CWMsXk"
    "RRSgjm+GavdkE8EruPViu+dV3isRWF3suJBR2XMIjN7d9w2/29862LgQP5D6XOSacLXFfW"
    "ECIGFnZghg7axl2ovvAYBSbjzUtge5CLLOiZFLkMEcyl2LdtISQmV0R4dRD5GH3xocHICr"
    "I1pLzh9jMXI2zBe37j8K97ZywRtK1Y/8ObBw0G27qB8NUa0D8DVXG/hWES23ewpO5u2Zrg"
    "SJ/3R0hXEEMKGLSkRxA9DB96L9r1lgsY9WHUTesgsOAS+DaTHnlhHGRdw5jO5sbNeG4YXQ"
    "2QTIIFwAgzL0DAAfeGDfGKrfnf/tnZw+5GByR2auKO/169f/Xm6v0LrvWLuCXh47Qbx2nY"
    "1N+1PQQXAQzsLhNAf8CaQv7cHjPWwFvrgJ60Kwf9veAA/2HaVY7/+bAA/OdDJfqiSYAvvZ"
    "hg60DMDGTpQB23aiDQg34BoAd9JdCiKQ60SaEAwwAsDfQfvIUhB2aDHbdMgG2Fpi/3P8qB"
    "vkoXk4P0fHI9vplfXb8Tl3c874sdwHU1H4uWfiDdJqQvzhOjEl2k82Eyf9MRfzufZtNxgO"
    "Y+6sh6809d0SfgM2Jg8tUAlgzkXrwXPYigsbyTXJkQLIB59xVQy0i1kD5R6aabnL6TlAAM"
    "VsEYCTQfpGd4+W73VmYH3n3jDyKuK6k9ZaS93U1rcaGT2BTnerdd5PGnxsDOaou/DtwDfV"
    "ZGbT2nVqYzq1HMLsuVqQO2Bz2Pd1EzhsStHgV7CGodUS+RKUnzGTP9WB0zKgXm5w0XFeDs"
    "UmRCXUok2TSQED0Jzl98gBliGUurCWbZMMsmCZjRLmwdG8wr0Ylf+73hxfBycD685CpBRy"
    "PJRQ7wk+k8gSlwiM9fdwdhQtO4jtBKCW3Ssknw/tbvDwYX/dPB+eXZ8OLi7PI0wjndlAf4"
    "aPJaYB6b4+lBMH1KRdJCx4HINg10IIMiLERNQpKuwyEW1EF3r99AZHtFCF5PTfB6qbWqjT"
    "YwG+ARITYEOBtj2SyB84LbHSHQeY5gNnsbW5WOJgm3MP3nejTmyAfAcyXEVN7CRoKhUbiE"
    "wgPoMg+F+RNRvefkIKenRTjI6amag4i2jLxMuAwtjLhkU51DCW/L4arGrRQBu6fGupeCGj"
    "AGHTcj/6WmJAeL6thI70iYngso/8Ug9dKI/nUzm6pSt7JVMpuITNb53rGRd4xcLwc9gUfM"
    "W+/n6Yvrq4/JKfzq7WyUTA6KC4wSA8A9ru/tklTF9ygik+b552ERjzFUe4xhymO0W0EVbg"
    "URF2JDc6NTtmlaCq98hH2a4Szm8F4R/UL1JjiKvD2e8cd5vmuOtnjezqav9+pJfx1HGt67"
    "iHvuR+y2xS1L2G07opE4ht02eZSXwGRa5CcyaHnPT/AejwHmZ+Ces9cTWTQwEveLrUpzFq"
    "WpfR5p+1Mj/yKbVZh/iSRHm4ABmDjARlBrTseMKswCVLT6LzSreznTupee1xu+6sxMtSgT"
    "AJJFmwBITlsKN0gTT9mkBTSViD2qGq26cIyjo42+az1ymOOW7TDXepiBd/eoQZbt2vVf3U"
    "a4NtWWN8GahvNDHEShjJLLmMZJft3lboVkmAflUqsvbxMl23te9bnoAYisLcm8YpLMPcgM"
    "ihG+HfWtpaywfkRdYdlW6VdUpX8kK5QjqkdbUuIY+hmjhFkTcuBPnTXigVIf55hRA11E+T"
    "CbwPe0Ss8igwbCOyhUkjPIKckZpEtyHkHZ2/VYPdl6vKoebhDhJFd3Nz9l2MAXqfzNZl2U"
    "W3B/AG5tVp4f4GJNyN14ozzsF9M4yV95ft3pGnBTzbk/QTcCV4zhPTMY3QYn+9ozfM9+7j"
    "6AS4c6hvoNdBi9QrSml0NreopK43Z3oek0h0ITos2jxjlh2h71r/M4t4dkKq3RWBArozJV"
    "XTy5129EdKq6fDLiaDoFXs0lA2UfhHm2dH6dT/KXn8xvP5dQzTF+3oGs0jnllkmk31YgJa"
    "OcvCbWJI8J07Zyoc7kEVKa9XkGNZ2JDJqwE1YFnalNtu4KUmSuu5l5urDtJD9DBw5az/Lx"
    "y6wA+n8p/PhJz67OtikrDdTURF1q0ASa/STURLxWGgiH6g1E92kymiQgy2mE1SewJJP2DJ"
    "bmGaxnDWkP/wFvm5sy"
)
