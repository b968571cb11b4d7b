"""What came and what happened is never rewritten, by whoever writes (I13 and I14 of docs/invariants.md).

No model says this, so it is written by hand, and the models' state is that of the migration before.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
CREATE OR REPLACE FUNCTION "gateway_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER "webhook_event_keeps_what_came"
BEFORE UPDATE ON "webhook_event" FOR EACH ROW
WHEN (ROW(NEW."id", NEW."type", NEW."body", NEW."created_at", NEW."received_at", NEW."livemode")
    IS DISTINCT FROM
    ROW(OLD."id", OLD."type", OLD."body", OLD."created_at", OLD."received_at", OLD."livemode"))
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "webhook_event_is_kept_35_days"
BEFORE DELETE ON "webhook_event" FOR EACH ROW
WHEN (OLD."received_at" > now() - interval '35 days')
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "webhook_event_is_never_truncated"
BEFORE TRUNCATE ON "webhook_event" FOR EACH STATEMENT
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "status_change_never_changes"
BEFORE UPDATE OR DELETE ON "status_change" FOR EACH ROW
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "status_change_is_never_truncated"
BEFORE TRUNCATE ON "status_change" FOR EACH STATEMENT
EXECUTE FUNCTION "gateway_append_only"();"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
DROP TRIGGER IF EXISTS "webhook_event_keeps_what_came" ON "webhook_event";
DROP TRIGGER IF EXISTS "webhook_event_is_kept_35_days" ON "webhook_event";
DROP TRIGGER IF EXISTS "webhook_event_is_never_truncated" ON "webhook_event";
DROP TRIGGER IF EXISTS "status_change_never_changes" ON "status_change";
DROP TRIGGER IF EXISTS "status_change_is_never_truncated" ON "status_change";
DROP FUNCTION IF EXISTS "gateway_append_only"();"""


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
