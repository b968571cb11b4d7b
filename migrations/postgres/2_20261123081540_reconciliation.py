from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True


async def upgrade(db: BaseDBAsyncClient) -> str:
    return """
        CREATE TABLE IF NOT EXISTS "reconciliation" (
    "id" VARCHAR(32) NOT NULL PRIMARY KEY,
    "trigger" VARCHAR(12) NOT NULL,
    "adopt" BOOL NOT NULL,
    "window_start" TIMESTAMPTZ NOT NULL,
    "window_end" TIMESTAMPTZ NOT NULL,
    "started_at" TIMESTAMPTZ NOT NULL,
    "finished_at" TIMESTAMPTZ,
    "outcome" VARCHAR(12) NOT NULL,
    "problem" TEXT,
    "sessions" INT NOT NULL,
    "passed_over" INT NOT NULL,
    "differences" INT NOT NULL,
    "repaired" INT NOT NULL,
    "ledger" JSONB NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_reconciliat_started_beed93" ON "reconciliation" ("started_at", "id");
        CREATE TABLE IF NOT EXISTS "reconciliation_difference" (
    "id" BIGSERIAL NOT NULL PRIMARY KEY,
    "run_id" VARCHAR(32) NOT NULL,
    "kind" VARCHAR(16) NOT NULL,
    "session_id" VARCHAR(255),
    "payment_id" VARCHAR(32),
    "before" VARCHAR(120) NOT NULL,
    "after" VARCHAR(120) NOT NULL,
    "repaired" BOOL NOT NULL
);
CREATE INDEX IF NOT EXISTS "idx_reconciliat_run_id_aabd42" ON "reconciliation_difference" ("run_id", "id");"""


async def downgrade(db: BaseDBAsyncClient) -> str:
    return """
        DROP TABLE IF EXISTS "reconciliation_difference";
        DROP TABLE IF EXISTS "reconciliation";"""


