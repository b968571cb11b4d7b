from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "delivery" (
    "id" VARCHAR(40) NOT NULL PRIMARY KEY,
    "endpoint_id" VARCHAR(32) NOT NULL,
    "payment_id" VARCHAR(32) NOT NULL,
    "change_id" BIGINT NOT NULL,
    "version" INT NOT NULL,
    "type" VARCHAR(40) NOT NULL,
    "state" VARCHAR(12) NOT NULL,
    "tries" INT NOT NULL,
    "next_try_at" TIMESTAMPTZ,
    "status_code" INT,
    "answer" TEXT,
    "created_at" TIMESTAMPTZ NOT NULL,
    "first_tried_at" TIMESTAMPTZ,
    "settled_at" TIMESTAMPTZ,
    CONSTRAINT "uid_delivery_endpoin_a5c285" UNIQUE ("endpoint_id", "change_id")
);
CREATE INDEX IF NOT EXISTS "idx_delivery_state_35a56d" ON "delivery" ("state", "next_try_at");
CREATE INDEX IF NOT EXISTS "idx_delivery_endpoin_ed2142" ON "delivery" ("endpoint_id", "payment_id", "change_id");
CREATE INDEX IF NOT EXISTS "idx_delivery_payment_ed9cd0" ON "delivery" ("payment_id", "created_at");
CREATE INDEX IF NOT EXISTS "idx_delivery_created_78ebab" ON "delivery" ("created_at", "id");
        CREATE TABLE IF NOT EXISTS "notice_endpoint" (
    "id" VARCHAR(32) NOT NULL PRIMARY KEY,
    "url" TEXT NOT NULL,
    "place" BIGINT NOT NULL,
    "since" TIMESTAMPTZ NOT NULL,
    "paused_at" TIMESTAMPTZ
);
COMMENT ON TABLE "notice_endpoint" IS 'A url of GATEWAY_NOTIFY_URLS, from its first start on; one that is no longer set keeps its row.';
        CREATE TABLE IF NOT EXISTS "refund_request" (
    "id" VARCHAR(32) NOT NULL PRIMARY KEY,
    "payment_id" VARCHAR(32) NOT NULL,
    "key" VARCHAR(64) UNIQUE,
    "request_hash" VARCHAR(64) NOT NULL,
    "intent_id" VARCHAR(255) NOT NULL,
    "amount_minor" BIGINT NOT NULL,
    "currency" VARCHAR(3) NOT NULL,
    "reason" VARCHAR(30),
    "by" VARCHAR(120) NOT NULL,
    "state" VARCHAR(10) NOT NULL,
    "attempt" INT NOT NULL,
    "stripe_id" VARCHAR(255),
    "problem" TEXT,
    "created_at" TIMESTAMPTZ NOT NULL,
    "tried_at" TIMESTAMPTZ NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_refund_requ_payment_1719b6" ON "refund_request" ("payment_id");
CREATE INDEX IF NOT EXISTS "idx_refund_requ_state_abfc1e" ON "refund_request" ("state", "tried_at");
        ALTER TABLE "payment" ADD "items" JSONB;
        ALTER TABLE "payment" ADD "metadata" JSONB;
        ALTER TABLE "status_change" ADD "kind" VARCHAR(40);"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE "payment" DROP COLUMN "items";
        ALTER TABLE "payment" DROP COLUMN "metadata";
        ALTER TABLE "status_change" DROP COLUMN "kind";
        DROP TABLE IF EXISTS "refund_request";
        DROP TABLE IF EXISTS "delivery";
        DROP TABLE IF EXISTS "notice_endpoint";"""


MODELS_STATE = (
    "eJztXW1v2zgS/iuGP/UAb5HaadLrHQ5I22w3d3lZJNnr7haFQMu0rY0sqhSVNNjrfz9Sti"
    "SKomTRkRSay2+JNI9tPUMNZ4bD4Z/DEEVkgWH08oQQuArJNXoYvh38OQzACtI/pPdHgyEI"
    "Q/4uu0TA1E8gYC2ZiE0jgoFL6OU58CNIL81g5GIvJB4K6NUg9n12EblU0AsW+aU48L7G0C"
    "FoAckSYnrj8+dhCB5XMCCON2Offgcfh1++0D+8YAa/0V8hkXExBAQWxcM7Z+5Bf1Z40LV4"
    "ct0hj2Fy7Z23OAvIj4ks+5VTx0V+vApy+fCRLFGQAbwgeewFDCBOvvbtgOCYPTZ7qg1BKR"
    "PrJ8xF1k/BYWZwDmKfcDRNnfza0HEur26dm9NbxxkqEOuigCmF/tQoIWDBfsIPfx+PJ5Pj"
    "8cHk6M3rw+Pj128O3lDZ5PeWbx1/X/+YnK31RyWcnX08u7xlPwhRza9HBLvwPcEAAtaoRF"
    "ncMCsoraiF90uA5TooogRd0IcUdZEyX6eM9EKujXzk9qGOFfjm+DBYkCX9dzKuYfq/J9fv"
    "fzq5fjEZ/61I9+Xmzji5xYjPiWYvgQLDG/GuqO11oBeYHb9+3YBaKlXJbXKvSC79KvVBXA"
    "DtRPSGRT2HcCdER4SyUSb5ZgV8v9JiZ6DtRnsfDMXabk/Gx0eZpWb/1Nnmm4uT8/PUGOds"
    "cnNk8/mPA5nEZy/zYIl6J0IxdpVHdBltkiraGNpz4PkxlhD775urSzmpHERgc+a5ZPC/ge"
    "9FTVjVzCrXcMe4YJ+8iqKvPm97X1yc/Cqa5ffnV+8SblLXf/MB78SRDbDEolTTnspbztU4"
    "ZwHN/I5zqtmFKXDvHiihTukOGqMq2fKt1XglXgEBWCREsif+zv2mlx+g791D/DiUho/Z3V"
    "F98Djj5VqOHmEwC5GXh4ZLECwg+6ccRGa+QgC/EYfgRweQIZUqfYgQbeYfyWSloWj2Sdz/"
    "oySeVAtOazzKFsOh541NC57k4UEDR/LwoNKPZLfqo1BBt035FoeEjUO3x6E24O+J6Nwkqb"
    "n3PMwkr7JnB5/OZRH7oSXyK5nnECbxPn51eHz4ZnJ0mNGdXaljucxowoaCzUjlDbQWbc2I"
    "WxMr1exWJVU6pHcY0gmXkdQLx6+aWORX1Rb5Vcki029fO70NDUIm3585ONgTW8B75yVCP1"
    "BSiLeCclYFqBh2brAv0z+MCj5vzy5Ob25PLn4uRKAfTm5P2Z1xcvVRuPriSBji2YcMPp3d"
    "/jRg/w5+v7o8FQPVTO729yH7TSAmyAnQgwNmPCfp5fRSySzFEdXeTGKcahO+HGqn10czpb"
    "b9AoEgeoC4zOktfTvkpOYIE9Yq6l6S019v6zM02TtyfnX5MRUX0zbyfK+6vSoiWzBXurk2"
    "JtmruYcjNrt4O6m6jLazk87ajiAh/k6aLiKtlnXTsj7JdY/yD0MQuFX5dU5gtCXFLoi2nG"
    "W/o2ONfW4UT/+A9GNrkuuIRnKFBDhLi5cu2qx4HxnD6qx4qtDGNUMbeQMTLu2nZ9O3RIFf"
    "DmIgxa8PmiS1qFQlycm9IsszSIDnq4Q5OcIIjvuOc/Yhj9jbkG4/hej6KKJz5PTR8UgE/b"
    "lkbQchH4KgIpaUwAXepxTfFfHZlX4H+rurq/PCQH93Jo7kXy7enVJVJJqgQh6pWNUp+Cgq"
    "Dn8BaIN47Rx+Xsk+oFF4BGGwg55FrFW1dqrWMbZ7n6y6D7dFeBuxUeM4z3FzxLZwb3gVwE"
    "FEYDhA8wGif2P08HZAvwgGsx9Q4D++HArjoxlCEiwKkaHdm6Pl3hx+HKmF3GWkeRtJ2g8J"
    "5xitHGUHuogyYW2m83V4pM4yj7GRSgOSp0rbzaad7jZ7VmKbZDWoVA21paxGgGSDtzqnkc"
    "qbYBz6TmjYDFLPhKvHXDbSspHWqGmk9fO6kny4LdRK5UbNY62Qg7S8tiZxqPOKeHGhzYZT"
    "NpzaB/P2V95qsu9xqzam/WwGVyH1b+m78R9YUSMhyGwx6V4u7WzaYLRrzpua6+ds2aFRoU"
    "OLjSSqjTOG9Lkj4ixBtFQhXcQZaJiPDhvQf3RYyT67ZQ3zs2wB3Kui4z6Zt5FVW9MvpRVQ"
    "LW8UIJt8eYltU68o+yzzrsws1fdjaXO3rA6R0u4dWKpn2ES3gazXTV2LrBxj4MzavsVnPT"
    "RW0s1StXVBPKzHeqDnMfAtlgMB10VxoFTEyUFMSMf30PNtjvBKtlWtppNThnhSU6E9GtPd"
    "dHLaK/dRF1VY/1HFf7xAdOapzMdnd7f4jStertPWw0G8mtI7NuW+Fyl3nRMNRvmdm9eiRH"
    "LlOM8BtteNxLFkXxfKmzfVbaXgQAYO2068S7vJLee3SalSTaVSuVAJrFis46y8AEmMQ908"
    "KCJNshJ9txqOMYabPb9NRzmPMXCkT5rMf9XTnzjMkZvwtdO+oCLUdgLQLVLi9Yyhi/BsJz"
    "0LULuiorOeXRBHSnnqDGCirWy0L3tSsy97st6XrU3O4RIRz4Wnm+a9Q2nmQZAZ1ecfgkTa"
    "gbz41u1WJ4MY+2zn1Ec65j+d/MZ0d/bjb84v1+c3owHb1jHwSDRImgINIgIwGaDgH8k+K7"
    "IEZOBFgwANfBQsIB5EkAzuIAyjBIPRQ3mzVg/f1/Kim+3p0XpPDzoEyjxX17JvxI0wa30X"
    "soc+kK121kU9GcSGOzuHO5EnXWTe0o/Lk68y27UKvTyzkDlau/jfBaCNsnTTsTa+Ye32kI"
    "Z7QjrbByL4UpuTRDa1UlnbyC+smZoX0WcOQDJ7i+eP0Hub/oOyu0sQOUlNK/3cqPzB7PZ6"
    "h1tyk/+eOJxtOeckuep7bHEFwzlkKaYsX409Nz+TxbqIz+ciRjBi5xCoLj4UUK2UtmjEei"
    "dLD9mQV6CZxxjhlffA89cYBMQjkgR4pSPOQ0zyxVtboLSLCl0vKsBvIXSlp3NWF77xGFv6"
    "9oTSNxDdqTGfAewxhruzLq9crjYoFSXLJhiT9huy2NLwXkvDK8KcxnNlRZRkXsl4o+Wlcc"
    "3y0rjc9pdqZSU5aanafGcAa76fYL4hASyqVCGex1jun3Lqsu/LCjDr1qxThJHTZwdttyhh"
    "6IGa5BDK8s+1s6gItU2XFabSMMbuEkTQUWyIIOI6mjyfLyvV/s581qZalWYeY1rer32Gud"
    "x5U4I5iIGmun2KbS+PHskW1oMU5kQB2eOUmNqTvZ0R+XW/xv4eh+nxzN711/Z2aG8jt6/G"
    "6ys7fYSGhqHE36veupAj+ls6eNUVvS2vG4QA078IxErheRFlM9tPCBQxnMcRkBQB1s2LGc"
    "S8/FP7R6nvevqnPfezMNg1q1DiNdxjEe0eabGLGlr4LfSo4nZ4m4pI+z7p/D7NgUuU/IEM"
    "YF2Bpyxyrx3VKDmvSoX+EtCq4QlqYOeKxEoJoRxhYIqi/V3ofI2qQn6Ch9l8vUJ2olhfrM"
    "Y4B7Scq3SiC6IHiBVrljiMteBPsOClknnFLGgBa4e9wrBPG39JWK/MzxUw/WXoDrqaPVvO"
    "0N1DHElTy5WEcgib8BTpxPDeU+STh1hCS/s7oVr2MpU3If0iLnY0W+2oW+4oOcu26ecuU9"
    "repVy4vXqKai4irZq1VjOGbFXhfseWRUWszaHqpmltdk1fQ8qs6/lezTkQgsyofg81Lkt3"
    "u5U6aXhT2Kxs9yE/7z5k+msWC7WaZg5iYGa0/T1BYIZkpS31pcwpxu4Gap6neKBPR+15Ym"
    "RU52ERa10u7SZiiaqhrK1wI0VDaYNhq2a91Fz0F1TUXERaNWut5rkXeNFyJz0LUBs+6axn"
    "FBMXrZR2n3OQHuupcRwE/ZVTt+5xhhjRp1+Vea4un+MgJuRw+y6h2zRmUlkh4yF2gaxcwh"
    "6xVoLoXunAEwFlaRVpnXnzTa8DlaEqoCyt5fXHEHjSwpCa9cccYgkVCfXhTJqVqq6zyRH9"
    "V9kM/zmPA5dxNpjGnk+8IHrJvu9fXTkQfdTeaJr3/pDZomGDDDgnPVLJhTuzIrDbtDh1Nz"
    "etZ5RT4vaYO3avj2PuciU13tIVP6lTp24Zh66Pt7OHhOUh4VGTkFAM5bmQ8EgkV5t+s1rx"
    "3E3H2ec6D1Nrqtu3F1M4R1gpmZQjTLQZnXRjmhO1xeEMYBluxnB16Fi7QFwTPto1YmGNWK"
    "NIhsaJs+t1B5xhRfjCi4y2xSxM2MGcdOf1OySxn/lxBbaA53kLeHQ+fXv/eeeiE7V+bbZV"
    "m+0jph/Z9HvUbUUBZCDNnQSB9lBuDU6ps+dnlCfGJvNi8/MzMASRWoe8HGFgjqPZIb41Z/"
    "iWchxKY3dq6qjtJPLOgpnG2dAU0GMlUgiDmW3s2PXMtzfbcunXhaqnXBRA5hndjk6NsxV0"
    "lZx2UkFnt0TvpIp9KwHWpG+nVbGhm2Rvkq5tdDIMkqlXkmEvSIzqE+zrHnCOmwu3ml//LO"
    "Rh0x4vX4TEu60I0rIiSOfUu1Er/XvSLan7Ad9aIDHHaOWo98QUYCb4uV33xaQTpTrPBZCB"
    "JqJ9ml0QR0rJnAxgIL2TRj2rJjU9qyblnlXqPrv11jX11ouZDnjvIerkqi7AloAGvkidnO"
    "SkxLIlV4HcXivItfZj2j9wZeYtNjVmTdnNEebx28HYhY+KgWSOMI/fdjZAaJSVYksw17B2"
    "55ooNNqWm0qWdTDsa5+arfTsaRlqPzNO+17sqY2x+ASnS4TuTu+pzuSWoiCxxUw8rGUdmA"
    "n3VCIewG/EIfjRVonrYTsSuhS4TuUNjDxsT2+bL9k1X4KhC71dez0XoP0ouk+rZpKefaqp"
    "FZpJTGbtvjweZvflNe/dOkUzSalrdbVVKm/E7NR3rdU+VL726Ay0XfSqcQOAfQ/SeJr/QF"
    "4QOWoV8jzGOIo7qYSlvil1WCSr1zcr4Ps17c0yWH8FGOOuaF5XX0zGx0dZ4QX7p67m4ubi"
    "5Py8PM+xOkaV1nuZvC2GF6nkEwyKnrgAtV2DdfbEIcayPZTVvmEGMGFdpA/fUJvU5wnEnr"
    "scSpOem3uj+nQnyKW0WQv5q5TjPtGyV6cuK+s/qx296gJQE2KWbras09dKgeGNuIHsdpMe"
    "RkkbhTLD1S1tOYg9OXqfutd+/z+vlwGV"
)
