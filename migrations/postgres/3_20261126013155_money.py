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
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "payment_id" VARCHAR(32) NOT NULL,
    "key" VARCHAR(255) NOT NULL,
    "intent_id" VARCHAR(255),
    "state" SMALLINT NOT NULL,
    "created" BIGINT NOT NULL,
    "created_source" SMALLINT NOT NULL,
    "failure" JSONB,
    "card" JSONB,
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
    "closed_by_itself" BOOL NOT NULL,
    "opened_at" TIMESTAMPTZ NOT NULL,
    "last_seen_at" TIMESTAMPTZ NOT NULL,
    CONSTRAINT "uid_discrepancy_kind_3af86a" UNIQUE ("kind", "subject")
);
CREATE INDEX IF NOT EXISTS "idx_discrepancy_state_a9a595" ON "discrepancy" ("state", "opened_at", "id");
CREATE INDEX IF NOT EXISTS "idx_discrepancy_opened__ab6ffd" ON "discrepancy" ("opened_at", "id");
        CREATE TABLE IF NOT EXISTS "discrepancy_change" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "discrepancy_id" VARCHAR(32) NOT NULL,
    "from_state" VARCHAR(12),
    "to_state" VARCHAR(12) NOT NULL,
    "by" VARCHAR(120) NOT NULL,
    "note" TEXT,
    "detail" TEXT NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_discrepancy_discrep_beeb34" ON "discrepancy_change" ("discrepancy_id");
