"""Sums of whole hours, the indexes of every list an operator filters, and the triggers that unmake a sum.

The triggers are written by hand: no model says them (docs/decisions/0031-hours-are-summed.md).
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "hourly_movements" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "hour" TIMESTAMPTZ NOT NULL,
    "price_id" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "payments" INT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_hourly_move_hour_a5bb66" ON "hourly_movements" ("hour");
COMMENT ON TABLE "hourly_movements" IS 'Sums of the journal, of the payments created in the hour, whenever the money moved.';
        CREATE TABLE IF NOT EXISTS "hourly_payments" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "hour" TIMESTAMPTZ NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "is_final" BOOL NOT NULL,
    "creation" VARCHAR(10) NOT NULL,
    "payments" INT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_hourly_paym_hour_2c1149" ON "hourly_payments" ("hour");
        CREATE TABLE IF NOT EXISTS "summed_hour" (
    "hour" TIMESTAMPTZ NOT NULL PRIMARY KEY,
    "is_ready" BOOL NOT NULL
);
        CREATE INDEX IF NOT EXISTS "idx_attempt_state_0529ad" ON "attempt" ("state", "created");
        CREATE INDEX IF NOT EXISTS "idx_delivery_state_83096a" ON "delivery" ("state", "created_at", "id");
        CREATE INDEX IF NOT EXISTS "idx_payment_price_i_b89fbb" ON "payment" ("price_id", "created_at", "id");
        CREATE INDEX IF NOT EXISTS "idx_payment_status_175834" ON "payment" ("status", "created_at", "id");
        CREATE INDEX IF NOT EXISTS "idx_webhook_eve_state_a1cbbc" ON "webhook_event" ("state", "received_at", "id");
        CREATE INDEX IF NOT EXISTS "idx_webhook_eve_type_868a95" ON "webhook_event" ("type", "received_at", "id");
CREATE OR REPLACE FUNCTION "gateway_unsum_hour"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM "summed_hour"
    WHERE "hour" = date_trunc('hour', NEW."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    IF TG_OP = 'UPDATE' AND OLD."created_at" <> NEW."created_at" THEN
        DELETE FROM "summed_hour"
        WHERE "hour" = date_trunc('hour', OLD."created_at" AT TIME ZONE 'UTC') AT TIME ZONE 'UTC';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER "payment_unsums_its_hour"
AFTER INSERT ON "payment" FOR EACH ROW
WHEN (NEW."created_at" < date_trunc('hour', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
EXECUTE FUNCTION "gateway_unsum_hour"();
CREATE TRIGGER "payment_change_unsums_its_hour"
AFTER UPDATE ON "payment" FOR EACH ROW
WHEN (OLD."created_at" < date_trunc('hour', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
    AND ROW(NEW."created_at", NEW."status", NEW."is_final", NEW."creation", NEW."price_id", NEW."movements")
    IS DISTINCT FROM
    ROW(OLD."created_at", OLD."status", OLD."is_final", OLD."creation", OLD."price_id", OLD."movements"))
EXECUTE FUNCTION "gateway_unsum_hour"();"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TRIGGER IF EXISTS "payment_unsums_its_hour" ON "payment";
        DROP TRIGGER IF EXISTS "payment_change_unsums_its_hour" ON "payment";
        DROP FUNCTION IF EXISTS "gateway_unsum_hour"();
        DROP INDEX IF EXISTS "idx_webhook_eve_type_868a95";
        DROP INDEX IF EXISTS "idx_webhook_eve_state_a1cbbc";
        DROP INDEX IF EXISTS "idx_attempt_state_0529ad";
        DROP INDEX IF EXISTS "idx_delivery_state_83096a";
        DROP INDEX IF EXISTS "idx_payment_status_175834";
        DROP INDEX IF EXISTS "idx_payment_price_i_b89fbb";
        DROP TABLE IF EXISTS "hourly_movements";
        DROP TABLE IF EXISTS "hourly_payments";
        DROP TABLE IF EXISTS "summed_hour";"""


