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
        ALTER TABLE "webhook_event" ADD "read_as" SMALLINT NOT NULL DEFAULT 1;
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
    "eJztXW1zozgS/isuf5qryk5l7EwyO3V1VclMbjd3edlKcrdbOzVFySDbbAAxIPJSe/PfT2"
    "BeJIEU5ADBWn2zoR8bnhat7la3+HMaohivIhi/PcYY+iG+Rg/Tj5M/pwHwIfnQeH5vMgVh"
    "SJ9ND2Gw8DII2EhmYosYR8DG5PASeDEkhxwY25EbYhcF5GiQeF56ENlE0A1W1aEkcL8l0M"
    "JoBfEaRuTEly/TEDz5MMCW66S/fgefpl+/kg9u4MBHchUNMnYEAYaseHhnLV3oOcyNbsSz"
    "4xZ+CrNjJ+7qLMD/zGTTq1xYNvISP6jkwye8RkEJcIPstlcwgFH2tx8nOErS207vKieoYG"
    "Jzh5XI5i4ojAOXIPEwRdPCqo5NLevy6ta6Ob21rKkCsTYKUqWQS40zAlbpJfzw42w2nx/N"
    "9ueHH94fHB29/7D/gchm11s/dfR9czEVW5ufyjg7++ns8ja9IEQ0vxkR6YHvGQZgsEFlyq"
    "KGGaM0Vguf1iBq1gGL4nRBbpLXRcG8TBnFgUob1cgdQh0+eLQ8GKzwmnydzyRM//f4+tPP"
    "x9dv5rO/sXRf5mdm2amU+Iro9CFQYDgX74vaQQc6w+zs/fsW1BIpIbfZOZZc8lfqg5gBbU"
    "V0zuI4h3AvRMeYsFEn+cYHnie02CXoeaO9C4ZiY7fns6PD0lKnX2S2+ebi+Py8MMYVm9Qc"
    "2X7+o0A68TnIPFij3opREtnKI7qO1kkVXQztJXC9JGog9l83V5fNpFIQjk3HtfHkfxPPjd"
    "uwOjKrLOEu5SL9ZT+Ov3m07X1zcfwbb5Y/nV+dZNwUrn/+Ayf8yAZRg0UR017IG87VOE8D"
    "muUd5VSnBxbAvnsghFq1M2iGRLL1U/7M54+AAKwyItM7/k5d09vPLuEIhiCwn6aNESQtsC"
    "cPIR1OtOMw8o6Mh/R342TxByQ/Ww8iS18BhWTEORbIRh/x0Yjkl/pBpahS4gp2GMe8blDZ"
    "SxQjDh8LhbYOa3J5EzK2CBmLp0SBXwqiIcXv9/dbcEykhCRn51iWHYiJ41En+RY+Cry/Cq"
    "EFxxJKb09/u5VPlv5Tfub86vKnQpyfQVvFkJJBLYgfd5Nudki/a2M13omtxrua1bA9FJM5"
    "cvFkuTiG3rIhukTIgyAQuIMNcI73BcH3RXx5ZNiBfnJ1dc4M9JMzfiT/5+LklKgi0wQRcr"
    "EgsmR8FJb4z4Qs7PqwmXkGyHvjOfJt8WEHB77MzpxdnN7cHl/8wujg8/HtaXpmxhia4uib"
    "Q+6hKH9k8uvZ7c+T9Ovk96vLU96BL+Vuf5+m1wQSjKwAPVjAoTkpDheHGCV7IMZWDGGwhZ"
    "55rFH16FQ9xtiOzI9Blp+RR3i52F7rOM+yK8Rz4d70KoCTGMNwgpYTRD5H6OHjhPwRDJwf"
    "UOA9vZ1y46MdoiFY5CJDs3w4yuVDehyphdx1pH5rXd2HhMsI+ZayA82i9Fvq6t6JJvOBMs"
    "s0xkQqLUheKK2IL3pdEH9VYttkNYiUhNpaViNATYNXnNMo5HUwDkMnNEwGaWDC1WMuE2mZ"
    "SGuvbaT1y6a6bfpcqFXI7bWPtUIK0vHaWoNDXVXp8QttJpwy4dQumLe+46kxl7/uetw6Gt"
    "N+5kA/JP4teTb+DQU1EpzMMybdraStvFK3W3Pe1ly/ZlXxiAodOqx1FRvnCJL7jrG1BvFa"
    "hXQep6FhPjxoQf/hgZD99JQxzK8xARaVrOohFYscJrQaknkTWXU1/RJaAdFyroCmyZeWeG"
    "7q5WVfZd5tMkvykvG2gdL4Z96XFomLZ9hMt0FTOb6si6fCaDizdm/xPfce+shpIFlaF0TD"
    "BqwHeh0D32E5ELBtlARKRZwURId0/ABtaUsU+TCqcyxpNikRL+p72KEx3U+zyU65j2NRhf"
    "EfVfzHC0RmHmE+vjz7jN/o03K97o4QJP6CnDEp951IuY850aCV35k/FjWSheO8AujUXDt7"
    "d3B08GF+eFCO8vKIbHDXHcv070KoOG4ZkIbDthfv0jS5Vfy2KVWSVCrVC5WAn8Y6lu8GqM"
    "E4yOZBHqmTlRh6N4QkimDe89t2lNMYDUf6vM38J57++GGO7IyvrfqCWGgHodLIEgS7HinR"
    "eo6gjSJnKz1zULOiMmY92yCJlfLUJUBHW9mqL3su6cueb/qyR5NzkJYAtqz7663Wj0ssfN"
    "nk0vL1MCqv9jXdMsONyV0HwBOciyHGHnSazq5BbG0KlbP7on8oCR1GlE3mFbt12J6bxsgR"
    "XMLUUyjDjsjdfDa7d7zy7h0xjGNyiaoxJIPqZIViRKz3EkGWQ16BZhqj4ZzRC8/fEhBgFz"
    "fEMcIokoboFEF2lmcysWHfsSF8DKHduA+keP2SxpgVzBesYIL4To35EmA2zNue9eYCFLFB"
    "EVSe6GBMuu+rNRU+g1b4CMKc1nOlIErSr/KnVZZgJskSzOq7t9nA85pWFWWJmAKhpTHpoZ"
    "ecEIYeyAANYVNSU2pTeKjZSUzBsIRJZK9BDC3FLh8e15Mpeb0Yvft2k3TvNVWaaYxuWZDu"
    "GaYyiW0JpiAamuruKTYNagOSzWXHFeZEDjnglFjYk52dEemFjtb+HoUZbmTnf0sYG8bva+"
    "X2Sby+utNXvUysZSaVQgyXSH3XF70dZ1FDEJFPGEYN1kKca2JRJs/3gowTia+TGDTs0iSb"
    "F0uIftH4QRuLcSC2GAc1i0H+fau6FxpnipvGXPSSREq7nOXiOjw7Mi32scMZfAxdorgtni"
    "YWaZ6nMT9PS2BjJX+gBBhX4CVLfhtHNc42YVehvwY0aniBGtLNchOlhFCF0DBF0X1rBV2x"
    "p5CfoGEmX6+QnWDLKdUYp4CGc5XtFYL4AUaKFRwUxljwF1jwNJOZpY7JdW6TBWWwvQ372i"
    "rK7o/6opm9gXRheo7BDJeg2+9r8uw4QXcPo7gxsywklEKYfCdPZwTvXUU+aYghtNbuDdWS"
    "l4W8DtkXfq2j3WKHbLWjXkdkNrL5K2RcqMYlRTWzSKPmUas5gumiwv2Wbbgs1qRQx6bp0X"
    "SJXkPCrO16rmRvU05mT94zGtWl+20djTGIsHml+oiaMsnVrFZqJc0URMPEaPcNEsBBTZUt"
    "8krmAmNaI9rnKR7I3RF7nhkZ1XmYxxqXa3QTcYOqYdNWWa0UDRs3zTJqHpeaWX9BRc0s0q"
    "h51GpeuoEbr7fSMwc14dOY9YwSbCNfqRWXggxYTh0lQTBcNXXnHmcYIXL3fp1ncfUcBdEh"
    "hzt0BV2+S43KChkNMQtk9Qr2OCZWHd0rbeLLoQytPK2Ou8wbv1WGKocytNbXH0PgNtaFSN"
    "YfK4ghlCfUg05jVkpcZlMhhi+ymf59mQR2ytlkkbgedoP4bfp//+jLgRii9Gakee/PpS2a"
    "tsiAU9J7Krlwy2GB/abFibuZ78OhnBI3r25Izw3x6oZKSa07upIXbVs4toxD369sMBvfVy"
    "HhYZuQkA/lqZDwkCd3NJtvjornfrbffK13vIya6u7txQIuUaSUTKoQOtqMXjZjWmK1xeES"
    "YBhux7A4dJQuEEvCR7NGzK0RjyaSuck6ysjDE6wE0QsjsSePWDb9aZZdCff6ormiAN28aW"
    "4nwhXzprmB3JAdaeXof8B3lvxbRsi31Pt1OZh+LnT3PbsYbcEzA9LQRHRPs3l9Tx+v72E3"
    "WajTKy8cMYVBO1AwEqZdeog4uaqbTNaAGj5IvewyqcSyIVdlS1p3BeMGMyXZkbZE6OfLdM"
    "/vHXxSDHYqhH78drOCMKLMSfom6WsoXfrlhfaey59kb6eO4FALvabXaaC1mN3Miux6m9lo"
    "jMWvcLFG6O70XvhOTUbiGTPxsJG14P0wr9dMY+vMFgXwEVs4esree2lsx6vbjowuBa4LeQ"
    "29Y7Mphonpt98twYbutpslMFDzzvIx69m8F27Q5ucFchreJyRu+CnktZidBm/3KXy01oV0"
    "BUALuvt+G8iIK+h2PUijaf4DuUFsLZReQ0ZjtKO4l3JQ4psSh6VhhfXGB54n6Q8qYcMVCc"
    "z6onlTITCfHR2WxQHpF1ldwM3F8fl5fZ5Lt8tS6V0r5c0mjzyVdIJB0RPnoKbtfsyeOIwi"
    "1FDEK/YNS4AO6yJD+IajSX0ew8i119PGpGd+bk+e7gSV1GjWQv4qJaMvtOzi1KWwRlHs6I"
    "mLFHWIWXrx9NLHSoHhXFxDdvtJD6MA5yswLMPinnAKYt68sEvt39//D7oshVc="
)