MODELS_STATE = (
    "eJztXW1v2zYQ/iuGP3VAVsQvedkwDEjarM3WJEXjrUWDQqAl2iYikSpF5QVd/vtIWZYpSl"
    "RFV1ZkTd9s8h5Leo463h2P9Le+TwI2pzB4ee5AzycMYvvxL/jY/7X3rY+BB/kHrcxerw98"
    "X5YQTQxM3QiG1tLWbSw+DRgFNuPdM+AGkDc5MLAp8hkimLfi0HVFI7G5IMLzdVOI0dcQWo"
    "zMIVtAyjtuvvBmhB34wC8cf/VvrRmCrpO6//jiUYfFHv2o8dUC0D8iUXG9qWUTN/SwJO4/"
    "sgXBiTy/H9E6hxhSwKAjPYK4w/ihV03Lu+UNjIYwuU1n3eDAGQhdJj3y1Fq39S3r8mpiXZ"
    "9NLKtvQJJNsCAYYRZEDHjgwXIhnrMF/zo8OHhaXmjNxFJMXPGfkw+v3p58eMGlfhKXJFxP"
    "Sz1exl3DZd9T9COAgeXPRNSvuaaQP3fArAUIFiakq7hq2F81rOlfD7va+T8cl6D/cKxlX3"
    "QJ8qUXEzx6EDMLOSZUp1EtJHo0LEH0aKglWnSlibYpFGRYgGWJfs17GPJgPtlppEK2E0Nf"
    "rj5UQ32dJqaA6cn5xdn15OTivfh5Lwi+uhFdJ5Mz0TOMWh+V1heHilaSH+l9PJ+87Ymvvc"
    "9Xl2cRm6tZR5abfO6LewIhIxYm9xZwZCJXzaumJzFpzG4lUyYapsC+vQfUsTI9ZEh0stku"
    "b+ipLQCDeaQjweaT9Awv3y/fyvyJd9X5nRnXl8S2OdPeLIe1+KG91BDncjd9FPCnxsDN60"
    "u/DtwCfdHO2mZGrUpj1qA5uypTpp+wAxgE/BYN55A0aiPaY1KbyHqFnpI0njEzn6tToEpo"
    "ft7pogaefYpsaOoSSZgWOkRb4flrCDBDLCe0Oscsn2YZotCMltPWrtE8Fzfx83AwPhofjw"
    "7Hx1wkutGk5aiA+PPLicIp8EjIX3cPYUKzvJ6iuZZaFdkmen8ZDkejo+H+6PD4YHx0dHC8"
    "n/Cc7Soi/PT8jeA8NcazSrBDSkXSwsSAyJgWGpBRGS9E74SopsMjDjRhdyXfQmYHZRy8gd"
    "7BG2RiVRfdwXyCTwlxIcD5HMswhecpx+0g0UWG4OrqXSoqPT1XzMLl3xenZ5z5iHguhJjO"
    "WrhIeGgUzqCwAKaehwa+JVfvOX2Q/f0yPsj+vt4HEX05eZk4DC3NuISpz6DEl+V01WNWyp"
    "A90HM9yFANGIOen5P/0rska0R93shgRzw9H1D+iUEaZBn98/rqUpe6lVFqNhHZrPdvz0XB"
    "Lvp6BewJPlLWejVOX1ycfFKH8Kt3V6dqclD8wKmiAG5xw2CZpCq/RpFA2mefx2UsxlhvMc"
    "YZi9EtBdW4FER8iC3DhU4Z07YUXvUMhzTHWEzgg2b2i8XbYCiK1njOPk2KTXOyxPPu6vLN"
    "Sly112mm4YOPuOXeYLUtjaxgtW2HNLELq22ylmfAZkbOTwLo/J4f8HsCBliYw3vBWk+CaO"
    "FMPCwXlRYEpZl1Hmn50yD/IsNqzL8kLTubgAGYeMBF0GhMp0A1ZgFqiv5LjepBwbAeZMf1"
    "HY86c1Mt2gSAhOgSAOqwpfAOGfIpQzpCM4nYnarRaoqPsXNuY+g7G6o5jezU3Gg1g+B2Iy"
    "XLuC7+a5qGG1Nt+QFyZm3kIhCrIKfoUpHZK669pFnp7ZZg8rCMdqWUTSql5Hczn8Ocwh09"
    "1xKkhcF19cUNwCF5a5CFkXWC6coaykfV9/zpuD2PjIzpHKxiO1ercRNxjqohzpklSik6Rn"
    "ZqbrSa0/6CiZrTyE7NjVbzDGEULDbSswLtwqcm65mEzCaeURmtBKkx5U1DjOure6vc4/Qp"
    "4U/vZXnWL/1LkG7533z5P95blrOeo82My5D6MuP72xrSldcaBgG36uQuLzbVcqqgOlpVWh"
    "00i4u2TYaqgupozS6M+QBRmBOMFCyMrSEdoSqhLnRys1L6Sps1ov5Sm/5vsxDbgrPeNEQu"
    "Qzh4Ka73+7YciDoKcBqa936d2KJ+iQy4JL1nkgu3nDRwu2lx7m7Ge2iMU+JF+ytzk+I5xi"
    "X23ZqbE69xS2XBKUGh6YEDa0QL8+TVH1hzi/KyeQVnXqHcHF4byB0clgkJ1VBeCgkPVXIb"
    "c2RGo3jezmEOz3XCVaOprt5eTOGMUKNk0hrRRpuxjQJKMGNmi8MJoGO4HMP60LFwgbggfO"
    "zWiJU14sZEMtfRrgT+8uC5JnpJSewVRyzLPQ6WvRauNEq5UaakVWX0FyV86cKVRoYr3Tmb"
    "NbkhO7LHYPsDvrLk34wSzzLf86XA2udCV7/vi5ENeE6BWmgiqqfZBmFgFKgkgBbSOyp1qM"
    "6o4FCdUfZQnQ2K7rvCoOYXjPhi+xjhTq7peRwZYAtfpOqPizBluSP3O+Q2JvL8CKcLQm7P"
    "7rTHdack9oojz/ulrAXv6jm5W7gbkSnG8IFZjD5GZ3N3W0ee/Z8zIrpMXMdYvoUGY1DKrR"
    "kUuDUDzVmB3f7gtrs5FNoQ3W2kZwXa/VlHk/XcHXNb636wKXFyzpbT10Cv5FsxO9VeAb3y"
    "0UrXFqwAraB720fZNrioYPe3R3d/eFJ3jQy/AaMK9ES+O0NIneXkmNjQeVSg3ea5JjuPkN"
    "K8P1jRuzMJoA0rYXW4M43J1p1AiuxFPzdPF/ftFWfowFrqWf6+Nm8C/b8UfvygZddn27SV"
    "BnrXRF9q0AY3eyuuiXitDBiOxVvI7nYymiRylrMM63d2SZDuFOVd2sT19B+7Evt5"
)