MODELS_STATE = (
    "eJztXW1v2zgS/iuCP+0B3iK106S3dzggbbNt7vJSJNnr7haFQMt0rI0kavWSNNjrfz9S1g"
    "tFUbLoSDLF8lsizSPZz9DDmeFw+NfER2F0F8DwxUkUQdePrtHj5Cfjr4kHXIj/4N6fGhPg"
    "+/RdcikCCyeBgI1kIrYIowBYEb68Ak4I8aUlDK3A9iMbefiqFzsOuYgsLGh7d8Wl2LP/jK"
    "EZoTsYrWGAb3z+PPHBkwu9yLSX5On38Gny5Qv+w/aW8Cv+FBwZK4AggoX41Pg8CSN8ib6Z"
    "PMS/N1c2dJalr795SHLdjJ785Nob++7Mi35OZMlnX5gWcmLXK+T9p2iNvBxgewkZd9CDQf"
    "K+n4woiAkZ5LumtGX8bL53IbL5bhRmCVcgdiKKvIVZXJuY5uXVrXlzemuaEwG6LeQRVeGP"
    "GiYE3JGP8OPfZ7P5/Hh2MD96/erw+PjV64PXWDb5vNVbx982H6Zga/OohLOz92eXt+QDIT"
    "weNuOEXPiWYEAENqhEhdTgK6myrIW3axDwdVBGMbrAX5LVRcZ8kzKyC4U2ivE8hDpc8NV0"
    "oHcXrfG/81kD0/89uX774eT6h/nsb2W6L9M7s+QWIb4gmvw0BBhOxfuidtCBXmJ29upVC2"
    "qxVC23yb0yufhV4oO4BNqJ6JRFOYdwL0Tndr1M8o0LHKfWYueg7UZ7DIZiY7fns+Oj3FKT"
    "f5ps883Fyfl5ZowLNqmZs/38R4FU4nOQebBCvRmiOLCER3QVrZIquhjaK2A7ccAh9t83V5"
    "d8UikIw+bStiLjf4Zjh21YlcwqN3BHuCBPdsPwT4e2vT9cnPzKmuW351dvEm6ygCB9wBt2"
    "ZIOAY1Hqac/kNedinJOAZnVPOdXkwgJY94+YULNyB81QnWz1ljtz2SvAA3cJkeQbf6M+04"
    "t30LEfYPA04QaV+d1pc0i5pOU6jimht/SRXQSMa+DdQfJPNbTMfQUPfo3MKHgyQbQJKZmH"
    "MDFo8Ugiyw1Q8ydR/0+TeJIbslK3hWLXBoezw2hpv6FrydE8PGjhZx4e1LqZ5FZzkMqovi"
    "3f7IjRYer2MFXnAwYiurBYYt4/DVPJ6RzY/8dTXUg+aIX8WuYphEq8z14eHh++nh8d5nTn"
    "V5pYrjKasCFgMzJ5Ba1FVzPi1rxLPbt1OZce6Z34eMIlJA3C8cs2FvllvUV+WbHI+O0bn7"
    "ilQcjlhzMHByOxBbTzXiH0HSYlsl3IZ5WBslFpin2R/aFUbHp7dnF6c3ty8bEUoL47uT0l"
    "d2bJ1Sfm6g9HzBDPH2J8Orv9YJB/jd+vLk/ZODaXu/19Qj4TiCNkeujRBEuak+xydqlilu"
    "IQa2/JMU6N+WAKtdPPRzKldv0DAl74CIMqp7f418EntUCosJTR9CM5/fW2OYGT/0bOry7f"
    "Z+JsVoefDha3V2VkB+ZKNtdGJXu1soOQzC72TqquovXsJLO2QxhFzk6aLiO1lmXTsjy5dx"
    "vzD33gWXXpd0pguiUDz4h2nIS/x2ONPDeMF39A/NiG3DvCkVwlP165qLPiQ2QM67PimUJb"
    "lxSl8gomXLpPz2a/EgF+KYiCFL86aJPUwlK1JCf3yiwvYQRsRyTMKRBKcDx0nDOGPOJgQ7"
    "r7FKLloBDPkYsn045C6Kw4azsIORB4NbEkB87wvsD4vojPrww70N9cXZ2XBvqbM3Yk/3Lx"
    "5hSrItEEFrKjmlWdko8i4vCXgDqIl87hp5XsAByFhxB6O+iZxWpVS6dqGWO7t8mq+2RbhJ"
    "eKTVvHeaZVILaFe5MrDxphBH0DrQyE/w7Q408GfhH0lj8iz3l6MWHGRzsEJ1hkIkO9dUfK"
    "rTv0OBILuatI9faZdB8SrgLkmsIOdBmlwtpM7+vwSJxlGqMjlRYkL4R2oy163Yy2V2LbZD"
    "WwVAO1layGh3iDtz6nkcmrYByGTmjoDNLAhIvHXDrS0pHWtG2k9XFTST7ZFmplctP2sZZP"
    "QTpeW+M41EVFPLvQpsMpHU6Nwbx9z1tNxh63SmPaP6A4cJ4u0AMkWgv5dp0V2mLU14m46Z"
    "bkt6bPbmI3JIkwbLWNP/ATPIB1kf6fDqrQSKv5DNtLrpM3TY3HNR5PDzBILrnIg08Gefey"
    "mnDr6R06RTfSOYXoVtRdzjDDOMxD6mTs/nJp8gpsi797r2HqojAKegi9NJzRRU4Fv21SVQ"
    "2ZqmqiyoqDAKblhm0JpjEKkjxv433VO18sw8BFMXZWXdtDnImgaSJmkSrtOR14r2/meVUV"
    "UMs+DVGJ+WdtUJIsqPiY6aghpvhI6bFFSEGrvdsckfbX5bEM2l///vz1zZ5TEUenQCjo5n"
    "TvS9ohfpYHOEtxjSWvNGzAUtf9/Go6rHRNkkjcBiYNrjuFUXBMv2y1lN+wkl8Z09pxVMxx"
    "PFtC10cRiV//A2t27DEyWxxHu5A2057N+3Ec99lfWqJtdx0moerdxADi7x1G5hqEaxHSWZ"
    "yCRvjosAX9R4e17JNbeplwH8ux42qBoeOgEdb5nGFaAdZyqgDe5EtLbJt6WVlpEjbNzcO7"
    "7N0oQ85m93bh9TNsoluP15i96TyHAqPgzNq9xScNn11u667GkJ2G6ZC9fcgOLIss6YgMaQ"
    "qiQnH4AOvFKxS4vMZpDccO5IhndcAf0Zju59iBUbmPsqhC+48i/mNWIcj3HfO7W/xGl5br"
    "9fQ8L3YX+E610xK7uB9ACwXL9IgCvTYo5dqgzHkIpdzS9FdTIbl2nBcAnXHn+J3kdb5orW"
    "IJpOCw1cWKY1tg1qV0EpTS6YrRvitGkZXwtVMTqzJUt62VLZCi9Uy7/IJ6ZqB6wUVmPVsg"
    "DoXS2DlARVvZqonovKGJ6HzTRFSalMQlimwLnqYnzU24iQlGZtqcnvASaRPS4ls3N54Yce"
    "CQnYbv8Zj/dPIb0d3Zz7+Zv1yf30wN0oPIsKPQSDrYG2EEgshA3j+SpmDRGkSGHRoeMhzk"
    "3cHACGFk3EPohwkmQI/VjY4DvK/jNTndgLrzBtR4CFR5rm+8koorYdaaZqg+uq74DuAthj"
    "ZFPTlEhzs7hzuhzV2D3nJ4hM1fhNZLGXJ5Zj5xtHbxv0tAHWXJpmNpfMPGXkYtGxj11rSo"
    "siZF7w7Izzj6Qk7+oPdosGdp43vpYTm8u2sQmknJK35uWH0wub1px5bcpN8T+8vSk+rP7N"
    "7s0eHfp3fc8yUsxybLMwFcQZKkyjPeGVCfcrJnJzOEITl2V3T5ooTqpHZGItZ7WbzQHS2G"
    "4fnPGHiRHXFS6LWuPA1RyZvvbIlTL0v0vSwBv/rQiiDHOtRX1tEYXVv3jNo6EN6LMZ8Dnk"
    "X7eOKSXljnl0bXG5SammgVjEn3/cd17fmw28X5YU7rubImSlKvJr3VAtWsYYFqVj3lDro4"
    "whXeLFpG9UT1+CNHKiCPoMvZql8/S+YAPUs+Y5aEESDBuwjxNEZz/4w9F8BxeJWyTcUFGU"
    "JJL6WHwzwwYegRz3w+5C0UNDorLFQf5SjgsfhxYOHJD5qCjS1YnHITZ/cdFsjhl6I00xjV"
    "0qvdM0wtcrQlmIIoaKq7p1j3ZBmQbGbhTmBOZJADTomZPRntjDielm/pazFjw/h9nTd+Ax"
    "EODX2Ov1e/x6RADLdC87IvejtenvFBgP+KYCAUnpdRegHhGYFiAFdxyOvN2TQv5hD10nyH"
    "bSzGYb3FOKxYjLywpUJxcy0ZjdOlZLKVktEaHrDaeURa7KPYGX71bay4HX5NZaT+Pcn8e1"
    "oBi9dZt6FRTwbQrsBzagk2jiop24ScUKKhpoAFajU8Qw26H73uR69Uvr5cCC7GOAXUnIt0"
    "FPTCRxgIloZRGG3Bn2HBK3sbBLOgJawe9gLDvnTwa8v8XAkzXIbuoK/Zs+MM3QMMQm5quZ"
    "ZQCqETniydAXywBfmkIZrQykZcKJa9zORVSL+wix3tVjualjuqB4Hq5q3fQ8qF2lQpqOYy"
    "UqtZajUHkKwqPOzYW6qM1TlU2TQtzfb2a4iZtWzHbjjPg5GZNm92D6rS/e55TzoTlfaE6+"
    "3e+93ujT/N3Z1YTTMFUTAz2v3WK7BEvNKW5lLmDKM3XbXPUzzib4fteWJkROdhFqtdLukm"
    "Yo6qIa//cytFQ24naK1mudRc9hdE1FxGajVLreaV7dnheic9M1AdPsmsZxRHFnKFNvlTkA"
    "HrqYPY84Yrp+7c4/QDhL+9W+W5vnyOgqiQwx26hC7tfyWyQkZD9AJZtYQ9JD0f0YPQyTQM"
    "StPK0rq0V2lLCZGhyqA0rdX1Rx/Y3MKQhvXHAqIJZQl14JKblaqvsykQw1fZTP65ij2LcG"
    "YsYtuJbC98Qd73r74ciCFqbyTNe7/LbdGkRQackp6K5MLNZRnYb1ocu5tphx/hlLg+j5Dc"
    "G+I8wkJJrbd0xc9qiCpbxqHvfkL6NLciJDxqExKyoTwVEh6x5ErT1lcqnvtp7Luvg0ulpr"
    "p7e7GAKxQIJZMKhIo2o5duTKtIbHE4B2iG2zFcHzo2LhA3hI96jZhZI5YoksFx4vJ60wFn"
    "UhO+0CLTbTELETYDSrr3+p0osZ/FuRK6gGe/BTwyH5M+ft6p6ESsX5tu1ab7iMlHNn6PuK"
    "0ogRSkuZcgUJ+eLsFxgvqYkurE2GZebH9MSQBBKNYhr0AomONod9pyw2HLlRyH0NhdqDpq"
    "e4m882CmdTY0AwxYieRDb6kbO/Y9841mWy5+nS96mEgJpJ7R7elwPl1BV8tpLxV0ekv0Tq"
    "oYWwmwJH07tYoV3SR7k3Rtw5Ohl0y9nAx7SWLanGDf9IAzrUK40/z6ZyYPm/V4+cIk3nVF"
    "kJQVQTKn3pVa6R9Jt6T+B3xngcQqQK4p3hOTgang5/bdFxNPlOI8l0AKmojuabZAHAolc3"
    "KAgvTOW/Wsmjf0rJpXe1aJ++zaW5fUWy9nOuCDjbCTK7oAWwEq+EPq5SQnIZY1uQLkDlpB"
    "LrUf0/2BK0v7Lq0xa8tugVCP3x7GLnwSDCQLhHr8drMBQqKsFFmCuYaNO9dYoem23FSyrB"
    "PAofap6UrPgZahxplxGnuxpzzGInZduPyA4qDGThT3t5mIRNJcZ6J7sQ7Z20UixwzTR+y4"
    "V5sx/six3jjZIZ6MwJJTsbTtPJIcpo9lGMtWlk9wsUbo/vQBTyx8M1WS2GKoHjeyJsyFB9"
    "rH4sGvkRkFT8lWlqlB3QmgBe2HUq9acj8Zmvzb2j/au3+Uaad1nj2VVzC7os8t0DnhXXPC"
    "jHET0TMDHUbR2oPbTc8O1pSLlhyT2eix0TC997h9f+oF4jnH9RWlmbwSs9PQ9aRjqO4f0B"
    "nourBf4iYnY09E0TT/gWwvNMV2AdEY5Sjupdqf5B9MwKnQuXGB4zS0cMxhwxWZzfqieVNh"
    "Np8dH+XFZeSfprqym4uT8/PqPEdqtUXai+byesMPSyWdnxD0xBmo7owusycOg4C3T7zeN8"
    "wBKqz9DuEbSpM5PYGBba0n3Jxpem/anC0FhZQ0673fy5aDZ1r2+tRlbY17vaNXX+SuQszS"
    "T1sO/LMSYDgVV5DdftLDKGkVU2W4vm03BRm+b/d+pjQ1OnR/+z9+imM9"
)
