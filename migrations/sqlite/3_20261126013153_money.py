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
    "eJztXW1v2zgS/iuGP/WAbJHYadItDgckbW43d3lZJLnbxRaFQEu0rY0kqhKVF+z1vx8p64"
    "WkJFZ0JEXm8lsizmNbz1DDmeEM9ec0/uq5GL49wRj6Ib5Bj9MPkz+nAfAh+aNmdG8yBWFY"
    "jtELGCy8VBxs5FKhRYwjYGNyeQm8GJJLDoztyA2xiwJyNUg8j15ENhF0g1V5KQncrwm0MF"
    "pBvIYRGfj8eRqCZx8G2HId+un38Hn65Qv5ww0c+ATjOhk7ggBDXjy8t5Yu9BzuJjfi6XUL"
    "P4fptVN3dR7gf6ay9FcuLBt5iR+U8uEzXqOgALhBetsrGMAo/doPExwl9LbpXWUE5Uxs7r"
    "AU2dwFg3HgEiQeZmhaWOW1qWVdXd9Zt2d3ljVVINZGAVUK+alxSsCK/oQffpzN5vPj2f78"
    "6P27w+Pjd+/33xPZ9PdWh46/bX5Mydbmo1LOzn86v7qjPwgRzW9mBL3wLcUADDaoVFkl+7"
    "zSeC18XIOoXgc8StAFuUlRFznzMmXkF0ptlDN3CHX44MnyYLDCa/LvfCZh+r8nNx9/Prl5"
    "M5/9jaf7KhuZpUOU+JJo+hAoMJyJ90XtoBOdY3b27l0LaolUI7fpGE8u+Sr1ScyBtiI6Y3"
    "GcU7gXomMMNosOT/KtDzyv0WIXoO8b7V0wFBu7PZ8dHxWWmv4js823lycXF7kxLtlk1sj2"
    "6x8D0onPQdbBCvVWjJLIVp7RVbROquhiai+B6yVRDbH/ur2+qieVgQhsOq6NJ/+beG7cht"
    "WRWWUJd5QL+sl+TLx51va+uTz5TTTLHy+uT1NuUIxXUfop6QecijMbRDUWpZn2XN5wrsY5"
    "DWiW94xTTS8sgH3/SAi1KiNohppkq0P+zBevgACsUiLpHdP7y4LDTy5hCIYgsJ+nNbEjO7"
    "wnCx4dQbDjAPKezAT6uXGy+AOSj62Gj4WXgEIy1xwLpPOOeGdE8nP1olI8KXECO4xgXjec"
    "7CV+aQ4cc4W2DmgyeRMstggW86dEgV8GoiHF7/b3W3BMpBpJTsd4lh2IictRJfkOPjX4fS"
    "VCC44llN6d/XYnXyb952zk4vrqp1xcXDtbRY+SSd0QOe4m3fyUPmhjNQ6arcZBxWrYHorJ"
    "Grl4tlwcQ29ZE1ci5EEQNDiCNXCB9wXB90V8cWXYiX56fX3BTfTTc3Em/+fy9IyoItVE5j"
    "nVxpScj8IT/4mQhV0f1jPPAUU/PEO+zf/YwYkvszPnl2e3dyeXv3A6+HRyd0ZHZpyhya++"
    "ORIeiuJDJr+e3/08of9Ofr++OhNd90Lu7vcp/U0gwcgK0KMFHJaT/HJ+iVOyB2JsxRAGW+"
    "hZxBpVj07V44vqyOoYpHkZWWyXCe21jPAsu5T/XqA3vQ7gJMYwnKDlBJG/I/T4YUK+BgbO"
    "Dyjwnt9OhZnRDlETJgoxodkyHOWWITuP1ILtKlK//a3ug8FlhHxL2XXmUfptb3XvPpOVQJ"
    "llFmNilBYkL5R2wRe9boK/KrFt8hlESkJtJZ8RoLrJ25zNyOV1MA5DpzJM7mhgwtWjLRNj"
    "mRhrr12M9cumnm0qD7Jyqb22UVbIADreT6txpcuaPHFzzQRSJpDaBcPWdyQ15mLXXY9YR2"
    "LUzx3oh8SvJU/Gv2FtRYQgITXmbilrZRW53Rrytob6NauHR1TW0GFNa7NZjiC57xhbaxCv"
    "VUgXcRqa5KPDFvQfHTayT4eMSX6NpS+vWFUPo3jkMOHUkMybaKqbhZeQCoiOM/qryy47Ll"
    "90RclXWXHrDJK8KLxtcDT+NfelZeDNa2uq26Cu4F7Wp1NiNFxTu7f1nvsAfeTUkCyt/2Fh"
    "A9b9vI5p77DsB9g2SgKlYk0GokPyfYDGsyWKfBhVOZa0kxSIF3U27NCc7qedZKccx7Gown"
    "iO7T3HS0TWnYbsezEm9Rh9VqrXkw+CxF+QEZNg34kE+5iTC1p5nNljUSG5cZ6XAJ0aZ2cH"
    "h8eH7+dHh8UsL67IJnfVpaRfF0LFecuBNJy2vfiVpo2t5LdNSZKkIqlakAR8GuVYvhugGu"
    "MgWwdFpE5WYuiTDpIogllXb9tZzmI0nOnzNutf8/InTnNkp3xt1fnDQzsIkkaWGtj1GInV"
    "cwRtFDlb6VmAml2UMevZBkmslKEuADraylad13NJ5/V803k9kmyDpNSvVX1fbzV9Qkrh8y"
    "Z/lu2BMbm0L/Q4DDcm9xsAr2Eshhh70KkbXYPY2pQix3SY/aAkdDhRPoGXn8Rhey6NjiO4"
    "hNRHKAKOyN38bU7meOWTOWIYx+QnqkaPHKqTXYkRsd5L7FhMeQWaWYyGq0UvPH9NQIBdXB"
    "PBNMaPLESn2LGzDJOJCvuOCuFTCO3a0x2b9yxZjNm1fMGuJYjv1ZgvAOYYvO1Zry86aTYo"
    "DdUmOhiT7jtnTVXPoFU9DWFO67WyIUrSr9qnVX5gJskPzKons9nA8+r2E2UpmByhpTHpoV"
    "ucEIYeyQQNYV06U2pTRKg5JUzBsIRJZK9BDC3Fnh4R15Mpeb0YvfvmEnqumirNLEa3LEj3"
    "DDOZxLYEMxANTXX3FJt2tAHJFrLjCmuigBxwScztyc6uiOxGR2t/j8EMN7OzryWMDeP3tX"
    "L7JF5f1ekrXxHWMpPKIIZLpB70RW/HWdQQROQvDKMaa9Gca+JRJs/3gowTia+TGNScwyRb"
    "FwuIftH4YRuLcdhsMQ4rFoN8+1YVLyzOlDWNudwliZTOMcvEdXh2ZFrs4wwz+BS6RHFbPE"
    "080jxPY36elsDGSv5AATCuwEu2/DaOapwesK5CfwVo1PACNdDjcBOlhFCJ0DBF0X1TBVux"
    "p5CfYGEmX6+QneDLKdUYZ4CGc5UjFYL4EUaKFRwMxljwF1hwmslMU8fkd26TBeWwvU37yi"
    "7K7s/6vI29hvTG9ByHGS5Bt9/X4tlxgu4BRnFtZrmRUAZh8p0inRF8cBX5ZCGG0EqjN1RL"
    "XubyOmRfxL2Odpsdst2Oah2RObzmr5BxYRqXFNXMI42aR63mCNJNhYctG3B5rEmhjk3TI+"
    "kPvYGEV9v13MaTTAWJPVm3aFSV7bdpNMYgwuZF6SNqxyS/ZrVSK2ZmIBqmRLtvjQAOqqtp"
    "kdcw5xjTFNE+Q/FI7o5Y8tTIqK7AItY4W6NbgmtUDeuOx2qlaFh7UJZR87jUzPsLKmrmkU"
    "bNo1bz0g3ceL2VngWoCZzGrGeUYBv5Sk24DGTAQuooCYLh6qg79zjDCJG796s8N9fNMRAd"
    "srdD185l59Oo7I2xELM1Vq1dj2Ni1dGD0sG9AsrQKtLquMus5VtlqgooQ2t15zEEbm1FiG"
    "TnsYQYQkVCPejUZqWaC2xKxPDlNdO/L5PAppxNFonrYTeI39Lv+0dfDsQQRTejzHh/KizR"
    "9Lu5b0Z2r30W3HJ4WL8JceJoZmdvKCfDzYsa6NgQL2ooldS6iyt50VGFY8s19P2CBnPMfR"
    "kMHrUJBsUgngkGj0RyR3Pg5qh47ufIzdd6o8uoqe7eXizgEkVKaaQSoaPN6OUApiVW2xYu"
    "AIbhdgw3B43SrWFJ4Gh2h4Xd4ZHEMLdpDxl5dIJVbdzCje/JYpVNN5pll6K9vlAuLzc3b5"
    "TbiUDFvFFuIAdkRxo3+p/wnSX8lhHyLfXuXAGmn/PcfYcuRlvwzIE0NBHd02xe09PHa3r4"
    "IxWq9MqLRUwx0A4UiYS0Jw8RJ1f1SMkKUMMHqZczJZVYNuSqHEDrrmBcY6Yk588WCP18me"
    "75vYfPisFOidCP3272DkaTM6Hvi76Bku1eUWRPnjlJ3z8dwaE2d01n00D7L7uZD9n1prKR"
    "mIlf4WKN0P3ZQ8NbM7lxqYF43Eha8GGYF2jSeDr9BQF8whaOntM3Wxqr8epWI6VLgetcXk"
    "OP2Bx7YeL47c9DsKG77XEIHNS8j3zMejZvfhu0yXmBnJo3BjU39uTyWqxOg7f15D5a67K5"
    "HKAF3X2/72PE9XK7Hp6xNP+B3CC2FkovGmMx2lHcS/En8U2Jw1Kzq3rrA8+T9AEVsOEKA2"
    "Z90bypCpjPjo+KggD6j6wW4Pby5OKius7RA7FUetQKeXOMo0glm2BQ9MQFqGmvH7MnDqMI"
    "1ZTsNvuGBUCHvZAhfMORJD1PYOTa62lNujMb2ZMlOkEpM5r9j79KgegLbXpz0rKxIrHZxW"
    "suSdQhWunFx6MPlQLDmbiG7PaTGEYBzvZeeIabu74ZiHmrwi41eH/7P8OTX8U="
)
