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
        ALTER TABLE "webhook_event" ADD "read_as" SMALLINT NOT NULL DEFAULT 1;
        ALTER TABLE "webhook_event" RENAME COLUMN "intent_id" TO "joins_by";
        CREATE INDEX "idx_payment_has_det_0f92f5" ON "payment" ("has_details", "is_final", "updated_at");
        CREATE INDEX "idx_idempotency_payment_66d485" ON "idempotency_key" ("payment_id");
        CREATE INDEX "idx_payment_is_sett_cf87b3" ON "payment" ("is_settled", "created_at");
        CREATE INDEX "idx_payment_client__7e28c5" ON "payment" ("client_reference_id", "price_id");
        CREATE INDEX "idx_payment_has_que_2f3787" ON "payment" ("has_questions", "tried_at");
        CREATE INDEX "idx_payment_creatio_6e7bbf" ON "payment" ("creation", "tried_at");
        CREATE INDEX "idx_payment_purchas_2013cc" ON "payment" ("purchase_key");"""

DROPPED = """
UPDATE "payment" SET "tried_at" = "created_at";
DROP INDEX IF EXISTS "idx_payment_intent__3ee67e";
DROP INDEX IF EXISTS "idx_payment_creatio_ebbfa3";
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
    "eJztXW1v2zgS/iuGP/WAbJHYadItDgckbW43d3lZJLnbxRaFQEu0rY0kqhKVF+z1vx8p64"
    "WkJFZ0JEXm8pst8pGtZ6jhzHCG/HMaf/VcDN+eYAz9EN+gx+mHyZ/TAPiQfKhp3ZtMQRiW"
    "bfQCBgsv7Q42/dJOixhHwMbk8hJ4MSSXHBjbkRtiFwXkapB4Hr2IbNLRDVblpSRwvybQwm"
    "gF8RpGpOHz52kInn0YYMt16N3v4fP0yxfywQ0c+ATjuj52BAGGfPfw3lq60HO4h9x0T69b"
    "+DlMr526q/MA/zPtS//lwrKRl/hB2T98xmsUFAA3SB97BQMYpT/7YYKjhD42faqMoJyJzR"
    "OWXTZPwWAcuASJhxmaFlZ5bWpZV9d31u3ZnWVNFYi1UUCFQv5qnBKwon/hhx9ns/n8eLY/"
    "P3r/7vD4+N37/fekb/p/q03H3zZ/pmRrc6uUs/Ofzq/u6B9CRPKbEUEvfEsxAIMNKhVWyT"
    "4vNF4KH9cgqpcBjxJkQR5SlEXOvEwY+YVSGuXIHUIcPniyPBis8Jp8nc8kTP/35Objzyc3"
    "b+azv/F0X2Uts7SJEl8STV8CBYaz7n1RO+hA55idvXvXglrSq5HbtI0nl/yU+iDmQFsRnb"
    "E4ziHcC9ExBptJhyf51gee16ixC9D3lfYuKIqN3p7Pjo8KTU2/yHTz7eXJxUWujEs2mTmy"
    "/fzHgHTic5B5sEK9FaMkspVHdBWtkyi6GNpL4HpJVEPsv26vr+pJZSACm45r48n/Jp4bt2"
    "F1ZFpZwh3lgt7Zj4k1z+reN5cnv4lq+ePF9WnKDYrxKkrvkt7gVBzZIKrRKM205/0N52qc"
    "U4dmec8Y1fTCAtj3j4RQq9KCZqipb7XJn/niFRCAVUokfWL6fJlz+MklDMEQBPbztMZ3ZJ"
    "v3ZM6jI3Ts2IG8JyOB3jdOFn9Actuq+1hYCSgkY82xQDruiHVGen6uXlTyJyVGYIcezOu6"
    "k734L82OYy7Q1g5N1t84iy2cxfwtUeCXgWhI8bv9/RYck16NJKdtPMsOxMTkqJJ8B58a7L"
    "4SoQXHEkrvzn67k0+T/nPWcnF99VPeXZw7W3mPkkHd4DnuJt38kD5oozUOmrXGQUVr2B6K"
    "yRy5eLZcHENvWeNXIuRBEDQYgjVwgfcFwfdFfHFl2IF+en19wQ3003NxJP/n8vSMiCKVRG"
    "Y51fqUnI3CE/+JkIVdH9YzzwFFOzxDvs0/7ODAl+mZ88uz27uTy184GXw6uTujLTNO0eRX"
    "3xwJL0Vxk8mv53c/T+jXye/XV2ei6V70u/t9Sv8TSDCyAvRoAYflJL+cX+KE7IEYWzGEwR"
    "ZyFrFG1KMT9fi8OjI7BmlcRubbZZ32Wnp4ll32/56jN70O4CTGMJyg5QSRzxF6/DAhPwMD"
    "5wcUeM9vp8LIaIeocRMFn9AsGY5yyZAdR2rOdhWp3/pW987gMkK+pWw68yj9lre6N5/JTK"
    "DMMosxPkoLkhdKq+CLXhfBX5XYNvEM0ktCbSWeEaC6wdsczcj766Achg5lmNjRwISre1vG"
    "xzI+1l47H+uXTT7bVO5k5b322npZIQPoeD2txpQuc/LExTXjSBlHahcUW9+e1JiTXXfdYx"
    "2JUj93oB8Su5a8Gf+GtRkRQg+pMnfLvlaWkdutIm+rqF8ze3hEaQ0d5rQ2q+UIkueOsbUG"
    "8VqFdBGnoUo+OmxB/9FhI/u0yajk15j68oxVdTeKRw7jTg3JvPGmupl4CamAyDijvzrtsu"
    "3ySVfs+Sozbp1CkieFt3WOxj/nvjQNvHluTWUb1CXcy+p0SoyGc2r3ut5zH6CPnBqSpfk/"
    "LGzAvJ/XUe0dpv0A20ZJoJSsyUB0CL4PUHi2RJEPoyrHknKSAvGiyoYdGtP9lJPslOE4Fl"
    "EYy7G95XiJyLzTEH0v2qQWo8/26nXngyDxF6TFBNh3IsA+5uCCVhZn9lpUSG4c5yVAp8LZ"
    "2cHh8eH7+dFhMcqLK7LBXTUp6c+FUHHcciANh20vdqUpYyv5bZOSJMlIqiYkAZ96OZbvBq"
    "hGOcjmQRGpk5YYeqeDJIpgVtXbdpSzGA1H+rzN/Nc8/YnDHNkpX1tV/vDQDpykkYUGdt1H"
    "YuUcQRtFzlZyFqBmFWXMcrZBEitFqAuAjrqyVeX1XFJ5Pd9UXo8k2iBJ9WuV39dbTp8QUv"
    "i8iZ9la2AEvlEeX+hmGG5MnjYAaUieibLlbTHE2INOXesaxFaapUDuG1dvTJs3ecppI/s7"
    "Sehwd+Kje/k2HbbnUtc5gktIDYjCG4nczWezbccrb9sRwzgmf1HVteRQnSxZjIj1XhzLYs"
    "gr0MxiNJxKeuH5awIC7OIa96bRuWQhOjmWnYWfjMvYt8sIn0Jo12792LygyWLMkuYLljRB"
    "fK/GfAEwe+Rtz3p9RkqzQmlIRdFBmXRfVmtSfgZN+Wlwc1rPlQ1ekn6pQK2CBzNJ8GBW3b"
    "bNBp5Xt9goi8/kCC2VSQ+l5IQw9EgGaAjrYp1SnSJCzRZiCoolTCJ7DWJoKRb8iLieVMnr"
    "+ejdV57QTddUaWYxukVBumeYiSS2JZiBaKiqu6fY1KoNSLYQHVeYEwXkgFNirk92dkZkV0"
    "Fa23sMZriRnf0sYWwYu6+V2Sex+qpGX3l+WMtIKoMYLpB60Be9HUdRQxCRTxhGNdqiOdbE"
    "o0yc7wURJ+JfJzGo2aRJNi8WEP288cM2GuOwWWMcVjRGsXpcoVieDsPiTM7TmHNhkkhpk7"
    "Osuw7vjkyKfWxwBp9Clwhui7eJR5r3aczv0xLYWMkeKADGFHjJkt/GUI3T3ddV6K8AjRhe"
    "IAa6V26iFBAqERqGKLqvuGAz9hTiEyzMxOsVohN8tqUa4wzQcK6y30IQP8JIMYODwRgN/g"
    "INXkkgVoyCclgz7BWGfV7kXsN6Y3yOwwwXodvva/bsOEL3AKO4NrTcSCiDMAFPkc4IPriK"
    "fLIQQ2ilDByqRS/z/jqEX8TFjnarHbLljmoikdna5q8QcmEqlxTFzCONmEct5gjSVYWHLc"
    "tzeayJoY5N0iOpHr2BhFfb9dzGfU6FHnuyWtKo2rffktIYgwibY9RHVI9J/s1qpZbNzEA0"
    "jIl2XxsBHFSX1CJPYs4xpiqifYTikTwd0eSpklGdgUWsMbZGNwXXiBrWbZ7VStCwdhstI+"
    "ZxiZm3F1TEzCONmEct5qUbuPF6KzkLUOM4jVnOKME28pWqcBnIgJnUURIEwyVSd25xhhEi"
    "T+9XeW5OnGMgOkRvh06eyzaoUVkbYyFmaayavB7HRKujB6VtfQWUoVWk1XGXWc23ylAVUI"
    "bW6spjCNzalBDJymMJMYSKhHrQqY1KNWfYlIjh82umf18mgU05mywS18NuEL+lv/ePvgyI"
    "IbJuRhnx/lRooul3Y99M3732UXDL4WH9BsSJoZltvqEcDDfHONC2IY5xKIXUuowredFehW"
    "OLNfR9fIPZBL90Bo/aOIOiE884g0ciuaPZcXNUPPez5+Zrnfcyaqq71xcLuESRUhipROio"
    "M3rZgWmJ1ZaFC4BhuB3DzU6jdGlY4jia1WFhdXgkPsxtWkRGXp1gVeu3cO17Ml9lU45m2W"
    "XXXo+by9PNzXlzO+GomPPmBjJAdqRwo/8B31nAbxkh31IvzxVg+hnP3ZfoYrQFzxxIQxXR"
    "Pc3mEJ8+DvHh91So0itPFjHJQDuQJBLSmjxEjFzVPSUrQA1fpF42lVRi2ZCrsgOtu4JxjZ"
    "qSbEBbIPSzZbrn9x4+Kzo7JUI/frtZOxhNzISeJn0DJcu9Ypc9eeQkPZ06gkMt7prKpoHW"
    "X3YzHrLrRWUjURO/wsUaofuzh4YzNbl2qYJ43PS04MMwx2tSfzr9BwF8whaOntOjLY3WeH"
    "WtkdKlwHXeX0OL2Gx7Yfz47fdDsKG77XYIHNScVj5mOZuj3wYtcl4gp+bIoObCnry/FrPT"
    "4GU9uY3WOm0uB2hBd98Hfow4X27X3TOW5j+QG8TWQumkMRajHcW9JH8S25QYLDWrqrc+8D"
    "xJHVABGy4xYNYXzZusgPns+KhICKBfZLkAt5cnFxfVeY5uiKVSo1b0N9s4ilSyAQZFS1yA"
    "mvL6MVviMIpQTcpus21YAHRYCxnCNhxJ0PMERq69ntaEO7OWPVmgE5R9RrP+8VdJEH2hTm"
    "8OWjZmJDabeM0piTp4K73YePSlUmA4664hu/0EhlGAs7UXnuHmqm8GYo5V2KUC72//B8sy"
    "afo="
)
