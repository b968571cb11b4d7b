"""The money model: what was asked, what came and what went back, and what somebody has to look at.

Columns are added, every row is carried over (`gateway.models.carrying_over`), then what it replaces is dropped: all in
one transaction. The triggers are written by hand, for no model says them.
"""

from tortoise import BaseDBAsyncClient

from gateway.models.carrying_over import carry_over
from gateway.models.whole_migrations import statements

RUN_IN_TRANSACTION = True

SCHEMA = """
CREATE TABLE IF NOT EXISTS "attempt" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    "key" VARCHAR(255) NOT NULL,
    "intent_id" VARCHAR(255),
    "state" SMALLINT NOT NULL,
    "created" BIGINT NOT NULL,
    "created_source" SMALLINT NOT NULL,
    "failure" JSON,
    "card" JSON,
    CONSTRAINT "uid_attempt_payment_23fbdc" UNIQUE ("payment_id", "key")
);
CREATE INDEX IF NOT EXISTS "idx_attempt_key_0a2e5c" ON "attempt" ("key");
CREATE INDEX IF NOT EXISTS "idx_attempt_payment_2eebeb" ON "attempt" ("payment_id", "created", "key");
        CREATE TABLE IF NOT EXISTS "discrepancy" (
    "id" VARCHAR(32) NOT NULL PRIMARY KEY,
    "kind" VARCHAR(32) NOT NULL,
    "subject" VARCHAR(500) NOT NULL,
    "detail" TEXT NOT NULL,
    "state" VARCHAR(12) NOT NULL,
    "closed_by_itself" INT NOT NULL,
    "opened_at" TIMESTAMP NOT NULL,
    "last_seen_at" TIMESTAMP NOT NULL,
    CONSTRAINT "uid_discrepancy_kind_3af86a" UNIQUE ("kind", "subject")
);
CREATE INDEX IF NOT EXISTS "idx_discrepancy_state_a9a595" ON "discrepancy" ("state", "opened_at", "id");
CREATE INDEX IF NOT EXISTS "idx_discrepancy_opened__ab6ffd" ON "discrepancy" ("opened_at", "id");
        CREATE TABLE IF NOT EXISTS "discrepancy_change" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "discrepancy_id" VARCHAR(32) NOT NULL,
    "from_state" VARCHAR(12),
    "to_state" VARCHAR(12) NOT NULL,
    "by" VARCHAR(120) NOT NULL,
    "note" TEXT,
    "detail" TEXT NOT NULL,
    "at" TIMESTAMP NOT NULL
) /* One step of one row: append-only. */;
CREATE INDEX IF NOT EXISTS "idx_discrepancy_discrep_beeb34" ON "discrepancy_change" ("discrepancy_id");
        CREATE TABLE IF NOT EXISTS "discrepancy_payment" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "discrepancy_id" VARCHAR(32) NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    CONSTRAINT "uid_discrepancy_discrep_2467c7" UNIQUE ("discrepancy_id", "payment_id")
);
CREATE INDEX IF NOT EXISTS "idx_discrepancy_payment_15cbe6" ON "discrepancy_payment" ("payment_id");
        CREATE TABLE IF NOT EXISTS "installation" (
    "id" SMALLINT NOT NULL PRIMARY KEY,
    "instance" VARCHAR(32) NOT NULL,
    "livemode" INT NOT NULL,
    "account" VARCHAR(255),
    "former" JSON NOT NULL,
    "created_at" TIMESTAMP NOT NULL
);
        CREATE TABLE IF NOT EXISTS "movement" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    "number" INT NOT NULL,
    "stripe_id" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "occurred_at" TIMESTAMP,
    "recorded_at" TIMESTAMP NOT NULL,
    "cause" VARCHAR(300) NOT NULL,
    CONSTRAINT "uid_movement_payment_327ba9" UNIQUE ("payment_id", "number")
);
CREATE INDEX IF NOT EXISTS "idx_movement_recorde_66ee5c" ON "movement" ("recorded_at");
        CREATE TABLE IF NOT EXISTS "stripe_reference" (
    "id" VARCHAR(255) NOT NULL PRIMARY KEY,
    "payment_id" VARCHAR(32) NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_stripe_refe_payment_7ebee1" ON "stripe_reference" ("payment_id");
        ALTER TABLE "payment" ADD "attempts_seen" JSON NOT NULL DEFAULT '{}';
        ALTER TABLE "payment" ADD "asked" JSON;
        ALTER TABLE "payment" ADD "expected" JSON NOT NULL DEFAULT '{}';
        ALTER TABLE "payment" ADD "has_questions" INT NOT NULL DEFAULT 0;
        ALTER TABLE "payment" ADD "is_settled" INT NOT NULL DEFAULT 0;
        ALTER TABLE "payment" ADD "details" VARCHAR(64) NOT NULL DEFAULT '';
        ALTER TABLE "payment" ADD "purchase_key" VARCHAR(64);
        ALTER TABLE "payment" RENAME COLUMN "asked_at" TO "retrieved_at";
        ALTER TABLE "payment" ADD "seal" VARCHAR(100);
        ALTER TABLE "payment" ADD "answered" JSON NOT NULL DEFAULT '[]';
        ALTER TABLE "payment" ADD "movements" INT NOT NULL DEFAULT 0;
        ALTER TABLE "payment" ADD "caller" VARCHAR(120) NOT NULL DEFAULT '';
        ALTER TABLE "payment" ADD "allow_repeat" INT NOT NULL DEFAULT 0;
        ALTER TABLE "payment" ADD "tried_at" TIMESTAMP;
        ALTER TABLE "payment" ADD "has_details" INT NOT NULL DEFAULT 1;
        ALTER TABLE "status_change" ADD "key_id" VARCHAR(16);
        ALTER TABLE "status_change" ADD "digest" VARCHAR(64);
        ALTER TABLE "webhook_event" RENAME COLUMN "intent_id" TO "joins_by";
        CREATE INDEX "idx_payment_has_det_0f92f5" ON "payment" ("has_details", "is_final", "updated_at");
        CREATE INDEX "idx_idempotency_payment_66d485" ON "idempotency_key" ("payment_id");
        CREATE INDEX "idx_payment_is_sett_cf87b3" ON "payment" ("is_settled", "created_at");
        CREATE INDEX "idx_payment_client__7e28c5" ON "payment" ("client_reference_id", "price_id");
        CREATE INDEX "idx_payment_has_que_abda3b" ON "payment" ("has_questions");
        CREATE INDEX "idx_payment_purchas_2013cc" ON "payment" ("purchase_key");"""

