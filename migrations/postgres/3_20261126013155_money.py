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
        CREATE INDEX IF NOT EXISTS "idx_payment_has_que_2f3787" ON "payment" ("has_questions", "tried_at");
        CREATE INDEX IF NOT EXISTS "idx_payment_creatio_6e7bbf" ON "payment" ("creation", "tried_at");"""

DROPPED = """
UPDATE "payment" SET "tried_at" = "created_at";
DROP INDEX IF EXISTS "idx_payment_intent__3ee67e";
DROP INDEX IF EXISTS "idx_payment_creatio_ebbfa3";
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
    "eJztXW1v2zgS/iuGP/WAbJHaadItDgckbW43d3lZJLnbxRaFQEu0rY0kqhKVF+z1vx8p64"
    "WkJEZ0JEXm8lsizWNbz1DDmeEM+ec0RDFeRTB+e4wx9EN8jR6mHyd/TgPgQ/JH7f29yRSE"
    "IXuXXsJg4aUQsJFMxRYxjoCNyeUl8GJILjkwtiM3xC4KyNUg8Tx6EdlE0A1W5aUkcL8l0M"
    "JoBfEaRuTGly/TEDz5MMCW69BPv4NP069fyR9u4MBH8itqZOwIAgx58fDOWrrQc7gH3Yin"
    "1y38FKbXTtzVWYD/mcrSX7mwbOQlflDKh094jYIC4AbpY69gAKP0az9OcJTQx6ZPlRGUM7"
    "F5wlJk8xQMxoFLkHiYoWlhldemlnV5dWvdnN5a1lSBWBsFVCnkp8YpASv6E374cTabz49m"
    "+/PDD+8Pjo7ef9j/QGTT31u9dfR982NKtjYflXJ29tPZ5S39QYhofjMi6IXvKQZgsEGlym"
    "KGGac0Xguf1iCq1wGPEnRBHlLURc68TBn5hVIb5cgdQh0+eLQ8GKzwmvw7n0mY/u/x9aef"
    "j6/fzGd/4+m+zO7M0luU+JJo+hIoMJyJ90XtoAOdY3b2/n0LaolUI7fpPZ5c8lXqg5gDbU"
    "V0xuI4h3AvRMeYsFEl+cYHntdosQvQ80Z7FwzFxm7PZ0eHhaWm/8hs883F8fl5boxLNpk5"
    "sv38x4B04nOQebBCvRWjJLKVR3QVrZMquhjaS+B6SVRD7L9uri7rSWUgApuOa+PJ/yaeG7"
    "dhdWRWWcId5YJ+sh/H3zzW9r65OP5NNMufzq9OUm5y1z/7gBNxZIOoxqI0057LG87VOKcB"
    "zfKOcarphQWw7x4IoVblDpqhJtnqLX/mi1dAAFYpkfSJvzO/6e1nl3AEQxDYT9PaCJIV2J"
    "OHkI4g2nEYeUfGA/3cOFn8AcnHVoPIwldAIRlxjgXS0Ud8NCL5pXpRKaqUuIIdxjGvG1T2"
    "EsU0h4+5QluHNZm8CRlbhIz5W6LALwPRkOL3+/stOCZSjSSn93iWHYiJ41El+RY+Nnh/JU"
    "ILjiWU3p7+diufLP2n7M751eVPubg4g7aKISWDuiF+3E26+SH9ro3VeNdsNd5VrIbtoZjM"
    "kYsny8Ux9JY10SVCHgRBgztYAxd4XxB8X8QXV4Yd6CdXV+fcQD85E0fyfy5OTokqUk0QIR"
    "c3RJacj8IT/5mQhV0f1jPPAUVvPEO+zf/YwYEvszNnF6c3t8cXv3A6+Hx8e0rvzDhDk199"
    "cyi8FMWHTH49u/15Qv+d/H51eSo68IXc7e9T+ptAgpEVoAcLOCwn+eX8EqdkD8TYiiEMtt"
    "CziDWqHp2qxxjbkfkxSPMz8ggvE9trHedZdol4LtybXgVwEmMYTtBygsjfEXr4OCFfBAPn"
    "BxR4T2+nwvhoh6gJFoXI0CwfjnL5kB1HaiF3FanfWlf3IeEyQr6l7EDzKP2Wurp3osl8oM"
    "wyizGRSguSF0or4oteF8Rfldg2WQ0iJaG2ktUIUN3gbc5p5PI6GIehExomgzQw4eoxl4m0"
    "TKS11zbS+mVT3TZ9LtTK5fbax1ohA+l4ba3GoS6r9MSFNhNOmXBqF8xb3/HUmMtfdz1uHY"
    "1pP3OgHxL/lrwb/4YNNRKCzDMm3S2lraxSt1tz3tZcv2ZV8YgKHTqsdW02zhEkzx1jaw3i"
    "tQrpIk5Dw3x40IL+w4NG9uktY5hfYwLMK1nVQyoeOUxoNSTzJrLqavoltAKi5UwBdZMvK/"
    "Hc1CvKvsq8W2eW5CXjbQOl8c+8Ly0Sb55hU90GdeX4si6eEqPhzNq9xffce+gjp4ZkaV0Q"
    "CxuwHuh1DHyH5UDAtlESKBVxMhAd0vEDtKUtUeTDqMqxpNmkQLyo72GHxnQ/zSY75T6ORR"
    "XGf1TxHy8QmXka8/HF3Wf8Rp+V63V3hCDxF+SOSbnvRMp9zIkGrfzO7LWokNw4zkuATs21"
    "s3cHRwcf5ocHxSgvrsgGd9WxpF8XQsVxy4E0HLa9eJemya3kt02pkqRSqVqoBHwa61i+G6"
    "Aa4yCbB0WkTlZi6N0QkiiCWc9v21HOYjQc6fM281/z9CcOc2SnfG3VF8RDOwiVRpYg2PVI"
    "idVzBG0UOVvpWYCaFZUx69kGSayUpy4AOtrKVn3Zc0lf9nzTlz2anIO0BLBl3V9vtX5CYu"
    "HLJpeWrYcR+MaEfKUbZrgxeeYApOl5JuOW34shxh506u6uQWyldQvkc+PqB9Pbmyrm9Cb7"
    "PUnocJ/EZ/ryrTxsz6UBdASXkLoRRUwSuZu/zdYer7y1RwzjmPxE1QCTQ3WyfDEi1nsJL4"
    "shr0Azi9FwQumF528JCLCLa4KcxhCThegUXnaWhDKBY9+BI3wMoV27SWTz4iaLMcubL1je"
    "BPGdGvMFwOymtz3r9dUpzQaloSxFB2PSfdOtKf8ZtPynIcxpPVc2REn6lQW1SiHMJCmEWX"
    "VrNxt4Xt2SoyxLkyO0NCY9NJoTwtADGaAhrMt4Sm2KCDXbjCkYljCJ7DWIoaXYAiTiejIl"
    "rxejd9+LQjdmU6WZxeiWBemeYSaT2JZgBqKhqe6eYtO9NiDZQnZcYU4UkANOibk92dkZkV"
    "0Fae3vMZjhRnb2tYSxYfy+Vm6fxOurOn3lSWMtM6kMYrhE6ru+6O04ixqCiPyFYVRjLZpz"
    "TTzK5PlekHEi8XUSg5otnGTzYgHRLxo/aGMxDpotxkHFYhSrxxWK5UUxLM5UPo25IiaJlL"
    "ZAy8R1eHdkWuxj+zP4GLpEcVu8TTzSvE9jfp+WwMZK/kABMK7AS5b8No5qnO7QrkJ/BWjU"
    "8AI10J10E6WEUInQMEXRfd8FW7GnkJ9gYSZfr5Cd4Kst1RhngIZzlb0XgvgBRooVHAzGWP"
    "AXWPBKAbFiFpTDmmGvMOzzVvca1hvzcxxmuAzdfl+zZ8cZunsYxbWp5UZCGYRJeIp0RvDe"
    "VeSThRhCK83gUC17mcvrkH4RFzvarXbIljuqhURmm5u/QsqF6VxSVDOPNGoetZojSFcV7r"
    "ds0uWxJoc6Nk2Ppof0GhJmbddzJTufCjJ78o7SqCrdb2NpjEGEzYHrI+rKJL9mtVKraWYg"
    "GmZGu++QAA6qK22RlzLnGNMb0T5P8UCejtjz1MiozsMi1rhco5uIa1QN6zbSaqVoWLulll"
    "HzuNTM+wsqauaRRs2jVvPSDdx4vZWeBagJn8asZ5RgG/lKvbgMZMB66igJguHKqTv3OMMI"
    "kaf3qzw3l88xEB1yuEOX0GXb1KiskLEQs0BWLWGPY2LV0b3SFr8CytAq0uq4y6zzW2WoCi"
    "hDa3X9MQRubWGIZP2xhBhCRUI96NRmpZrrbErE8FU2078vk8CmnE0WiethN4jf0u/7R18O"
    "xBC1NyPNe38ubNG0RQackd5TyYVbDg/sNy1O3M1sIw7llLg52IHeG+Jgh1JJrVu6khftWz"
    "i2jEPfBzqYbfHLkPCwTUgohvJMSHgokjua3TdHxXM/+2++1gkwo6a6e3uxgEsUKSWTSoSO"
    "NqOX3ZiWWG1xuAAYhtsx3Bw6SheIJeGjWSMW1ohHE8ncpC1l5OUJVg3RCyexJ49YNg1qll"
    "0K93oMXV6Abs6h24lwxZxDN5AbsiOtHP0P+M6Sf8sI+ZZ6w64A08+F7r5pF6MteOZAGpqI"
    "7mk2h/v0cbgPv8tClV554YgpDNqBgpGQdukh4uSq7jJZAWr4IvWyzaQSy4ZclT1p3RWMa8"
    "yUZEvaAqGfL9M9v3fwSTHYKRH68dvNCsKIMif0nOlrKF36FYX2nsufpGdXR3CohV7T6zTQ"
    "WsxuZkV2vc1sNMbiV7hYI3R3et944iYn8YyZeNjIWvB+mMM3aWyd2qIAPmILR0/pwZfGdr"
    "y67UjpUuA6l9fQOzabYpiYfvvdEmzobrtZAgc1J5qPWc/mYLhBm58XyKk5UKi54SeX12J2"
    "GrzdJ/fRWhfS5QAt6O77OJARV9DtepDG0vwHcoPYWiidQ8ZitKO4l3JQ4psSh6VmhfXGB5"
    "4n6Q8qYMMVCcz6onlTITCfHR0WxQH0H1ldwM3F8fl5dZ6j22Wp9K4V8maTR5FKNsGg6IkL"
    "UNN2P2ZPHEYRqinibfYNC4AO6yJD+IajSX0ew8i119PapGd2b0+e7gSl1GjWQv4qJaMvtO"
    "zNqcvGGsVmR6+5SFGHmKUXT4++VgoMZ+IasttPehgFOFuB4Rlu7glnIObohV1q//7+f7WL"
    "j4w="
)
