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
        ALTER TABLE "payment" ADD "metadata" JSON;
        ALTER TABLE "payment" ADD "items" JSON;
        ALTER TABLE "status_change" ADD "kind" VARCHAR(40);"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        ALTER TABLE "payment" DROP COLUMN "metadata";
        ALTER TABLE "payment" DROP COLUMN "items";
        ALTER TABLE "status_change" DROP COLUMN "kind";
        DROP TABLE IF EXISTS "notice_endpoint";
        DROP TABLE IF EXISTS "delivery";
        DROP TABLE IF EXISTS "refund_request";"""


MODELS_STATE = (
    "eJztXW1z2zYS/isaferNqBlHcuxc7+ZmnMRtfeeXju1e2mYyHIiCJNYUwYCgHU+v//0ASi"
    "JBEIQJmaQhFN9sch9KehZc7C4Wiz+GyZcwIPDVCSFwFZNr9DD8bvDHMAIrSP+Q3B0NhiCO"
    "i3vsAgHTMBMHa7lMaJoQDHxCL89BmEB6aQYTHwcxCVBEr0ZpGLKLyKeCQbQoLqVR8CWFHk"
    "ELSJYQ0xufPg1j8LiCEfGCGXv6HXwcfv5M/wiiGfwKE5mMjyEgsCwe33nzAIaz0o9ci2fX"
    "PfIYZ9feBYuziHyfybJvOfV8FKarqJCPH8kSRTkgiLKfvYARxNnHfjcgOGU/m/2qDUFbJt"
    "a/sBBZ/woOM4NzkIaEo2nqFdeGnnd5devdnN563lCDWB9FTCn0qyYZAQv2Fb79+3g8mRyP"
    "DyZHb98cHh+/eXvwlspm37d66/jP9Zcp2Fo/KuPs7Iezy1v2hRDV/HpEsAt/ZhhAwBqVKa"
    "tgv6y0shbeLwGW66CMEnRBf6Soiy3zKmVsLxTaKEZuH+pYga9eCKMFWdJ/J2MF0/89uX7/"
    "48n1N5Px38p0X27ujLNbjPiCaPYSaDC8Ee+K2l4HeonZ8Zs3DailUrXcZvfK5NKP0h/EJd"
    "BORG9YNHMId0J0QsB60imTfLMCYVhrsXPQ00Z7HwzF2m5PxsdHuaVm/6hs883Fyfn51hgX"
    "bHJzZPP5jwPZxGcv82CFei9BKfa1R3QVbZMq2hjacxCEKZYQ+++bq0s5qRxEYHMW+GTwv0"
    "EYJE1YNcwqK7hjXLAnrxLqzfO295uLk19Es/z+/Opdxg1KyAJnT8ke8E4c2QBLLEo97Vt5"
    "x7ke5yygmd9xTjW7MAX+3QMl1KvcQWNUJ1u9tRqvxCsgAouMSPaL2e/bBIcfYBjcQ/w4lA"
    "SO+b2RKmyc8VItx40wmsUoKILCJYgWkP1TDR9zLyGCX4lH8KMHyJBKVR4ixJnFI5msNAjN"
    "n8T9P8oiSb2wVOFLthgIvWxUWvIhDw8auJCHB7UeJLuljj8F3TblWxwSLgJ9OgJ1oX5PRB"
    "cmSc+x52E2+ZM9u/Z0LkvYF62QX8s8h7CJ9/Hrw+PDt5Ojw5zu/IqK5SqjGRsaNmMrb6G1"
    "aGtGfDKlUs9uXTqlQ3qHMZ1wGUm9cPy6iUV+XW+RX1csMv10+ojmBiGX788cHOyJLeC98w"
    "qhHygpJFhBOasCVAw4N9hX2z+sCjtvzy5Ob25PLn4qxZ4fTm5P2Z1xdvVRuPrNkTDE84cM"
    "Pp7d/jhg/w5+u7o8FUPUXO72tyH7TiAlyIvQgwdmPCfby9tLFbOUJlR7M4lxUqZ6OdROr4"
    "9hSm37BQJR8gBxldNb+nbISS0QNqxSqF6S019u1bmZ/B05v7r8YSsuJmzkmV59e1VGtmCu"
    "THNtbLJX8wAnbHYJdlJ1Fe1mJ5O1nUBCwp00XUY6LZumZVPS6gFlH8Yg8uWZde72SJlcFw"
    "Rbzq/f0VHGnpuk098hfawirY5oDFdKfbOEeOWiy4f3kSusz4dvFdq4Tmgjb2Gqpf3E7PYt"
    "0eCXg1hI8ZuDJuksKlVLcnavzPIMEhCEOgFOgbCC474jnH3IIPY2pNtPHvohSugcOX30Ap"
    "LAcC5Z1UEohCCqiSIlcIH3KcV3RXx+pd+B/u7q6rw00N+diSP554t3p1QVmSY2npM0YVLy"
    "UXRc/RLQhe/Gufq8kkNA4+8EwmgHPYtYp2rjVG1eVPc+W20fqmO7jdCoYYTn+YX8U4He8C"
    "qCg4TAeIDmA0T/xujhuwH9GBjNvkVR+PhqKIyMZghJmCjEhG4njpE7cfhxpBdsV5H2bRtp"
    "PxicY7TytF3nMsqG9ZjO196RPss8xsUoDUieam0um3a6t+xFiW2Sz6BSCmor+YwIyQZvfT"
    "ZjK2+Dceg7leFyRz0Trh9tuRjLxVijZjHWT+va8aE6yNpKjZpGWTEHaHk9TeJKF/Xv4uKa"
    "C6RcILUPhu2vvLFk3yNWQ4z62QyuYurX0jfjP1BaESFIKI15UMh6m0YX7Rrypob6JZtyGF"
    "TW0GKriHqzjCH93QnxliBZ6pAu4iw0yUeHDeg/Oqxln91yJvlFtvrtVXFxn8y7aKqdiZeS"
    "CqiON/RXp13+vnrSFSVfZMaVGSR1r5U298OaEB3t3l2lfm7NdBvJ+tio2l8VGAvn1PZtPe"
    "uSsZJuh1LW//CwHut+Xsa0t1j2A3wfpZFWsSYHsSH53kM/tznCK9lmNEWXphzxrIZBezSm"
    "u+nStFeOoymqcJ5jc8/xAtF5pyb7nt9TeowrXqrThsJRuprSOy7BvhcJdpOTC1Z5nJvXok"
    "Jy7TgvAK6PjcSlZB8XyxszqTZLcCALh20nfqXbxlbw26QkSVGRVC1IAisW5XirIEIS46Ca"
    "B0WkTVai7wbCKcZws6u36SjnMRaO9EmT+a9++hOHOfIzvnba+VOGul3+psVIvJ4x9BGe7a"
    "RnAepWUUzWsw/SRCtDnQNstJWNdl5PFDuvJ+ud14ZkGy4RCXx4umnLO5TkHASJkSrzEGWy"
    "HuSFn9xQdTJIccj2Rv1AR/vHk1+Z1s6+/9X7+fr8ZjRgGzcGAUkGWaufQUIAJgMU/SPbSU"
    "WWgAyCZBChQYiiBcSDBJLBHYRxkmEweqhux+rh81peaHP9Olrv10GHQJXn+mr1jbgVBq3v"
    "UvU4BLIVTlW8k0NcoLNzoJME0oXlJ7psBfKVZbc+YZZPFjMXaxfPuwR08ZVpOjbEK1RsAG"
    "m066OznR6CF7U5GWRTGZW3gfzMWqQFCf21EcjmbfE8EXpv009QdncJEi+rXaXPTaoPZrfX"
    "u9eym/znpPHsiXNLsqthwBZUMJxDllbKc9Q48IszVpxz+HLOYQITdq6A7oJDCdVKIYtBrH"
    "ey3JAPeQ2aeYwV/ngPPH9JQUQCIkl617rgPMQmL7y1RUm3kND1QgL8GkNfes5mfZkbj3GF"
    "bs8odAPJnR7zOcAdSLg76/I65XqDUlOgbIMxab/ZiisE77UQvCbMaTxX1kRJ9hWIN1pSGi"
    "uWlMbVZr5UKyvJyUn15jsHOPP9DPMNCWBRpQ7xPMZx/5zzk8NQVnSpWqfeIqycPjtoqUUJ"
    "Qw/UJMdQlnlWzqIi1LVS1phK4xT7S5BAT7PxgYjraPJ8uaxU+zvwWfNpXZp5jG15v/YZ5n"
    "LnTQnmIBaa6vYpdj07eiRbWA/SmBMFZI9T4tae7O2MyK/7Nfb3OEyPZ/CuP7a3Q3gbuX0K"
    "r6/q9BEaGsYSf69+u0KB6G/p4HVX9La8bhADTP8iEGuF52WUy2w/I1DEcJ4mQFL+p5oXc4"
    "h9+af2j0bf9TRPd45nabAbVpvEa7jH8tk90mIX1bPwaxxQxe3wNpWR7n0y+X2aA59o+QM5"
    "wLkCz1nkXjuqSXYKlQ79FaBTwzPUwM4MSbUSQgXCwhRF+zvP+RpVjfwED3P5eo3sRLm+WI"
    "9xDug41+k7FyUPEGvWLHEYZ8GfYcErJfOaWdAS1g17jWG/bfYlYb02P1fC9JehO+hq9mw5"
    "Q3cPcSJNLdcSyiFcwlOkE8P7QJNPHuIIrezshHrZy628DekXcbGj2WqHarmj4iy7Fp+7TG"
    "l7l3Lh9uppqrmMdGo2Ws0YslWF+x3bFJWxLodqmqYN2S99DSmvfhAGtec9CBIj1e5pXJXt"
    "dhN11uSmtE3Z7UB+2R3I9NssFnrVzBzEwpxo+7uBwAzJilrURcxbjNsH1DxD8UB/HbXkmZ"
    "HRnYFFrHO2jJuCJaqGsibCjRQNpe2EnZrNUnPZX9BRcxnp1Gy0mudBFCTLnfQsQF3gZLKe"
    "UUp8tNLad85BeqykxmkU9VdI3brHGWNEf/2qynN94RwHsSF723fx3KYlk87aGA9xS2PV4v"
    "WEtQ9E91rHmwgoR6tI6yyYb7oc6AxVAeVora48xiCQloQoVh4LiCNUJDSEM2lWqr7CpkD0"
    "X18z/Oc8jXzG2WCaBiEJouQV+7x/deVA9FF1Y2TG+0NuiYZP5r452VHzLLg3K8O6TYhTR3"
    "PTbkY7Ge6Os2P3+jjOrlBS421c6bO6c5qWa+j6GDt3GFgRDB41CQbFIJ4LBo9Eco3pMWsU"
    "z910mX2pcy+Nprp9ezGFc4S10kgFwkab0UkHpjnRWxbOAY7hZgzXB43KpWFF4OhWh4XVYW"
    "NiGBofzq7XPW+G0sCFFxipoxUm6mFOtvOanc1XyA8ncEU7L1u0Y/L52vvPOxeX6HVnc43Z"
    "XNcw88imn6NvK0ogC2nuJPxzx24bcBqdOy2jOjE2mRebn5aBIUj0+uEVCAuzG82O6VWc0l"
    "vJbmiN3amto7aTmDsPZhrnQbeAHquPYhjNXBvHrme+vdmESz8u1j3TogSyz+h2dEacq5qr"
    "5bSTqjm3AXonVexb2a8hXTqdiq3cEnuTdWijU2GUTbyV3Hrp/kiVWl/3evP8QrTVzPonIQ"
    "O77eXyWUi5uyogI6uATE66W7W6vyddkbof8K2FEHOMVp5+70sBZoOH23X/SzpF6vNcAllo"
    "Itqn2QdpopXGyQEW0jtp1JtqouhNNan2ptL31p2fbqifXs5xwPsAUSdXd+m1ArTwRerkxC"
    "Ytlh25GuT2WjVutB/T/sEqs2CxqS5rym6BsI/fDsYufNQMJAuEffy2s+nBmHwUW3q5hop9"
    "aqLISJ2VypZyMOxrV5qr7uxp6Wk/c037XuBpiJn4CKdLhO5O76nGZDaidF9pIB7Wkh7MRX"
    "sqCI/gV+IR/Ohqws2wGhldGlxv5S2MNly/bpcj2TVHgqEPg137OJeg/Si6T6tmk55DqqkV"
    "mklMpnL/HQ9z+++ad2edopmksLW+tmorb8Xs1Hdl1T7UufboDLRd4mrwRv99D894mn9HQZ"
    "R4evXwPMY6ijupe6W+KXVYJCvWNysQhooGZjmsv6KLcVc0rysuJuPjo7zYgv2jqrO4uTg5"
    "P6/Oc6xqUae5Xi7vSt9FKvkEg6YnLkBdX2CTPXGIsWzHZL1vmANsWAvpwzc0JOl5AnHgL4"
    "eSdOfmzkiV6ASFjDHrH3+V4ttn2vT6pGVttWe9i1df7mlDtNLN1nT6UmkwvBG3kN1uEsMo"
    "a5dQZbi+XS0HcedB71Nn2j//D6zH0+c="
)
