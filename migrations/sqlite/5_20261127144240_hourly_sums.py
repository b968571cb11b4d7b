"""Sums of whole hours, the indexes of every list an operator filters, and the triggers that unmake a sum.

The triggers are written by hand: no model says them (docs/decisions/0031-hours-are-summed.md).
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "hourly_movements" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "hour" TIMESTAMP NOT NULL,
    "price_id" VARCHAR(255) NOT NULL,
    "kind" VARCHAR(20) NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "payments" INT NOT NULL
) /* Sums of the journal, of the payments created in the hour, whenever the money moved. */;
CREATE INDEX IF NOT EXISTS "idx_hourly_move_hour_a5bb66" ON "hourly_movements" ("hour");
        CREATE TABLE IF NOT EXISTS "hourly_payments" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "hour" TIMESTAMP NOT NULL,
    "status" VARCHAR(20) NOT NULL,
    "is_final" INT NOT NULL,
    "creation" VARCHAR(10) NOT NULL,
    "payments" INT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_hourly_paym_hour_2c1149" ON "hourly_payments" ("hour");
        CREATE TABLE IF NOT EXISTS "summed_hour" (
    "hour" TIMESTAMP NOT NULL PRIMARY KEY,
    "is_ready" INT NOT NULL,
    "noted_at" TIMESTAMP NOT NULL
);
        CREATE INDEX "idx_attempt_state_0529ad" ON "attempt" ("state", "created");
        CREATE INDEX "idx_delivery_state_83096a" ON "delivery" ("state", "created_at", "id");
        CREATE INDEX "idx_payment_status_175834" ON "payment" ("status", "created_at", "id");
        CREATE INDEX "idx_payment_price_i_b89fbb" ON "payment" ("price_id", "created_at", "id");
        CREATE INDEX "idx_webhook_eve_state_a1cbbc" ON "webhook_event" ("state", "received_at", "id");
        CREATE INDEX "idx_webhook_eve_type_868a95" ON "webhook_event" ("type", "received_at", "id");
CREATE TRIGGER "payment_unsums_its_hour"
AFTER INSERT ON "payment"
WHEN substr(NEW."created_at", 1, 13) < strftime('%Y-%m-%d %H', 'now')
BEGIN
    DELETE FROM "summed_hour" WHERE "hour" = substr(NEW."created_at", 1, 13) || ':00:00+00:00';
END;
CREATE TRIGGER "payment_change_unsums_its_hour"
AFTER UPDATE ON "payment"
WHEN substr(OLD."created_at", 1, 13) < strftime('%Y-%m-%d %H', 'now')
    AND (NEW."created_at", NEW."status", NEW."is_final", NEW."creation", NEW."price_id", NEW."movements")
    IS NOT
    (OLD."created_at", OLD."status", OLD."is_final", OLD."creation", OLD."price_id", OLD."movements")
BEGIN
    DELETE FROM "summed_hour" WHERE "hour" IN (
        substr(NEW."created_at", 1, 13) || ':00:00+00:00', substr(OLD."created_at", 1, 13) || ':00:00+00:00'
    );
END;"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TRIGGER IF EXISTS "payment_unsums_its_hour";
        DROP TRIGGER IF EXISTS "payment_change_unsums_its_hour";
        DROP INDEX IF EXISTS "idx_webhook_eve_type_868a95";
        DROP INDEX IF EXISTS "idx_webhook_eve_state_a1cbbc";
        DROP INDEX IF EXISTS "idx_payment_price_i_b89fbb";
        DROP INDEX IF EXISTS "idx_payment_status_175834";
        DROP INDEX IF EXISTS "idx_delivery_state_83096a";
        DROP INDEX IF EXISTS "idx_attempt_state_0529ad";
        DROP TABLE IF EXISTS "hourly_payments";
        DROP TABLE IF EXISTS "hourly_movements";
        DROP TABLE IF EXISTS "summed_hour";"""


