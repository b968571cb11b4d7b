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
        ALTER TABLE "payment" ADD "email_hash" VARCHAR(32);
        ALTER TABLE "payment" ADD "metadata" JSONB;
        ALTER TABLE "payment" ADD "items" JSONB;
        ALTER TABLE "status_change" ADD "kind" VARCHAR(40);
        CREATE INDEX IF NOT EXISTS "idx_movement_amount__4738b8" ON "movement" ("amount_minor", "recorded_at");
        CREATE INDEX IF NOT EXISTS "idx_payment_email_h_d37397" ON "payment" ("email_hash");"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "idx_movement_amount__4738b8";
        DROP INDEX IF EXISTS "idx_payment_email_h_d37397";
        ALTER TABLE "payment" DROP COLUMN "email_hash";
        ALTER TABLE "payment" DROP COLUMN "metadata";
        ALTER TABLE "payment" DROP COLUMN "items";
        ALTER TABLE "status_change" DROP COLUMN "kind";
        DROP TABLE IF EXISTS "refund_request";
        DROP TABLE IF EXISTS "delivery";
        DROP TABLE IF EXISTS "notice_endpoint";"""


MODELS_STATE = (
    "eJztXW1v2zgS/iuGP/UAb5HaadLrHQ5I2mw3d3lZJNnr7haFQMu0o40kqhSVF+z1vx8p2x"
    "JFUbLoSArN5bdEmse2nqGGM8Ph8M9hhGKywDB+fUQIDCJyhR6G7wd/DkMQQPqH9P5oMARR"
    "xN9llwiY+ikELCVTsWlMMHAJvTwHfgzppRmMXexFxEMhvRomvs8uIpcKeuEiv5SE3rcEOg"
    "QtILmFmN748mUYgacAhsTxZuzT7+DT8OtX+ocXzuAj/RUSGRdDQGBRPLpz5h70Z4UHXYqn"
    "1x3yFKXXjr3FaUh+TGXZr5w6LvKTIMzloydyi8IM4IXpYy9gCHH6te8HBCfssdlTrQhaM7"
    "F8wlxk+RQcZgbnIPEJR9PUya8NHefi8sa5PrlxnKECsS4KmVLoT41TAhbsJ/zw9/F4Mjkc"
    "700O3r3dPzx8+27vHZVNf2/51uH35Y/J2Vp+VMrZ6afTixv2gxDV/HJEsAvfUwwgYIlKlc"
    "UNs4LSilr4cAuwXAdFlKAL+pCiLtbM1yljfSHXRj5y+1BHAB4dH4YLckv/nYxrmP7v0dWH"
    "n46uXk3GfyvSfbG6M05vMeJzotlLoMDwSrwransd6AVmx2/fNqCWSlVym94rkku/Sn0QF0"
    "BbEb1iUc8h3AnRMaFslEm+DoDvV1rsDLTZaO+CoVja7cn48CCz1OyfOtt8fX50drY2xjmb"
    "3BzZfP7jQCbx2cs8WKLeiVGCXeURXUabpIo2hvYceH6CJcT++/ryQk4qBxHYnHkuGfxv4H"
    "txE1Y1s8o13DEu2CcHcfzN523vq/OjX0Wz/OHs8jjlZu36rz7gWBzZAEssSjXta3nLuRrn"
    "LKCZ33FONbswBe7dAyXUKd1BY1QlW74VjAPxCgjBIiWSPfF37je9/gh97x7ip6E0fMzuju"
    "qDxxkv13L0CMNZhLw8NLwF4QKyf8pBZOYrhPCROAQ/OYAMqVTpQ4RoM/9IJisNRbNP4v4f"
    "pfGkWnBa41G2GA69bGxa8CT39xo4kvt7lX4ku1UfhQq6bcq3OCRsHLo5DrUBf09E5yZJzb"
    "3nYSZ5lT07+HQui9kPLZFfyTyHMIn38Zv9w/13k4P9jO7sSh3LZUZTNhRsxlreQGvR1oy4"
    "MbFSzW5VUqVDeocRnXAZSb1w/KaJRX5TbZHflCwy/fal09vQIGTy/ZmDvR2xBbx3XiL0Iy"
    "WFeAGUsypAxbBzhX29/sOo4PPm9Pzk+ubo/OdCBPrx6OaE3RmnV5+Eq68OhCGefcjg8+nN"
    "TwP27+D3y4sTMVDN5G5+H7LfBBKCnBA9OGDGc7K+vL5UMktJTLU3kxin2oQvh9rq9dFMqW"
    "2/QCCMHyAuc3pD3w45qTnChLWKupfk5Neb+gxN9o6cXV58WouLaRt5vlfdXhWRLZgr3Vwb"
    "k+zV3MMxm128rVRdRtvZSWdtx5AQfytNF5FWy7ppWZ/kukf5hxEI3ar8Oicw2pBiF0Rbzr"
    "Lf0bHGPjdOpn9A+rE1yXVEI7lCApylxUsXbVa8j4xhdVZ8rdDGNUMreQMTLu2nZ9dviQK/"
    "HMRAit/uNUlqUalKktN7RZZnkADPVwlzcoQRHPcd5+xCHrG3Id1+CtH1UUznyOmT45EY+n"
    "PJ2g5CPgRhRSwpgQu8Tym+K+KzK/0O9OPLy7PCQD8+FUfyL+fHJ1QVqSaokEcqVnUKPoqK"
    "w18A2iBeO4efV7IPaBQeQxhuoWcRa1Wtnap1jO0+pKvuw00R3kps1DjOc9wcsSncG16GcB"
    "ATGA3QfIDo3xg9vB/QL4Lh7AcU+k+vh8L4aIaQBItCZGj35mi5N4cfR2ohdxlp3kaS9kPC"
    "OUaBo+xAF1EmrM10vg6P1FnmMTZSaUDyVGm72bTT3WYvSmyTrAaVqqG2lNUIkWzwVuc01v"
    "ImGIe+Exo2g9Qz4eoxl420bKQ1ahpp/bysJB9uCrXWcqPmsVbEQVpeW5M41HlFvLjQZsMp"
    "G07tgnn7K2812fW4VRvTfjqDQUT9W/pu/AdW1EgIMhtMupdLO6s2GO2a86bm+iVbdmhU6N"
    "BiI4lq44whfe6YOLcgvlUhXcQZaJgP9hvQf7BfyT67ZQ3zi2wB3Kmi4z6Zt5FVW9MvpRVQ"
    "La8UIJt8eYlNU68o+yLzrsws1fdjaXO3rA6R0vYdWKpn2FS3oazXTV2LrBxj4MzavsVnPT"
    "QC6Wap2rogHtZjPdDLGPgWy4GA66IkVCri5CAmpON76Pk2RziQbVWr6eSUIZ7VVGiHxnQ3"
    "nZx2yn3URRXWf1TxH88RnXkq8/HZ3Q1+Y8DLddp6OEyCKb1T3tsCAmbWncALUWp5MHQRnq"
    "26PtmMvJYZeZ3zEEa5pau3pkRy5TjPAbYVjsTvZF8XyXs71e204EAGDttOnE+7By7nt0kl"
    "U00hU7mOSZwzm8+DItIkK9F3J+IEY7jaEtx0lPMYA0f6pMn8Vz39icMcuSlfW20bKkJtow"
    "DdAilez7zLr6hnAWoXXHTWswuSWCmNnQFMtJWNtm1ParZtT5bbtrVJSVwg4rnwZNXbdyhN"
    "TAgyo/r0RJhKO5AX37gb62iQYJ9trPpEx/zno9+Y7k5//M355ersejRguz4GHokHac+gQU"
    "wAJgMU/iPdhkVuARl48SBEAx+FC4gHMSSDOwijOMVg9FDey9XD97W8JmdbfrTe8oMOgTLP"
    "1aXuK3EjzFrfde6RD2SLoXVRTwax4c7W4U7sSdegN7Tr8uSL0HYpQy/PLGKO1jb+dwFooy"
    "zddKyNb1i7e6ThlpHOtomU1qTSZdhVKVXWVfIr67XmxfSZQ5DO3uLxJPTeqj2h7O4tiJ20"
    "5JV+blz+YHZ7uQEuvcl/TxLNNhyDkl71Pba4guEcshRTlq/Gnpsf2WJdxJdzEWMYs2MKVB"
    "cfCqhWKl80Yr2TpYdsyCvQzGOM8Mp74PlbAkLiEUkCvNIR5yEm+eKtLVDaRYWuFxXgYwRd"
    "6eGd1XVxPMZWxj2jMg7Ed2rMZwB7yuH2rMsLm6sNSkVFswnGpP1+LbZyvNfK8Yowp/FcWR"
    "ElmVdR3mh5aVyzvDQudwWGAY1Plbd6FlEdUb37kSMXkBMYSM67qp4lM4CdJZ8xS0ICWPCu"
    "QjyPsdw/5+xr35fVudaVBqwRRnopHTQ/o4ShBzrzRVCW5q91VkSobX2t4LFECXbp5Acdxb"
    "YUIs64ibP9/gisWbgqzTzGtPRq+wxzSxRNCeYgBprq9im2HVV6JFtYdlOYEwVkj1Pi2p7s"
    "7IzIL6829vc4TI8nJy+/trejkxu5fTVeX9npIzQ0jCT+XvUOkRzR3wrNm67obXl5JgKY/k"
    "UgVgrPiyi7gPCMQBHDeRIDSa1l3byYQcxL87V/oP22Z7Da01cLg12zQjBewz3WKu+QFrso"
    "VYaPkUcVt8XbVETa90nn92kOXKLkD2QA6wo8p5Zg6ajG6alhKvSXgFYNz1ADO90lUUoI5Q"
    "gDUxTtb/bnS4EV8hM8zObrFbITxTJuNcY5oOVcpR9gGD9ArFgaxmGsBX+GBS/tTFDMghaw"
    "dtgrDPt1+zUJ65X5uQKmvwzdXlezZ8sZunuIY2lquZJQDmETniKdGN57inzyEEtoaRstVM"
    "teruVNSL+Iix3NVjvqljtKzrJtvbrNlLZzKRduS6SimotIq2at1YwhW1W437IzVBFrc6i6"
    "aVqbzelXkDLrer5XcxqHIDOq36qOy9Ld7lhP+woV9oTb7d4vu92b/prFQq2mmYMYmBltf+"
    "sVmCFZaUt9KfMaYzddNc9TPNCno/Y8NTKq87CItS6XdhOxRNVQ1r25kaKhtI+zVbNeai76"
    "CypqLiKtmrVW89wLvfh2Kz0LUBs+6axnlBAXBUqb/DlIj/XUOAnD/sqpW/c4I4zo0wdlnq"
    "vL5ziICTncvkvoVv2vVFbIeIhdICuXsMesYyO6VzpXRkBZWkVaZ9581VJCZagKKEtref0x"
    "Ap60MKRm/TGHWEJFQn04k2alqutsckT/VTbDf86T0GWcDaaJ5xMvjF+z7/tXVw5EH7U3mu"
    "a9P2a2aNggA85Jj1Ry4c6sCOw2LU7dzVWHH+WUuD1NkN3r4zTBXEmNt3Qlz2qIqlvGoet+"
    "QvYstjwkPGgSEoqhPBcSHojkatPWVyueu2ns+1LHjmpNdfv2YgrnCCslk3KEiTajk25Mc6"
    "K2OJwBLMPNGK4OHWsXiGvCR7tGLKwRaxTJ0DhxdrXsgDOsCF94kdGmmIUJO5iT7rx+h6T2"
    "Mz8VwhbwvGwBj86HnO8+71x0otavzbZqs33E9CObfo+6rSiADKS5kyDQnn2uwWGA9piS8s"
    "TYZF5sfkwJhiBW65CXIwzMcTQ7K7nmqORSjkNp7E5NHbWdRN5ZMNM4G7oG9FiJFMFwZhs7"
    "dj3z7cy2XPp1kephIgWQeUa3o8P5bAVdJaedVNDZLdFbqWLXSoA16dtpVWzoJtnrtGsbnQ"
    "zDdOqVZNgLEqP6BPuyB5zj5sKt5te/CHnYdY+Xr0Li3VYEaVkRpHPq3aiV/h3pltT9gG8t"
    "kJhjFDjqPTEFmAl+btd9MelEqc5zAWSgiWifZhcksVIyJwMYSO+kUc+qSU3Pqkm5Z5W6z2"
    "69dU299WKmA957iDq5qguwJaCBL1InJzkpsWzJVSC31wpyrf2Y9g9cmXmLVY1ZU3ZzhHn8"
    "djB24ZNiIJkjzOO3nQ0QGmWl2BLMFazduSYKjTblptJlHQz72qdmKz17WobazYzTrhd7am"
    "MsPsPpLUJ3J/dUZ3JLUZDYYCYelrIOzIR7KhEP4SNxCH6yVeJ62I6ULgWu1/IGRh62p7fN"
    "l2ybL8HQhd62vZ4L0H4U3adVM0nPPtVUgGYSk1m7L4+H2X15zXu3TtFMUupaXW21ljdidu"
    "q71moXKl97dAbaLnrVuAHArgdpPM1/IC+MHbUKeR5jHMWdVMJS35Q6LJLV6+sA+H5Ne7MM"
    "1l8BxrgrmpfVF5Px4UFWeMH+qau5uD4/Ojsrz3OsjlGl9V4mb4vhRSr5BIOiJy5AbddgnT"
    "1xiLFsD2W1b5gBTFgX6cM31Cb1eQSx594OpUnP1b1RfboT5FLarIX8Vcpxn2nZq1OXlfWf"
    "1Y5edQGoCTFLN1vW6WulwPBK3EB2u0kPo7SNQpnh6pa2HMSeHL1L3Wu//x/O238+"
)
