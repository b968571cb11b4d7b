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
    "is_ready" BOOL NOT NULL,
    "noted_at" TIMESTAMPTZ NOT NULL
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
    "eJztXf9zmzgW/1cY/7Q34+2kdpr09m5uJm2zbe7ypZNkr7vb6TAylmM2gFgQSTN7/d9Pwg"
    "aEEBg5gGVVv9noPbA/Tzy9b3r6axSiGN9FMH5xgjH0Q3yNHkc/WX+NAuBD8kE4PrZGIAzZ"
    "UXoJg5mXsoAVZUo2i3EEHEwuL4AXQ3JpDmMnckPsooBcDRLPoxeRQwjd4K64lATunwm0Mb"
    "qDeAkjMvD58ygETz4MsO3O6d3v4dPoyxfywQ3m8Cv5FQIaJ4IAw4J8bH0exZhcYgfTm4T3"
    "9sKF3rz091c3Sa/b+ClMr71x784C/HNKS3/7zHaQl/hBQR8+4SUKcgY3SMG4gwGM0uf9ZO"
    "EooWDQ/7qGLcNn9b8LktV/Y3jmcAESDzPgzezi2si2L69u7ZvTW9seScDtoICKivzUOAXg"
    "jv6EH/8+mUynx5OD6dHrV4fHx69eH7wmtOnvrQ4df1v9mAKt1a1SzM7en13e0h+EyHxYzR"
    "N64VvKAzBYcaUiZCZfSZRlKbxdgkgsgzIXJwvyJ3lZZMg3CSO7UEijmM9DiMMHX20PBnd4"
    "Sb5OJw1I//fk+u2Hk+sfppO/leG+XI9M0iEKfAE0fTUkEF6T9wXtoBO9hOzk1asW0BKqWm"
    "zTsTK45FHyk7jEtBXQaxTVnMK9AJ3r9TLINz7wvFqNnTNtVtr7oChWens6OT7KNTX90qSb"
    "by5Ozs8zZVygyayc7dc/hkknPAdZByvQ2zFKIkd6Rle5dRJFF1N7AVwviQTA/vvm6lIMKs"
    "PCoTl3HWz9z/LcuA2qimnlBuwoFvTOfhz/6bG694eLk195tfz2/OpNik3mEKxv8Iaf2SAS"
    "aJR62DN6g7kc5tShWdwzRjW9MAPO/SMB1K6MoAmqo60O+ROfvwICcJcCSf/xN+Y3vXgHPf"
    "cBRk8joVOZj46bXco5S9exTwmDeYjcwmFcguAO0i9V1zK3FQL4Fds4erIBXrmU3E04H7S4"
    "JaUVOqj5nZjv49SfFLqszLCU79pgcHboLe3WdS0ZmocHLezMw4NaM5MONTupnOjb4s3PGO"
    "OmbnZTTTxgIKALjSVn/bNsOhmdA9v/ZKmL6Q+tgF+LPMOhE+6Tl4fHh6+nR4c53PmVJpSr"
    "iKZoSOiMjF5DbdHVirgx7lKPbl3MpUd4RyFZcClIg2D8so1GflmvkV9WNDJ5+sombqkQcv"
    "rh1MHBnugC1nivAPqOgIJdH4pR5Vh5r3TN+yL7oJVvent2cXpze3LxseSgvju5PaUjk/Tq"
    "E3f1hyNuiuc3sT6d3X6w6Ffr96vLU96Pzelufx/R3wQSjOwAPdpgzmKSXc4uVdRSEhPpzQ"
    "XKqTEezHBt9fooJtSuXyAQxI8wqmJ6S94OMagFhw6pjKaX5PTX2+YATv6OnF9dvs/I+aiO"
    "OBwsr6/KnB2oK9VMG5301cKNYrq6uFuJusptVieVpR1DjL2tJF3mNFJWTcrqxN5dgj8MQe"
    "DUhd8ZgvGGCDxH2nEQ/p7MNXrfOJn9AcltG2LviHhylfh45aKJig8RMayPimcCbV1StKbX"
    "MODSfXg2e0sk8GVYNIT41UGboBahqgU5HSujPIcYuJ6Mm1NwaIHx0H7OPsQRB5vS3YcQHQ"
    "/FZI2cPdkujqG3EOR2EPIgCGp8SQE7h/uM8PcFfH5l2In+5urqvDTR35zxM/mXizenRBSp"
    "JAiRi2uyOiUbRcbgLzEaJ145g58VsgeIFx5DGGwhZ57XiFo5Uavo271Ns+6jTR7emmzc2s"
    "+znYJjk7s3ugqgFWMYWmhhIfI5Qo8/WeRBMJj/iALv6cWImx/tOATOIucZmq07Sm7dYeeR"
    "nMtd5dRvn0n3LuEiQr4tbUCXuXTIzfSeh0fyKLM8xlNpAfJMajfarNfNaDsFtk1Ug1A1QF"
    "uJagRINHnrYxoZvQ7KYeiAhokgDQy4vM9lPC3jaY3belofV5Xko02uVkY3bu9rhQxLx7k1"
    "gUFdVMTziTbjThl3ah/U2/e81WTf/VZlVPsHlETe0wV6gFRqsViv80QblPoyJbf9Ev3G8N"
    "lN4sc0EEa0tvUHuUMAiCzW39eTKrbW1XyWG6TX6ZPG1uOSzKcHGKWXfBTAJ4s+e14NuPX0"
    "DBOi29M1hcpW1lzOeIYxmIeUyb7by6XFK3Id8e69hqWL4dHQQuil4YwpcirwbROqaohUVQ"
    "NVThJFcF1u2BZglkdDkKdtrK9644tHGPgoIcaq7wZIsBA0LcQ8p057Tgfe65tZXlUB1KLP"
    "suiE/LM2KCnmVHzMZNTgU3xk5NjCpWDF3m2MyNjr6mgGY69/f/b6as+pjKFTcGho5nRvS7"
    "oxuVcABKm4xpJXlm3AUtfdvDUdVrqmQSRhA5MG053h0XBOv2yVym/I5FfmtDEcNTMcz+bQ"
    "DxGm/ut/YM2OPY5mg+HoFtT2umfzbgzHXfaXVmjbXYdBqHozMYLkf8fYXoJ4KQM6z6ehEj"
    "46bAH/0WEt+nTIpAl3kY7drxYYxg/awzqfMwIrIFJeC0C0+LIUm5ZenlaZgE1z8/Auezeq"
    "ELPZvl14/QqbyjYQNWZvOs+h4NFwZe1e49OGz76wdVejy86yGZe9vcsOHIemdGSmNMOiQ3"
    "H4APniBYp8UeO0hmMHco5ndcDfozndz7EDe2U+qiIKYz/K2I9ZhaDYdsxHN9iNPkvX6+l5"
    "QeLPyEi10xKf3I+gg6L5+ogCkxtUMjeochxCK7N0/dZUQK6d5wWDibgL7E76uFC2VrHEpO"
    "G0NcWK+5ZgNqV0CpTSmYrRvitGkZPitVUTqzKraVurmiPFypk1+SXlzLGahIvKcnZAEkuF"
    "sXMGHXVlqyai04YmotNVE1FlQhKXCLsOPF2fNDcSBiY4mnFzeCJIqW3Ikm/c3HhiJZFHdx"
    "q+J3P+08lvVHZnP/9m/3J9fjO2aA8iy8WxlXawt2IMImyh4B9pUzC8BNhyYytAloeCOxhZ"
    "McTWPYRhnPJE6LG60XGA53WckzMNqDtvQE2mQBXn+sYra3It1FrTCtVH15XQA6JkaJPXk7"
    "MYd2drdyd2hTnoDYdHuOIktEllqGWZhdTQ2sb+LjEaL0s1GStjGzb2MmrZwKi3pkWVnBS7"
    "OyA/4+gLPfmD3aPBn6VNxtaH5YhGlyC205JXct+4emM6vGrHlg6yz0nCeelO9Wd2r/boiM"
    "fZHfdiCsdzaXomggtIg1R5xDtjNKec7NjIjGFMj92VTV+UuDqpnVEI9V6SF6ajxTA4/5mA"
    "ALtYEEKvNeVZFp2s+c5SnCYt0XdaAn4NoYOhQDvUV9axPKa27hm1dSC+l0M+Z3gW7Pvjl/"
    "SCurg0ul6h1NRE66BMuu8/bmrPh90uLnZzWq+VNV6SfjXprRJUk4YE1aR6yh30iYcrvVm0"
    "zNUT1PvvOTIOOYa+YKt+/SqZM5hV8hmrJMSAOu8ywLM8Bvtn7LkAnieqlG0qLsg4tLRSej"
    "jMgwCGHsnKF0JRoqDRWOFZzVGOEhZLmEQOWfygLdnYgufTbuHsvsMCPfxSFmaWR7fwavcI"
    "M0mOtgAzLBqq6u4hNj1ZBgSbS9xJrIkc54BLYqZP9nZF3J+Wb+vHEsSGsfs6b/wGMHENQ4"
    "G9V7/HpOAYLkPzsi94O07PhCAinzCMpNzzMpdJIDzDUYzgIolFvTmb1sWcRb8w32EbjXFY"
    "rzEOKxojL2ypQNxcS8bymVIy1UrJWAkPWO28R1Lso9gZfg1dIrgt3qYyp3mfVH6fFsARdd"
    "ZtaNSTMRhT4Dm1BCtDlZZtQoEr0VBTwDMaMTxDDKYfvelHr1W8vlwILoc4w2gwl+koGMSP"
    "MJIsDWN4jAZ/hgav7G2QjIKWeM20l5j2pYNfW8bnSjzDRegO+lo9O47QPcAoFoaWawFlOE"
    "zAk4czgg+uJJ4siwG0shEXykUvM3odwi98sqNdtqMp3VE9CNQ0b/0eQi7MpkpJMZc5jZiV"
    "FnMEaVbhYcveUmVeE0NVTdLKbG+/hgRZx/XchvM8OJpx82b3qErd7573tDNRaU+42e692+"
    "3e5Nfc3cnVNDMsGkZGu996BeZIVNrSXMqc8ZhNV+3jFI/k3xF9nioZ2XWY5zUml3ILsUDU"
    "UNT/uZWgobATtBGzWmIu2wsyYi5zGjErLeaFG7jxcis5c6zGfVJZzijBDvKlNvkzLAPWU0"
    "dJEAxXTt25xRlGiPx7v4pzffkcw6JDDHfoErp1/yuZDBnLYhJk1RL2mPZ8RA9SJ9NwXAZW"
    "Hta5u1i3lJCZqhyXgbWafwyBKywMacg/FiwGUB5QD86FUan6OpuCY/gqm9E/F0ngUMysWe"
    "J62A3iF/R5/+rLgBii9kbRuPe7XBeNWkTAGeqxTCzcnpcZ+w2LE3Nz3eFHOiRuziOkY0Oc"
    "R1gIqfWWruRZDVFVizj03U/InOZWuIRHbVxC3pVnXMIjHlxl2voqhXM/jX13dXCp0lB3ry"
    "9mcIEiqWBSwaGjzuilG9MCyyWHcwaDcDuE613HxgRxg/tocsRcjlghT4b4ifPrVQecUY37"
    "wpKMN/kslNiOGOre63dwqj+LcyVMAc9uC3hUPiZ9/3FnvBO5fm2mVZvpI6Ye2OQ58rqixK"
    "QhzL04geb0dAWOEzTHlFQXxjbrYvtjSiIIYrkOeQWHhjGOdqctNxy2XIlxSM3dma6zthfP"
    "O3dmWkdDM4YBK5FCGMxNY8e+V7692ZZLHhfKHiZSYtJP6fZ0OJ+poKvFtJcKOrMleitR7F"
    "sJsCJ9O42INd0ke5N2bSOLYZAuvYIIe4li3BxgX/WAs52CuNP4+mcuDpv1ePnCBd5NRZCS"
    "FUEqh961yvTvSbek/id8Z47EIkK+Ld8Tk2PTwc7tuy8mWSjlcS4xaagiuofZAUksFczJGT"
    "SEd9qqZ9W0oWfVtNqzSt5mN9a6otZ6OdIBH1xEjFzZBGyFUcMXqZeTnKRQNuBKgDtoBbnS"
    "dkz3B67M3bt1jVlbdAsO/fDtYe7CJ0lHsuDQD99uNkAoFJWiKZhr2LhzjScab4pNpWmdCA"
    "61T81Ueg6UhtrPiNO+F3uqoywS34fzDyiJavREMb5JRaSU9jIj3Yl2yJ4u4zlmPH34jjvV"
    "GfvvOdYrJzcmixGYCyqWNp1HkrOZYxkk2h0GaLt8OctngjPKvWLKrEOf4GyJ0P3pA7EdxC"
    "tRiWLDWvS4orVhTjzQVqUAfsU2jp7S3UpjixmJoAPdh1I7YjqevgziYWMC79wEzqTTOpWy"
    "ptcwgGaOpjAry7Zhf065yciZYx1G0MZI307OHpGUj+YCldlolLNsZnt5e5t8hkT+T33RcE"
    "avxeo0dMnwPmzgGNAY6HrvhsJ9bPY91sjC/Adyg9iW2+jF8mgHcS8bOmiIyQaCIqwbH3he"
    "Q5fOnG24OsJJXzCvigink+OjvH6QfmkqHby5ODk/r65ztBxfpoNsTm/2dFXCeEx8QtIS51"
    "hN83uVLXEYRaJWAPW2Yc6gQ3p/CNtQmcjpCYxcZzkSxkzXY+PmaCkoqJRJ6X8vu0qeqdnr"
    "Q5e12xjqDb36fQw6+Cz9dF4hr5UEwmtyDdHtJzyM0m5AVYTrO7MzLMO3Zt/NkqZHE/Zv/w"
    "cOx/yx"
)