COMMENT ON TABLE "discrepancy_change" IS 'One step of one row: append-only.';
        CREATE TABLE IF NOT EXISTS "discrepancy_payment" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "discrepancy_id" VARCHAR(32) NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    CONSTRAINT "uid_discrepancy_discrep_2467c7" UNIQUE ("discrepancy_id", "payment_id")
);
CREATE INDEX IF NOT EXISTS "idx_discrepancy_payment_15cbe6" ON "discrepancy_payment" ("payment_id");
        CREATE TABLE IF NOT EXISTS "installation" (
    "id" SMALLINT NOT NULL PRIMARY KEY,
    "instance" VARCHAR(32) NOT NULL,
    "livemode" BOOL NOT NULL,
    "account" VARCHAR(255),
    "former" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL
);
        CREATE TABLE IF NOT EXISTS "movement" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "payment_id" VARCHAR(32) NOT NULL,
    "number" INT NOT NULL,
    "stripe_id" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "occurred_at" TIMESTAMPTZ,
    "recorded_at" TIMESTAMPTZ NOT NULL,
    "cause" VARCHAR(300) NOT NULL,
    CONSTRAINT "uid_movement_payment_327ba9" UNIQUE ("payment_id", "number")
);
CREATE INDEX IF NOT EXISTS "idx_movement_recorde_66ee5c" ON "movement" ("recorded_at");
        CREATE TABLE IF NOT EXISTS "stripe_reference" (
    "id" VARCHAR(255) NOT NULL PRIMARY KEY,
    "payment_id" VARCHAR(32) NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_stripe_refe_payment_7ebee1" ON "stripe_reference" ("payment_id");
        ALTER TABLE "payment" RENAME COLUMN "asked_at" TO "retrieved_at";
        ALTER TABLE "payment" ADD "expected" JSONB NOT NULL DEFAULT '{}';
        ALTER TABLE "payment" ADD "attempts_seen" JSONB NOT NULL DEFAULT '{}';
        ALTER TABLE "payment" ADD "seal" VARCHAR(100);
        ALTER TABLE "payment" ADD "asked" JSONB;
        ALTER TABLE "payment" ADD "tried_at" TIMESTAMPTZ;
        ALTER TABLE "payment" ADD "is_settled" BOOL NOT NULL DEFAULT False;
        ALTER TABLE "payment" ADD "caller" VARCHAR(120) NOT NULL DEFAULT '';
        ALTER TABLE "payment" ADD "allow_repeat" BOOL NOT NULL DEFAULT False;
        ALTER TABLE "payment" ADD "details" VARCHAR(64) NOT NULL DEFAULT '';
        ALTER TABLE "payment" ADD "movements" INT NOT NULL DEFAULT 0;
        ALTER TABLE "payment" ADD "answered" JSONB NOT NULL DEFAULT '[]';
        ALTER TABLE "payment" ADD "purchase_key" VARCHAR(64);
        ALTER TABLE "payment" ADD "has_questions" BOOL NOT NULL DEFAULT False;
        ALTER TABLE "payment" ADD "has_details" BOOL NOT NULL DEFAULT True;
        ALTER TABLE "status_change" ADD "key_id" VARCHAR(16);
        ALTER TABLE "status_change" ADD "digest" VARCHAR(64);
        ALTER TABLE "webhook_event" RENAME COLUMN "intent_id" TO "joins_by";
        CREATE INDEX IF NOT EXISTS "idx_payment_has_det_0f92f5" ON "payment" ("has_details", "is_final", "updated_at");
        CREATE INDEX IF NOT EXISTS "idx_idempotency_payment_66d485" ON "idempotency_key" ("payment_id");
        CREATE INDEX IF NOT EXISTS "idx_payment_is_sett_cf87b3" ON "payment" ("is_settled", "created_at");
        CREATE INDEX IF NOT EXISTS "idx_payment_client__7e28c5" ON "payment" ("client_reference_id", "price_id");
        CREATE INDEX IF NOT EXISTS "idx_payment_purchas_2013cc" ON "payment" ("purchase_key");
        CREATE INDEX IF NOT EXISTS "idx_payment_has_que_abda3b" ON "payment" ("has_questions");"""

DROPPED = """
DROP INDEX IF EXISTS "idx_payment_intent__3ee67e";
ALTER TABLE "payment" DROP COLUMN "amount_minor";
ALTER TABLE "payment" DROP COLUMN "anomalies";
ALTER TABLE "payment" DROP COLUMN "intent_id";
CREATE TRIGGER "movement_never_changes"
BEFORE UPDATE OR DELETE ON "movement" FOR EACH ROW
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "movement_is_never_truncated"
BEFORE TRUNCATE ON "movement" FOR EACH STATEMENT
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "discrepancy_is_never_deleted"
BEFORE DELETE ON "discrepancy" FOR EACH ROW
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "discrepancy_is_never_truncated"
BEFORE TRUNCATE ON "discrepancy" FOR EACH STATEMENT
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "discrepancy_change_never_changes"
BEFORE UPDATE OR DELETE ON "discrepancy_change" FOR EACH ROW
EXECUTE FUNCTION "gateway_append_only"();
CREATE TRIGGER "discrepancy_change_is_never_truncated"
BEFORE TRUNCATE ON "discrepancy_change" FOR EACH STATEMENT
EXECUTE FUNCTION "gateway_append_only"();
DELETE FROM "idempotency_key";"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    for statement in statements(SCHEMA):
        await db.execute_query(statement)
    await carry_over(db)
    return DROPPED


async def downgrade(db: BaseDBAsyncClient) -> str:
    return ""


MODELS_STATE = (
    "eJztXW1vpDgS/iut/jQnZUdJ5212dDopmcnt5i4vqyR3u9rRCLnB3c0GMGNMXrQ3//0MzY"
    "ttMMEdILTX3xKopxuecperylX2n9MQRWSJYfT+hBDoh+QGPU4/Tv6cBsCH9I/a+zuTKQhD"
    "9m5yiYC5l0LAWjIVm0cEA5vQywvgRZBecmBkYzckLgro1SD2vOQisqmgGyzLS3HgfouhRd"
    "ASkhXE9MaXL9MQPPswIJbrJJ9+D5+nX7/SP9zAgU/0KWpkbAwBgbx4eG8tXOg53IuuxdPr"
    "FnkO02un7vI8IP9MZZOnnFs28mI/KOXDZ7JCQQFwg/S1lzCAOP3ajxOC4+S1k7fKCMqZWL"
    "9hKbJ+CwbjwAWIPcLQNLfKa1PLurq+s27P7ixrqkCsjYJEKfRRo5SAZfIIP/w4m+3vH892"
    "948+HB4cHx9+2P1AZdPnrd46/r5+mJKt9UelnJ3/dH51lzwQoppfj4jkwvcUAwhYo1JlMc"
    "OMUxqvhU8rgOt1wKMEXdCXFHWRM9+kjPxCqY1y5A6hDh88WR4MlmRF/92fNTD935ObTz+f"
    "3Lzbn/2Np/squzNLbyXEl0QnPwIFhjPxvqgddKBzzM4OD1tQS6Wk3Kb3eHLpV6kPYg60Ed"
    "EZi+Mcwr0QHRHKRpXkWx94ntRiF6CXjfY2GIq13d6fHR8Vljr5p8k2316eXFzkxrhkk5kj"
    "289/DEgnPgeZByvUWxGKsa08oqtonVTRxdBeANeLcQ2x/7q9vqonlYEIbDquTSb/m3hu1I"
    "bVkVnlBu4SLpJP9qPom8fa3neXJ7+JZvnTxfVpyk3u+mcfcCqObIBrLIqc9lzecK7GeRLQ"
    "LO4Zpzq5MAf2/SMl1KrcQTMkk63e8me+eAUEYJkSmbzxd+aZ3n92KUcwBIH9PK2NIFmBne"
    "YQ0hFEOw4j7+l4SD43iud/QPqx1SCy8BVQSEecY4F09FEfjUp+qV5UiiobXMEO45i3DSp7"
    "iWLk4WOu0NZhTSZvQsYWIWP+K1Hgl4FoSPHh7m4LjqmUlOT0Hs+yAwl1PKok38EnifdXIr"
    "TguIHSu7Pf7ponS/85u3NxffVTLi7OoK1iyIZBLYkft5NufkjvtbEae3KrsVexGraHIjpH"
    "zp8tl0TQW9RElwh5EAQSd7AGLvA+p/i+iC+uDDvQT6+vL7iBfnoujuT/XJ6eUVWkmqBCLp"
    "FElpyPwhP/mZJFXB/WM88BRW88Q77P/9jCgd9kZ84vz27vTi5/4XTw+eTuLLkz4wxNfvXd"
    "kfCjKD5k8uv53c+T5N/J79dXZ6IDX8jd/T5NngnEBFkBerSAw3KSX84vcUr2QESsCMJgAz"
    "2LWKPq0al6jLEdnR+DND/THOFlYjut4zzLLhEvhXvT6wBOIgLDCVpMEP0bo8ePE/pFMHB+"
    "QIH3/H4qjI92iJpgUYgMzfLhKJcP2XGkFnJXkfqtdXUfEi4w8i1lB5pH6bfU1b0TTecDZZ"
    "ZZjIlUWpA8V1oRn/e6IP6mxLbJalCpBmorWY0A1Q1eeU4jl9fBOAyd0DAZpIEJV4+5TKRl"
    "Iq2dtpHWL+vqtulLoVYut9M+1goZSMdrazUOdVmlJy60mXDKhFPbYN76jqfGXP667XHraE"
    "z7uQP9kPq39LfxbyipkRBkXjDpbiltZZW63Zrztub6LauKR1To0GGtq9w4Y0jfOyLWCkQr"
    "FdJFnIaG+eigBf1HB1L2k1vGML/FBJhXsqqHVDxymNBqSOZNZNXV9EtpBVTLmQLqJl9W4q"
    "WpV5R9k3m3ziw1l4y3DZTGP/O+tkhcPsOmug3qyvGbunhKjIYza/cW33MfoI+cGpIb64JY"
    "2ID1QG9j4DssBwK2jeJAqYiTgeiQjh+gLW2BsA9xleOGZpMC8aq+hy0a0/00m2yV+zgWVR"
    "j/UcV/vER05pHm44u7L/iNPivX6+4IQezP6R2Tct+KlPuYEw1a+Z3Zz6JCsnSclwCdmmtn"
    "ewfHBx/2jw6KUV5caRrcVccy+boQKo5bDqThsO3FuzRNbiW/bUqVGiqVqoVKwE9iHct3A1"
    "RjHJrmQRGpk5UYejeEGGOY9fy2HeUsRsORvt9m/pNPf+IwR3bK10Z9QTy0g1BpZAmCbY+U"
    "WD1jaCPsbKRnAWpWVMasZxvEkVKeugDoaCtb9WXvN/Rl76/7skeTc2gsAWxZ99dbrZ+QWP"
    "iyzqVl62FMXu1rsmWGG9G3DoAnuRdBQjzo1N1dgchaFyqn78V+UBw6nCifzMt367A9N4mR"
    "MVzAxFMowg7srv82u3e88e4dEYwi+oiqMSSH6mSFYkSs9xJBFkNegWYWo+Gc0QvP32IQEJ"
    "fUxDHSKJKF6BRBdpZnMrFh37EhfAqhXbsPpHz9ksWYFcxXrGCC6F6N+QJgNszbnPX6AhS5"
    "QZFUnuhgTLrvqzUVPoNW+EjCnNZzpSRK0q/yp1WWYNaQJZhVd2+zgefVrSo2JWJyhJbGpI"
    "deckoYeqQDNIR1Sc1GmyJCzU5iCoYljLG9AhG0FLt8RFxPpuTtYvTu202SvddUaWYxumVB"
    "umeYySS2JZiBaGiqu6fYNKgNSLaQHVeYEwXkgFNibk+2dkZkFzpa+3sMZriRnX0tZWwYv6"
    "+V29fg9VWdvvIwsZaZVAYxXCJ1ry96O86ihgDTvwjENdZCnmviUSbP94qME42v4wjU7NLU"
    "NC8WEP2i8YM2FuNAbjEOKhaDfvtGdS8szhQ3jbnoJcZKu5xl4jr8dpq02McOZ/ApdKniNv"
    "g18Ujzexrz72kBbKLkDxQA4wq8Zslv7ahG6SbsKvRXgEYNr1BDsllurJQQKhEapii6b61g"
    "K/YU8hMszOTrFbITfDmlGuMM0HCusr1CED1CrFjBwWCMBX+FBU8ymWnqmD7nJllQDtvbsK"
    "+somz/qM+b2WtIl6bnOMxwCbrdvibPjhN0DxBHtZllKaEMwuQ7RToxfHAV+WQhhtBKuzdU"
    "S17m8jpkX8S1jnaLHU2rHdU6IrORzV8h48I0LimqmUcaNY9azRgmiwoPG7bh8liTQh2bpk"
    "fTJXoDKbO267kNe5sKMjvNPaO4Kt1v62hEACbmSPURNWXSp1ku1UqaGYiGidHuGySAg+oq"
    "W5ormXOMaY1on6d4pG9H7XlqZFTnYRFrXK7RTcQ1qoZ1W2W1UjSs3TTLqHlcaub9BRU180"
    "ij5lGreeEGbrTaSM8C1IRPY9YziomNfKVWXAYyYDk1joNguGrqzj3OECP69n6VZ3n1HAPR"
    "IYc7dAVdtkuNygoZCzELZNUK9iiiVh09KG3iK6AMrSKtjrvIGr9VhqqAMrRW1x9D4NbWhT"
    "SsP5YQQ6hIqAed2qyUvMymRAxfZDP9+yIO7ISzyTx2PeIG0fvk+/7RlwMxROnNSPPenwtb"
    "NG2RAWekd1Ry4ZbDA/tNi1N3M9uHQzklbo5uSO4NcXRDqaTWHV3xq7YtHFvGoe8jG8zG92"
    "VIeNQmJBRDeSYkPBLJHc3mm6PiuZ/tN9/qjJdRU929vZjDBcJKyaQSoaPN6GUzpgVRWxwu"
    "AIbhdgzLQ8fGBeKG8NGsEQtrxKOJZG7TjjL64wmWkuiFk9hpjljW/WmWXQr3etBcXoBuTp"
    "rbinDFnDQ3kBuyJa0c/Q/4zpJ/C4x8S71fV4Dp50J337NL0AY8cyANTUT3NJvje/o4voff"
    "ZKFKb3PhiCkM2oKCkTDp0kPUyVXdZLIC1PCH1Msuk0osG3JVtqR1lzCqMVMNO9IWCP18me"
    "75vYfPisFOidCP325WEEaUOUlOkr6BjUu/otDOS/mT9HRqDIda6DW9TgOtxWxnVmTb28xG"
    "Yyx+hfMVQvdnD9IzNTmJF8zE41rWgg/DHK+ZxNapLQrgE7EIfk7PvTS2481tR0qXAte5vI"
    "besdkUw8T0m++WYEN3080SOKg5s3zMejbnwg3a/DxHTs15QvKGn1xei9lp8Haf3EdrXUiX"
    "A7Sgu+/TQEZcQbftQRpL8x/IDSJrrnQMGYvRjuJeykGT/Z1Umq0KebMroTjHsRGxousoQE"
    "2f+JhdR4gxqqk6lTszBUCHRP4QzsxocnUnELv2alqbpcvu7TTn50ApNZrk/V+lxvGVll2e"
    "a5MW1ck9E3lVnQ5Odi+uSfKzUmA4E9eQ3X7ymSgg2ZIBz7C8iZmBmKMCtqlf+fv/Aef2G6"
    "A="
)
