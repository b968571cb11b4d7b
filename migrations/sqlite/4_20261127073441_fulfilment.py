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
    "next_try_at" TIMESTAMP,
    "status_code" INT,
    "answer" TEXT,
    "created_at" TIMESTAMP NOT NULL,
    "first_tried_at" TIMESTAMP,
    "settled_at" TIMESTAMP,
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
    "since" TIMESTAMP NOT NULL,
    "paused_at" TIMESTAMP
) /* A url of GATEWAY_NOTIFY_URLS, from its first start on; one that is no longer set keeps its row. */;
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
    "created_at" TIMESTAMP NOT NULL,
    "tried_at" TIMESTAMP NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_refund_requ_payment_1719b6" ON "refund_request" ("payment_id");
CREATE INDEX IF NOT EXISTS "idx_refund_requ_state_abfc1e" ON "refund_request" ("state", "tried_at");
        ALTER TABLE "payment" ADD "items" JSON;
        ALTER TABLE "payment" ADD "email_hash" VARCHAR(32);
        ALTER TABLE "payment" ADD "metadata" JSON;
        ALTER TABLE "status_change" ADD "kind" VARCHAR(40);
        CREATE INDEX "idx_movement_amount__4738b8" ON "movement" ("amount_minor", "recorded_at");
        CREATE INDEX "idx_payment_email_h_d37397" ON "payment" ("email_hash");"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP INDEX IF EXISTS "idx_payment_email_h_d37397";
        DROP INDEX IF EXISTS "idx_movement_amount__4738b8";
        ALTER TABLE "payment" DROP COLUMN "items";
        ALTER TABLE "payment" DROP COLUMN "email_hash";
        ALTER TABLE "payment" DROP COLUMN "metadata";
        ALTER TABLE "status_change" DROP COLUMN "kind";
        DROP TABLE IF EXISTS "delivery";
        DROP TABLE IF EXISTS "refund_request";
        DROP TABLE IF EXISTS "notice_endpoint";"""


MODELS_STATE = (
    "eJztXW1v2zgS/iuGP/UAb5HaadLrHQ5I22w3d3lZJNnr7haFQMu0o40kqhKVNNjrfz9Sli"
    "WKohjRkRSay2+JNI9sP0MNZ4bD4Z/j5KvvYfjyCGMYRPgS3Y/fjv4chyCA5A/B3cloDKKo"
    "vEcvYDD3M3GwlsuE5gmOgYvJ5SXwE0guLWDixl6EPRSSq2Hq+/QicomgF67KS2nofU2hg9"
    "EK4hsYkxufP48j8BDAEDvegj79Fj6Mv3whf3jhAn6DiUjGjSHAsCoe3TpLD/qLyo9ci2fX"
    "HfwQZdfeeauTEP+YydJvOXdc5KdBWMpHD/gGhQXAC7OfvYIhjLOPfTvCcUp/Nv1VOUEbJt"
    "a/sBRZ/woGs4BLkPqYoWnulNfGjnN+ce1cHV87zliBWBeFVCnkqyYZASv6FX74+3Q6mx1O"
    "92YHb17vHx6+frP3hshm37d+6/D7+suUbK0flXF28vHk/Jp+IUQ0vx4R9ML3DAMwWKMyZZ"
    "XsV5VW1cL7GxCLdVBFcbogP5LXxYZ5mTI2F0ptlCN3CHUE4Jvjw3CFb8i/s6mE6f8eXb7/"
    "6ejyxWz6tyrd5/mdaXaLEl8STV8CBYZz8b6oHXSgV5idvn7dgloi1chtdq9KLvko9UFcAW"
    "1FdM6inkO4F6ITDNaTTpXkqwD4fqPFLkCPG+1dMBRruz2bHh4Ulpr+I7PNV2dHp6cbY1yy"
    "ycyR7ec/BmQSn4PMgzXqnQSlsas8outok1TRxdBeAs9PYwGx/766OBeTykA4Nheei0f/G/"
    "le0oZVzayyhDvKBX1ykBBvnrW9L86OfuXN8vvTi3cZNyjBqzh7SvaAd/zIBrHAojTTvpG3"
    "nKtxTgOa5S3jVNMLc+De3hNCndodNEVNsvVbwTTgr4AQrDIi6S+mvy8PDj9A37uD8cNYED"
    "gW9yaysHHBSnUcN8JwESGvDApvQLiC9J96+Fh4CSH8hh0cPzgAj4lU7SFcnFk+ksoKg9Di"
    "Scz/kyySVAtLJb5kh4HQ80alFR9yf6+FC7m/1+hB0lvy+JPTbVu++SFhI9DHI1Ab6g9EdG"
    "mS1Bx7FmaSPzmwa0/msoR+0Rr5jcwzCJN4n77aP9x/MzvYL+gurshYrjOasaFgMzbyBlqL"
    "rmbER1Mqzew2pVN6pHcckQmXkjQIx6/aWORXzRb5Vc0ik08nj2hvEAr54czB3o7YAtY7rx"
    "H6gZCCvQCKWeWgfMCZY19u/jAq7Lw+OTu+uj46+7kSe344uj6md6bZ1Qfu6osDbogXDxl9"
    "Orn+aUT/Hf1+cX7Mh6iF3PXvY/qdQIqRE6J7ByxYTjaXN5dqZilNiPYWAuMkTfUyqK1eH8"
    "2U2vULBMLkHsZ1Tq/J2yEmtUSYsEohe0mOf72W52aKd+T04vzjRpxP2Igzver2qorswFzp"
    "5tqYZK+WXpzQ2cXbStV1tJ2ddNZ2AjH2t9J0FWm1rJuWdUmre4R9GIHQFWfWmdsTaXKdE+"
    "w4v35LRhl9bpLO/4DksZK0OiIxXCX1TRPitYs2Hz5ErrA5H75RaOs6oVzewFRL94nZzVui"
    "wC8DMZDi13tt0llEqpHk7F6V5QXEwPNVApwSYQTHQ0c4u5BBHGxId588dH2UkDly/uB4OI"
    "H+UrCqg5APQdgQRQrgHO9zgu+L+OLKsAP93cXFaWWgvzvhR/IvZ++OiSoyTeSekzBhUvFR"
    "VFz9CtCG79q5+qySfUDi7wTCcAs981irau1UrV9U9z5bbR/LY7tcaNIywnPcUv6xQG98Ec"
    "JRgmE0QssRIn/H6P7tiHwMDBc/oNB/eDnmRkY7hCBM5GJCuxNHy5047DhSC7brSPO2jXQf"
    "DC5jFDjKrnMVZcJ6TO9r70idZRZjY5QWJM+VNpfNe91b9qzEtslnECkJtbV8RohEg7c5m7"
    "GRN8E4DJ3KsLmjgQlXj7ZsjGVjrEm7GOvnde34WB5kbaQmbaOsiAF0vJ4mcKXL+nd+cc0G"
    "UjaQ2gXD9lfeWLLrEasmRv1kAYOI+LXkzfgPFFZEcBJSY+6Vsk7e6KJbQ97WUD9nUw6Nyh"
    "o6bBXRbJZjSH53gp0bkNyokM7jDDTJB/st6D/Yb2Sf3rIm+Vm2+u1UcfGQzNtoqpuJl5AK"
    "iI5z+uvTLntfPunyks8y44oMkrzXSpf7YXWIjrbvrtI8t2a6DUV9bGTtr0qMgXNq97aeds"
    "kIhNuhpPU/LGzAup/nMe0dlv0A10VpqFSsyUBMSL4P0M9tieJAtBlN0qWpQDypYdAOjel+"
    "ujTtlOOoiyqs59jeczxDZN5pyL4X96QeY8BK9dpQOEyDOblT370CAmrQncALUWZzYuiieJ"
    "F3dLL5dy3z7zrnHoxySPO3pkZy4zgvAbbNjcDjpB8Xifs2yfZSMCADh20vbqfd5Vby26Zi"
    "SVKwVK9X4ufM9vMgjzTJSgzdXziNY5hv+m07ylmMgSN91mb+a57++GGO3IyvrTYGVaG2CY"
    "BuIRSrZ9blV9QzB7WLLDrr2QVpopTALgAm2spWG7Nnko3Zs/XGbE2SEecIey48zrv2jgUp"
    "CU5iIktMhJmsA1nhR/dbHY3S2Kdbpz6S0f7p6DeqtZMff3N+uTy9mozovo6Rh5NR1glolG"
    "AQ4xEK/5FttMI3AI+8ZBSikY/CFYxHCcSjWwijJMPE6L6+W2uAz+t4Hc628+i8nQcZAnWe"
    "m4vZc3EjDNrQleyRD0QLoLJ4p4DYQGfrQCfxhOvOjzTh8sQLz3b5Qi+fLKIu1jaedwVo4y"
    "vddKyJVyjZH9JqU0hvG0Fq61DZomteOFV0ifxCO6h5Cfm1Icjmbf64EXIvbzcounsDEicr"
    "bSXPTeoPprfXm9uym+znpNHikWNNsqu+RxdUYriENK1U5Khjzy2PYLHO4fM5hwlM6LEDqg"
    "sOFVQndS4asd7LckMx5BVoZjFG+OMD8Pw1BSH2sCDp3eiCsxCTvPDOFiXtQkLfCwnwWwRd"
    "4TGczVVwLMbWwT2hDg4kt2rMFwB7XuH2rIvLmJsNSkP9sgnGpPteLLZOfNA68YYwp/Vc2R"
    "AlmVc/3mpJaSpZUprWe/3CgMSnyls6q6ieqN79yJEJyDEMBOdXNc+SBcDOkk+YJSEGNHhX"
    "IZ7FWO6fcoq174tqW2XlABuEkV5KD43NCGHonsx8ERQl+KXOCg+1Da0VPJYojV0y+UFHsf"
    "0EjzNu4uy+DwJtAa5KM4sxLb3aPcPMEkVbghmIgaa6e4pt55QByeaW3RTmRA454JS4sSc7"
    "OyOyy6ut/T0GM+BJyOuPHewo5FZun8Trqzt9mISGkcDfa94VUiKGW6F51Re9HS/PRCAmf2"
    "EYK4XnVZRdQHhCoBjDZZoAQZWlbF4sIOal+bo/oH7bM1XtaaqVwa5ZCRir4QGrlHdIi30U"
    "KcNvkUcUt8XbVEXa90nn92kJXKzkDxQA6wo8pZZg7agm2VlgKvTXgFYNT1ADPbklVUoIlQ"
    "gDUxTdb/BnS4EV8hMszObrFbIT1TJuNcYZoOVcpftfmNzDWLE0jMFYC/4EC17bmaCYBa1g"
    "7bBXGPablmsC1hvzcxXMcBm6vb5mz44zdHcwToSp5UZCGYRNePJ0xvDOU+SThVhCaxtooV"
    "r2ciNvQvqFX+xot9ohW+6oOcu20eo2U9rOpVyYLZGKaq4irZq1VnMM6arC3ZbdoKpYm0PV"
    "TdOabEu/hIRX1/O9xlM3OImJbJN6XJftd6961kuoshvcbvR+3o3e5NusVmrVzAzEwJxo95"
    "uuwAKJilrkRcwbjN1u1T5DcU9+HbHkmZFRnYF5rHW2tJuCBaqGol7NrRQNhV2brZr1UnPV"
    "X1BRcxVp1ay1mpde6CU3W+mZg9rASWc9oxS7KFDa3s9ABqykjtMwHK6QunOPM4oR+fVBne"
    "fmwjkGYkL2dujiubzzlcraGAuxS2P14vWEdmlEd0qnyHAoSytP68Jb5s0kVIYqh7K01lce"
    "I+AJS0IkK48lxBLKE+rDhTAr1VxhUyKGr68Z/3OZhi7lbDRPPR97YfKSft6/+nIghqi60T"
    "Lj/aGwRONHc9+M7KR9FtxZVGH9JsSJo5l39VFOhttTA+m9IU4NLJXUehtX+qQmqLrlGvru"
    "IWTPXCuDwYM2wSAfxDPB4AFPrjatfLXiuZ9mvs91vKjWVHdvL+ZwiWKlNFKJMNFm9NKBaY"
    "nVloULgGW4HcPNQaN0aVgSONrVYW51WJsYhsSHi8t1z5uxMHBhBSbyaIWKOjEj23vNTv4V"
    "ijMgbNHO8xbt6HyM+e7zzsQlat3ZbGM22zVMP7LJ56jbigrIQJp7Cf/s6eYaHPpnDyWpT4"
    "xt5sX2h5LEECRq/fBKhIHZjXanIUsOQ65lN5TG7tzUUdtLzF0EM63zoBvAgNVHEQwXto1j"
    "3zPfzmzCJR8XqR4dUgGZZ3R7OorPVs01ctpL1ZzdAL2VKnat7FeTLp1WxUZuib3KOrSRqT"
    "DMJt5abr1yfyJLra97vTluKdppZv0zl4Hd9HL5wqXcbRWQllVAOifdjVrd35GuSP0P+M5C"
    "iGWMAke99yUHM8HD7bv/JZki1XmugAw0Ed3T7II0UUrjFAAD6Z216k01k/SmmtV7U6l769"
    "ZP19RPr+Y44J2HiJOruvRaAxr4IvVyYpMSy5ZcBXIHrRrX2o/p/mCVhbfKq8vaslsizOO3"
    "h7ELHxQDyRJhHr/dbHrQJh9Fl14uoWSfGi8ykWelsqWcGA61K81Wdw609LSbuaZdL/DUxE"
    "x8gvMbhG6P74jGRDaicl9qIO7Xkg4sRAcqCA/hN+zg+MHWhOthNTK6FLjeyBsYbdh+3TZH"
    "sm2OJIYu9Lbt41yBDqPoIa2aSXr2iaYCtBCYTOn+OxZm99+17846RwtBYWtzbdVG3ojZae"
    "jKql2ocx3QGei6xFXjjf67Hp6xNP+BvDBx1OrhWYxxFPdS90p8U+KwCFasrwLg+5IGZgVs"
    "uKKLaV80rysuZtPDg6LYgv4jq7O4Ojs6Pa3Pc7RqUaW5XiFvS995KtkEg6InzkFtX2CdPX"
    "EYx6Idk82+YQEwYS1kCN9Qk6TnEYw992YsSHfmdyayRCcoZbRZ//irFN8+0aY3Jy0bqz2b"
    "Xbzmck8TopV+tqaTl0qB4VzcQHb7SQyjrF1CneHmdrUMxJ4HvUudab//H2mcUZ8="
)
