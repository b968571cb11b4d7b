from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "reconciliation" (
    "id" VARCHAR(32) NOT NULL PRIMARY KEY,
    "trigger" VARCHAR(12) NOT NULL,
    "adopt" INT NOT NULL,
    "window_start" TIMESTAMP NOT NULL,
    "window_end" TIMESTAMP NOT NULL,
    "started_at" TIMESTAMP NOT NULL,
    "finished_at" TIMESTAMP,
    "outcome" VARCHAR(12) NOT NULL,
    "problem" TEXT,
    "sessions" INT NOT NULL,
    "passed_over" INT NOT NULL,
    "differences" INT NOT NULL,
    "repaired" INT NOT NULL,
    "ledger" JSON NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_reconciliat_started_beed93" ON "reconciliation" ("started_at", "id");
        CREATE TABLE IF NOT EXISTS "reconciliation_difference" (
    "id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    "run_id" VARCHAR(32) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "session_id" VARCHAR(255),
    "payment_id" VARCHAR(32),
    "before" VARCHAR(120) NOT NULL,
    "after" VARCHAR(120) NOT NULL,
    "repaired" INT NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_reconciliat_run_id_aabd42" ON "reconciliation_difference" ("run_id", "id");"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "reconciliation";
        DROP TABLE IF EXISTS "reconciliation_difference";"""


MODELS_STATE = (
    "eJztXW1v2zYQ/iuGP3VAVvgtLxuGAUmbtdmauGi8tWhQCLRE20QkUqWovKDLfx8py3qhRF"
    "V0ZUXW9C0h77Go5+jj3fFIf+t7X23E4MsLCzouYRCbj3/Bx/6vvW99DBzI/1BIHPT6wHXj"
    "ftHAwNwOICiWNW5D4bnHKDAZ714A24O8yYKeSZHLEMG8Ffu2LRqJyQURXsZNPkZffWgwso"
    "RsBSnvuPnCmxG24AP0Nv+6t8YCQdtKjT18eNBhsEc3aHy1AvSPQFQ8b26YxPYdnBB3H9mK"
    "4Eiej0e0LiGGFDBoJV5BjDB86U3TerS8gVEfRsO04gYLLoBvs8Qrz424rW8YV9OZcX0+M4"
    "y+BkkmwYJghJkXMOCAB8OGeMlW/N/R4eHT+kExE2sx8cR/Tj+8env64QWX+kk8knA9rfV4"
    "FXaN1n1PwYcABtYfE1Afc00hf2+PGSvgrXRIl3HVsL9piOmPp13t/B9NStB/NFGyL7oE+T"
    "HZLnh0IGYGsnSoTqNaSPR4VILo8UhJtOhKE21SKMgwAMsS/Zr3MOTAfLLTSIlsK4S+3PxR"
    "DfV1mpgCpmcXl+fXs9PL9+LjHY+vEAFdp7Nz0TMKWh+l1hdHklaiD+l9vJi97Yl/e5+nV+"
    "cBm8RjSxo8MZabfe6LMQGfEQOTewNYSSI3zZumJ7FoLG4Tpkw0zIF5ew+oZWR6yIioZLNd"
    "zsiRWwAGy0BHgk0xznBdfb/+TuYtuZuuwrXWTQjtco29WU9o8UEHqcnN5W76yOPvi4Gd15"
    "f+InDb80W5XuuZsyrNWINW66qMmHqp9qDn8SFqrh5p1Fa0h6Q2kfUKfaTEfMZMf5VOgSqh"
    "+XkXihp4dikyoa4zlMC00BXaCc9ffYAZYjlB1QVm+TQnIRLNaL1s7RvNSzGIn0fDyfHkZH"
    "w0OeEiwUCjluMC4i+uZhKnwCE+/7o7CBOa5fUMLZXUysg20fvLaDQeH48G46OTw8nx8eHJ"
    "IOI521VE+NnFG8F5ao5nlWD6lIp0hY4BSWJaaEDGZbwQtRMimw6HWFCH3Y18C5kdlnHwhm"
    "oHb5iJUm10B/MJPiPEhgDnc5yESTzPOW4PiS4yBNPpu1Q8enYhmYWrvy/PzjnzAfFhqJVv"
    "LWwkPDQKF1BYAF3PQwHfkav3nD7IYFDGBxkM1D6I6MvJyIRhaGnGE5j6DEr4WE5XPWalDN"
    "lDNdfDDNWAMei4OZkvtUsSI+rzRoZ74um5gPK/GKReltE/r6dXqqRtEiXnEZHJev/2bOTt"
    "o69XwJ7gI2WtN/P0xeXpJ3kKv3o3PZPTguIDziQFcIvre+skVfndiQjSPvs8KWMxJmqLMc"
    "lYjG4TqMZNIOJCbGhucSYxbUvhVc+wT3OMxQw+KFa/ULwNhqJod+f806zYNEebO++mV282"
    "4rK9TjMNH1zELfcW+2xpZAX7bHukiX3YZ0tqeQFMpuX8RIDO7/kBv8djgPk5vBfs9USIFq"
    "7Eo3JRaUFQmtnnSWx/auRfkrAa8y9Ry94mYAAmDrAR1JrTKVCNWYCaov9Ss3pYMK2H2Xl9"
    "x6PO3FSLMgGQQHQJAHnaUniHNPlMQjpCM4nYvarOaoqPsXduo+9aW6o5jezU3Gg1A+92Ky"
    "UncV381zQNN6TO8gPkvJrIRiBUQKbcUpI4KKq6pFnZ3RZf8oCMdkWUTSqi5KNZLmFOyY6a"
    "6wSkhWF19WUNwCJ5u4+FMXWE6QoaysfT9/ztuCUPjIzu6itjOyercUtwjqohzlklSik6RH"
    "ZqbrSa0/6CjprTyE7NjVbzAmHkrbbSswTtAqcm65n4zCSOVgFtAlJjspv6GNdX8Va5x+lS"
    "wt/eyfKs3vRPQLqNf/2N//BUWc5OjjInnoTUlxMf7GpKV15l6HncqpO7vNhUyamE6miVab"
    "XQIizX1pmqEqqjNbsl5gJEYU4wUrAlFkM6QmVCbWjlZqXUNTYxov4im/5vCx+bgrPe3Ec2"
    "Q9h7KZ73+64ciDpKbxqZ8X4dWaL+d3PfCdmD8llww0rDdpsQ545meG5GOxledKYyNx2eY1"
    "ZCr6252fAaj1EW3Ank614yECNamCGv/nqaW5SXxyu44QrlZu/aQO7wqEwwKAfxiWDwSCa3"
    "MddkNIrn3Vzg8Fz3WTWa6urtxRwuCNVKI8WINtqMXRRNggXT2xaOAB3D5RhWB42FW8MFgW"
    "O3OyztDjckhrkOziHwrw5e5sYtqf6DolhlfaLBMGPRSuOTG2kx2tRBf5ECly5QaWSg0t2n"
    "WZMDsicnCnY/4StL+C0ocQz9E14SrH3Oc/WnvBjZgucUqIUmonqaTeB7WiFKBGghveNSV+"
    "iMC67QGWev0NmixL4rBmp+kYgrDosR7uTq3r6RAbbwi1T95RC6LHfkfofchsScH+F8Rcjt"
    "+Z3iWu5U/0FRzHm/ljTgXT03dAtHIxgBhg/MYPQxuIO7Oyjy7L+NEdCl4zSG8i00FcNSDs"
    "2wwKEZKu4E7M4Bt93BodCE6G4rPUvQ7uc4mqzn7jrbWk9/zYmVc4ecuuJ5I9+K1an2eueN"
    "j1a6nmADaAXdu76ytsGFBPt/GLr7YZO662L4ALTqzSP57q4geZVLxsSazqME7Y7KNdl5hJ"
    "Tm/ZCK2p2JAG3YA6vDnWlInu4UUmSu+jkZurDnoCg3B2KZZ/lp2ryl8/9S7PGDNl2dZ1NW"
    "F6idEnV5QRsc7J04JeJLpcFwKN5CdneTyySBm5xlWH2CKwHp7knep8NaT/8BoFzosA=="
)