MODELS_STATE = (
    "eJztXetv2zgS/1cEf9oDvEVqp2lv73BA2ma3ucujSLK3j6IQaJmOtZFEVY+kwd7+70fKel"
    "AUxYiOJNMsv9nijGT/hhrOi8M/J/EXz03gi+MkgX6YXKGHyQ/Wn5MA+BB/4IxOrQkIw2qM"
    "XEjAwsvIwYYuI1rESQScBF9eAS+G+NISxk7khomLAnw1SD2PXEQOJnSD2+pSGrhfUmgn6B"
    "YmaxjhgU+fJiF49GGQ2O6S3P0OPk4+f8Yf3GAJv8KYR+NEECSwIp9anyZxAjY/uRjMbhLe"
    "2SsXesvaX9/cJLtuJ49hdu2te3saJD9mtOS3L2wHeakfVPThY7JGQcngBhkYtzCAUfa8H6"
    "wkSgkY5L/msBX4bP53RbL5bxTPEq5A6iUUeAu7ujax7YvLG/v65Ma2JxJwOyggosI/Nc4A"
    "uCU/4fu/z2bz+evZwfzozavD169fvTl4g2mz39scev3X5sdUaG1ulWF2+tPpxQ35QQjPh8"
    "08IRf+ynhAAjZcmQgr9OuirEvh3RpEfBnUuRhZ4D/JyqJAXiSM4kIljWo+jyEOH3y1PRjc"
    "Jmv8dT4TIP3f46t3H46vvpvP/laH+yIfmWVDBPgKaPJqSCCckw8F7agTvYbs7NWrDtBiql"
    "Zss7E6uPhR8pO4xrQV0DmKak7hQYAu9Xod5GsfeF6rxi6Znlba+6AoNnp7Pnt9VGpq8kWk"
    "m6/Pj8/OCmVcoUmtnN3XP4pJJzxHWQcb0NsxSiNHekY3uXUSRR9TewVcL404wP77+vKCDy"
    "rFwqC5dJ3E+p/luXEXVBXTygLsCBbkzn6MbXxa9353fvwrq5bfnV2+zbBBcXIbZXfJbvCW"
    "ndkg4miUdtgLeoO5HObEoVndUUY1ubAAzt0DBtRujKAZaqNtDvkzn70CAnCbAUn+Mfl/uc"
    "v4HnruPYweJxx3shybipzJJU3VszcJg2WI3MpVXIPgFpIvTaeytBIC+DWxk+jRBsnGmWRu"
    "wnif1S0JLdc1Le9EfZ9mniTXWaWGpbxWganZo5+0W6e1ZmIeHnSwMA8PWg1MMiR2TxnRd8"
    "WbnTHGQX3aQTWRgJGArjSWnN1Ps+lkbo5s+eOlLiY/tAF+K/IUh064z14evj58Mz86LOEu"
    "r4hQbiKaoSGhMwp6DbVFXyvikxGXdnTboi0DwjsJ8YJLQBoF45ddNPLLdo38sqGR8dPxLb"
    "orhJJ+PHVwsCe6gDbeG4C+x6Akrg/5qDKsrD+a874oPmjlld6cnp9c3xyff6y5pu+Pb07I"
    "yCy7+shc/e6ImeLlTaxfTm8+WOSr9fvlxQnrwZZ0N79PyG8CaYLsAD3YYEljUlwuLjXUUh"
    "pj6S05ykkYCaa4tnp9FBNq3y8QCOIHGDUxvcFvBx/UikOHJIboJTn59UYcuinfkbPLi58K"
    "cjaeww8Ey+urOmcP6ko100YnfbVyo5isLu5Wom5ym9VJZWnHMEm8rSRd5zRSVk3KqkTdXY"
    "w+DEHg8APv1PBUGHtnCHsOv9/hWUbuG6eLPyC+rSDqjrAP14iMNy6aePgYscL2eHgh0M5l"
    "RDm9hqGW/gOzxVsigS/FoiHErw66hLMwVSvI2Vgd5SVMgOvJODgVhxYYj+3h7EMEcbQp3X"
    "/w0PFQjNfIxaPtJjH0VpysDkIeBEGLF8lhZ3BfYP6hgC+vjDvR315entUm+ttTdib/fP72"
    "BIsik0RuOXEDJjUbRcbUrzEa9105U58Wsgew/x1DGGwhZ5bXiFo5Uavn1b3Lsu0TsW+XE0"
    "07eni2U9E/5ehNLgNoxQkMLbSyEP4coYcfLPwYGCy/R4H3+GLCzIxuHBw3kfEJzUYdJTfq"
    "0PNIztlucuq3q6R/Z3AVId+WNp3rXDrkYwbPvSN5lGke46N0AHkhtfdsMejWs50C2yWega"
    "kE0DbiGQHiTd72aEZBr4NyGDuUYWJHIwMu720ZH8v4WNNuPtbHTe34ROxkFVTTrl5WSDH0"
    "nE/jmNJV/TubXDOOlHGk9kGxfcsbS/bdY1VEqX9AaeQ9nqN7SGQW8zQ6SyJU5+uM2PZr1E"
    "+GzK5TPybBL6yvrT/wHQKApZB/z6dTbOVVe5YbZNfJk6bWwxrPpHsYZZd8FMBHizx72Qyy"
    "DfQME5bb09WEyFbWRC54xjGSx5TJvtvItWUrch3+Lj3BokXxaGgbDNJSxpQ0Vfh2CU8Jol"
    "PN4JSTRhHMiwu7AkzzaAjyvIvd1W52sQgDH6XYTPXdAHEWAtFCzHLqtLd05D29heXVFEAr"
    "+jSLTsg/ayOSUu7Ex0JCrd7ER0qGTzoTtMD7jQsZS10dnWAs9W/PUt/sKpUxcSoODQ2c/q"
    "1IN8b3CgAn8SYsbaXZRixp3c1b02NFaxY+4rYoERjtFI+Gc/plp8S9IG/fmNPGZNTKZDxd"
    "Qj9ECfFb/wO5e/IYCqHJ6Fa0dt6JeTcm4y67Riu0sa7HwFO7gRhB/L/jxF6DeC0DOsunof"
    "o9OuwA/9FhK/pkyCQFd5F83a/2FsYD2rt6nlMMKsAyzuFvLrv0uHjRZSmVCdKIm4H32ZFR"
    "hTjN9u2/29fWTLYBr9G66HyGikfDNbV/XU/aOPvchlxCN51mM256dzcdOA5J4MhMaYpFh/"
    "LvEbLDKxT5vHZogmMESo5ndbTfozk9zDECe2U4qiIKYzl2txyLWkCe1ViOCS1Gn6Ya9By8"
    "IPUXeKTZP4lN4kfQQdEyP3LAZAKVzASqHHvQyiDN35oGyK3zvGIw8XWOxUkeF8rWJNaYNJ"
    "y2pihx39LJpmROgZI5Uxk6dGUocjK8tmpNVWc1bWhVc6FoOdMmv6ScGVaTZFFZzg5IY6kA"
    "dsmgo67s1Bp0LmgNOt+0BlUkGHGBEteBJ/m5cRNOSIKhmIoCE0FGa0Oa+Mnti8dWGnlkL+"
    "FPeLb/cvwbkdrpj7/ZP1+dXU8t0lnIcpPYynrRW3ECosRCwT+yVl/JGiSWG1sBsjwU3MLI"
    "imFi3UEYxhlPhB6aWxlHeF7PeTjTULr3htJ4CjRxbm+nkpNrodBEa9MQvVRCD/ASoCJ/p2"
    "Qxjs7Wjk7scvPOTxwD4fITzyZ9oZZNFhITaxvLu8Zo/CvVZKyIVSjoUNSpLdFgrYgaeSi6"
    "/r88p+gzOcOD3oXBnoeNx/IDb3ijaxDbWWkrvm/cvDEZ3rRXywbp56Thsnan9nO3N7tw+O"
    "P0bno+heO5JCUTwRUkgakyyl0wmvNKdmxexjAmR+fKpixqXL1UyiiE+iAJC9OtYhycv6Qg"
    "SNyEEzZvNeJpFp3s+N7SmiYVMXQqAn4NoZNAjnZor6OjeUwl3TMq6UB8J4d8yfAs2PfHIx"
    "kEdX4hdLtCaamA1kGZ9N9P3FSaj7shnO/mdF4rW7wk/SrQOyWlZoKk1Kx5Xh30sYcrvSm0"
    "zjUQ1PvvOVIOeQJ9zmb89lWyZDCr5DNWSZgA4rzLAE/zGOyfscMCeB6vOlZUUFBwaGmlDH"
    "A4BwYMPeCVL4S8FIHQWGFZzaGMEhZLmEYOXvygLdnAguXTbuHsv5MCOcZSFmaaR7fwav8I"
    "U0mOrgBTLBqq6v4hNr1XRgSbSdxJrIkM54hLYqFP9nZF3J+mbvljMWLj2H29t3YDCXYNQ4"
    "69176vpOIYL0Pzcih4e07PhCDCnxIYSbnndS6TQHiGoxjBVRrzum+K1sWSRb8w32EXjXHY"
    "rjEOGxqjLGxpQCyuIqP5TBGZakVktIRHrHPeIykOUeYMv4YuFtwWb1Od07xPKr9PK+Dweu"
    "cK2vIUDMYUeE4twcZQJWWbkONKCGoKWEYjhmeIwXScNx3ntYrX1wvB5RCnGA3mMv0Dg/gB"
    "RpKlYRSP0eDP0OCNvQ2SUdAar5n2EtO+dqhrx/hcjWe8CN3BUKtnzxG6exjF3NByK6AUhw"
    "l4snBG8N6VxJNmMYA2tuBCuehlQa9D+IVNdnTLdojSHc1DPk2r1m8h5EJtqpQUc53TiFlp"
    "MUeQZBXut+wnVec1MVTVJK3IxvYriHF1XM9tPbeDoZiKtrlHTdphd7tn3Yhqu8HNRu/dbv"
    "TGv+b2Vq6amWLRMCba/6YrsES8ohZxEXPBY7ZbdY9QPOB/hzV5pmRkV2CW1xhbyi3BHFFD"
    "XrfnToKG3L7PRsxqibluL8iIuc5pxKy0mFdu4MbrreTMsBrHSWU5ozRxkC+1vZ9iGbGSOk"
    "qDYLxC6t4tzjBC+N/7TZzbC+coFh2it2MXz+Wdr2RyYzSLSY01i9dj0ucR3UudQ8NwGVhZ"
    "WJfuKm8mITNVGS4DazPzGAKXWxIiyDxWLAZQFlAPLrlRqfYKm4pj/PqayT9XaeAQzKxF6n"
    "qJG8QvyPP+NZQBMUbVjZIR7/elJpo8GfumaKfdo+D2ss42bEAcG5p5Vx/pYLg5d5CMjXHu"
    "YCWkztu40mc1QVUt1jB0DyFzalvlDB51cQZZJ55yBo9YcJVp5asUzsM0893VAaVKQ92/vl"
    "jAFYqkwkgVh446Y5AOTKtELi1cMhiEuyHc7jQKU8MCx9Fkh5nssDI+DPYPl1ebnjcTruNC"
    "E0zF3gohtSOKdvCanfwnlKdImKKd3RbtqHwQ+v7jTvklct3ZTGM20zVMPbDxc+R1RY1JQ5"
    "gHcf/M+egKHBtoDiVpLoxd1sXuh5JEEMRy/fAqDg2jG93OUxYcp9yIbkjN3YWus3YQn7t0"
    "ZjrHQQuGEauPQhgsTRvHoVe+vdmEix8Xyh4dUmPST+kOdBSfqZprxXSQqjmzAXorUexb2a"
    "8iXTqNiLXcEnuddWjDS2GQLbyN2HptfCoKrW96vdlORdprZP0TE4Eterl8ZkLupgpIySog"
    "lYPuWmX396Qr0vATvjcXYhUh35bvfcmw6WDhDt3/Ei+R8jjXmDRUEf3D7IA0lgrjlAwawj"
    "vv1JtqLuhNNW/2ppK31o2drqidXo9xwHsXYSNXNvXaYNTwRRrkxCYplA24EuCOWjWutB3T"
    "/8EqS/c2ry7rim7FoR++A8xd+CjpSFYc+uHbz6YHZeJRJPVyBQX71FiSqTgqlaVyIjjWrj"
    "RT3TlS6mk/Y037XuCpippIfR8uP6A04mqIalSsHDI6e10Q7kQvFE+X8RYLniH8xZ1qi/33"
    "FtvVkhvjZQgsOfVJT501UrKZIxckGhoGaLvsOM1nAjLKvWKKrEC/wMUaobuTe2wz8Nag2r"
    "hwFXrYUNqwJB1pS1IAvyZ2Ej1mu5KmFjUSQQe697VWw2Q8ew34w8bs3bnZW0inc+Ikp9cw"
    "XGYOnDBryrZBfka5yciZYR1H0MY8307OHpaUj5YclSk0x2k2s4G8uzW+QDzPp704uKDXYn"
    "UauzR4HzZqjGgM9L1HQ+FONfseX6Rh/gO5QWzLbeiiebSDeJCNGyS4ZANOydW1DzxP0IGz"
    "ZBuvanA2FMybksH57PVRWS1IvogKBa/Pj8/OmuscKbuX6Q5b0pu9W40AHhWfkLTEGVbT2F"
    "5lSxxGEW/Lf7ttWDLokMwfwzZUJGZ6DCPXWU840dJ8ZCqKk4KKRpkE/reye+SZOr09aNm6"
    "XaHdxGvfr6CDtzJMbxX8UkkgnJNriO4wgWGU9ftpItzeb51iGb/h+m4WMz1aq//1fzJpxw"
    "U="
)