DROPPED = """
DROP INDEX IF EXISTS "idx_payment_intent__3ee67e";
ALTER TABLE "payment" DROP COLUMN "amount_minor";
ALTER TABLE "payment" DROP COLUMN "anomalies";
ALTER TABLE "payment" DROP COLUMN "intent_id";

CREATE TRIGGER "movement_never_changes"
BEFORE UPDATE ON "movement"
BEGIN
    SELECT RAISE(ABORT, 'movement is append-only');
END;
CREATE TRIGGER "movement_is_never_deleted"
BEFORE DELETE ON "movement"
BEGIN
    SELECT RAISE(ABORT, 'movement is append-only');
END;
CREATE TRIGGER "discrepancy_is_never_deleted"
BEFORE DELETE ON "discrepancy"
BEGIN
    SELECT RAISE(ABORT, 'a discrepancy is resolved, never deleted');
END;
CREATE TRIGGER "discrepancy_change_never_changes"
BEFORE UPDATE ON "discrepancy_change"
BEGIN
    SELECT RAISE(ABORT, 'discrepancy_change is append-only');
END;
CREATE TRIGGER "discrepancy_change_is_never_deleted"
BEFORE DELETE ON "discrepancy_change"
BEGIN
    SELECT RAISE(ABORT, 'discrepancy_change is append-only');
END;
DELETE FROM "idempotency_key";"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    for statement in statements(SCHEMA):
        await db.execute_query(statement)
    await carry_over(db)
    return DROPPED


async def downgrade(db: BaseDBAsyncClient) -> str:
    return ""


MODELS_STATE = (
    "eJztXW1v2zgS/iuGP/WAbJE4adItDgckbW43d3lZJLnbxRaFQEu0rY0kqhKVxNjrfz9S1g"
    "tJSazoSIrM5bdEnMe2nqGGM8MZ6s9p/NVzMXx7ijH0Q3yLnqYfJn9OA+BD8kfN6N5kCsKw"
    "HKMXMJh7qTjYyKVC8xhHwMbk8gJ4MSSXHBjbkRtiFwXkapB4Hr2IbCLoBsvyUhK4XxNoYb"
    "SEeAUjMvD58zQEax8G2HId+ukPcD398oX84QYOfIZxnYwdQYAhLx4+WAsXeg53kxvx9LqF"
    "12F67cxdXgT4n6ks/ZVzy0Ze4gelfLjGKxQUADdIb3sJAxilX/thgqOE3ja9q4ygnInNHZ"
    "Yim7tgMA5cgMTDDE1zq7w2tazrm3vr7vzesqYKxNoooEohPzVOCVjSn/DDj7PZ4eHJbP/w"
    "+P27o5OTd+/33xPZ9PdWh06+bX5Mydbmo1LOLn66uL6nPwgRzW9mBL3wLcUADDaoVFkl+7"
    "zSeC18XIGoXgc8StAFuUlRFznzMmXkF0ptlDN3CHX44NnyYLDEK/Lv4UzC9H9Pbz/+fHr7"
    "5nD2N57u62xklg5R4kui6UOgwHAm3he1g050jtnZu3ctqCVSjdymYzy55KvUJzEH2orojM"
    "VxTuFeiI4x2Cw6PMl3PvC8RotdgL5vtHfBUGzs9uHs5Liw1PQfmW2+uzq9vMyNcckms0a2"
    "X/8YkE58DrIOVqi3YpREtvKMrqJ1UkUXU3sBXC+Jaoj9193NdT2pDERg03FtPPnfxHPjNq"
    "yOzCpLuKNc0E/2Y+LNs7b3zdXpb6JZ/nh5c5Zyg2K8jNJPST/gTJzZIKqxKM205/KGczXO"
    "aUCzeGCcanphDuyHJ0KoVRlBM9QkWx3yZ754BQRgmRJJ75jeXxYcfnIJQzAEgb2e1sSO7P"
    "CeLHh0BMGOA8gHMhPo58bJ/A9IPrYaPhZeAgrJXHMskM474p0Ryc/Vi0rxpMQJ7DCCed1w"
    "spf4pTlwzBXaOqDJ5E2w2CJYzJ8SBX4ZiIYUv9vfb8ExkWokOR3jWXYgJi5HleR7+Nzg95"
    "UILTiWUHp//tu9fJn019nI5c31T7m4uHa2ih4lk7ohctxNuvkpfdDGahw0W42DitWwPRST"
    "NXK+tlwcQ29RE1ci5EEQNDiCNXCB9znB90V8cWXYiX52c3PJTfSzC3Em/+fq7JyoItVE5j"
    "nVxpScj8IT/4mQhV0f1jPPAUU/PEO+zf/YwYkvszMXV+d396dXv3A6+HR6f05HZpyhya++"
    "ORYeiuJDJr9e3P88of9Ofr+5Phdd90Lu/vcp/U0gwcgK0JMFHJaT/HJ+iVOyB2JsxRAGW+"
    "hZxBpVj07V44vqyOoYpHkZWWyXCe21jPAsu5T/XqA3vQngJMYwnKDFBJG/I/T0YUK+BgbO"
    "Dyjw1m+nwsxoh6gJE4WY0GwZjnLLkJ1HasF2Fanf/lb3weAiQr6l7DrzKP22t7p3n8lKoM"
    "wyizExSguS50q74PNeN8Ffldg2+QwiJaG2ks8IUN3kbc5m5PI6GIehUxkmdzQw4erRlomx"
    "TIy11y7G+mVTzzaVB1m51F7bKCtkAB3vp9W40mVNnri5ZgIpE0jtgmHrO5Iac7HrrkesIz"
    "HqFw70Q+LXkifj37C2IkKQkBpzt5S1sorcbg15W0P9mtXDIypr6LCmtdksR5Dcd4ytFYhX"
    "KqSLOA1N8vFRC/qPjxrZp0PGJL/G0pdXrKqHUTxymHBqSOZNNNXNwktIBUTHGf3VZZcdly"
    "+6ouSrrLh1BkleFN42OBr/mvvSMvDmtTXVbVBXcC/r0ykxGq6p3dt6z32EPnJqSJbW/7Cw"
    "Aet+Xse0d1j2A2wbJYFSsSYD0SH5PkDj2QJFPoyqHEvaSQrEizobdmhO99NOslOO41hUYT"
    "zH9p7jFSLrTkP2vRiTeow+K9XryQdB4s/JiEmw70SCfczJBa08zuyxqJDcOM9LgE6Ns7OD"
    "o5Oj94fHR8UsL67IJnfVpaRfF0LFecuBNJy2vfiVpo2t5LdNSZKkIqlakAR8GuVYvhugGu"
    "MgWwdFpE5WYuiTDpIogllXb9tZzmI0nOmHbda/5uVPnObITvnaqvOHh3YQJI0sNbDrMRKr"
    "5wjaKHK20rMANbsoY9azDZJYKUNdAHS0la06rw8lndeHm87rkWQbJKV+rer7eqvpE1IKnz"
    "f5s2wPjMmlfaHHYbgxud8AeA1jMcTYg07d6ArE1qYUOabD7AclocOJ8gm8/CQO23NpdBzB"
    "BaQ+QhFwRO7mb3MyxyufzBHDOCY/UTV65FCd7EqMiPVeYsdiyivQzGI0XC164flrAgLs4p"
    "oIpjF+ZCE6xY6dZZhMVNh3VAifQ2jXnu7YvGfJYsyu5Qt2LUH8oMZ8ATDH4G3Pen3RSbNB"
    "aag20cGYdN85a6p6Bq3qaQhzWq+VDVGSftU+rfIDM0l+YFY9mc0Gnle3nyhLweQILY1JD9"
    "3ihDD0RCZoCOvSmVKbIkLNKWEKhiVMInsFYmgp9vSIuJ5MyevF6N03l9Bz1VRpZjG6ZUG6"
    "Z5jJJLYlmIFoaKq7p9i0ow1ItpAdV1gTBeSAS2JuT3Z2RWQ3Olr7ewxmuJmdfS1hbBi/r5"
    "XbJ/H6qk5f+YqwlplUBjFcIvWgL3o7zqKGICJ/YRjVWIvmXBOPMnm+F2ScSHydxKDmHCbZ"
    "ulhA9IvGj9pYjKNmi3FUsRjk27eqeGFxpqxpzOUuSaR0jlkmrsOzI9NiH2eYwefQJYrb4m"
    "nikeZ5GvPztAA2VvIHCoBxBV6y5bdxVOP0gHUV+itAo4YXqIEeh5soJYRKhIYpiu6bKtiK"
    "PYX8BAsz+XqF7ARfTqnGOAM0nKscqRDETzBSrOBgMMaCv8CC00xmmjomv3ObLCiH7W3aV3"
    "ZRdn/W523sNaQ3puc4zHAJuv2+Fs+OE3SPMIprM8uNhDIIk+8U6Yzgo6vIJwsxhFYavaFa"
    "8jKX1yH7Iu51tNvskO12VOuIzOE1f4WMC9O4pKhmHmnUPGo1R5BuKjxu2YDLY00KdWyaHk"
    "l/6C0kvNqu5zaeZCpI7Mm6RaOqbL9NozEGETYvSh9ROyb5NculWjEzA9EwJdp9awRwUF1N"
    "i7yGOceYpoj2GYoncnfEkqdGRnUFFrHG2RrdElyjalh3PFYrRcPag7KMmselZt5fUFEzjz"
    "RqHrWaF27gxqut9CxATeA0Zj2jBNvIV2rCZSADFlJHSRAMV0fduccZRojcvV/lublujoHo"
    "kL0dunYuO59GZW+MhZitsWrtehwTq44elQ7uFVCGVpFWx11kLd8qU1VAGVqrO48hcGsrQi"
    "Q7jyXEECoS6kGnNivVXGBTIoYvr5n+fZEENuVsMk9cD7tB/JZ+3z/6ciCGKLoZZcb7U2GJ"
    "pt/NfTOye+2z4JbDw/pNiBNHMzt7QzkZbl7UQMeGeFFDqaTWXVzJi44qHFuuoe8XNJhj7s"
    "tg8LhNMCgG8UwweCySO5oDN0fFcz9Hbr7WG11GTXX39mIOFyhSSiOVCB1tRi8HMC2w2rZw"
    "ATAMt2O4OWiUbg1LAkezOyzsDo8khrlLe8jIoxMsa+MWbnxPFqtsutEsuxTt9YVyebm5ea"
    "PcTgQq5o1yAzkgO9K40f+E7yzht4iQb6l35wow/Zzn7jt0MdqCZw6koYnonmbzmp4+XtPD"
    "H6lQpVdeLGKKgXagSCSkPXmIOLmqR0pWgBo+SL2cKanEsiFX5QBadwnjGjMlOX+2QOjny3"
    "TP7wNcKwY7JUI/frvZOxhNzoS+L/oWSrZ7RZE9eeYkff90BIfa3DWdTQPtv+xmPmTXm8pG"
    "YiZ+hfMVQg/njw1vzeTGpQbiaSNpwcdhXqBJ4+n0FwTwGVs4WqdvtjRW49WtRkqXAte5vI"
    "YesTn2wsTx25+HYEN32+MQOKh5H/mY9Wze/DZok/McOTVvDGpu7MnltVidBm/ryX201mVz"
    "OUALuvt+38eI6+V2PTxjaf4DuUFszZVeNMZitKO4l+JPeoKTSlNVIW/OHRTXODYiVnQdBa"
    "jpBx+z6wijCNXUmDY7MwVAh+T9EM7MSLJ0pzBy7dW0Jj+XjezJMnOglBlNwv6vUtH4Qpve"
    "nGVrLKFr9kmaa+h0cK97cUroQ6XAcCauIbv9ZDJRgLPNAp7h5jZlBmJeA7BLHcnf/g8Vk/"
    "X/"
)
