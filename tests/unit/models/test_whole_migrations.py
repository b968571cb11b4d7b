"""A script cut into statements, so that a migration on SQLite can be one transaction."""

from gateway.models.whole_migrations import statements

_TRIGGER = """CREATE TRIGGER "t" BEFORE DELETE ON "a"
BEGIN
    SELECT RAISE(ABORT, 'no; never');
    SELECT 1;
END;"""


def test_statements_are_cut_where_sqlite_would_cut_them() -> None:
    assert list(statements('CREATE TABLE "a" ("b" INT);  DROP TABLE "c";\n')) == [
        'CREATE TABLE "a" ("b" INT);',
        'DROP TABLE "c";',
    ]


def test_a_trigger_is_one_statement_and_a_semicolon_in_a_text_cuts_nothing() -> None:
    script = f"""{_TRIGGER}\nINSERT INTO "a" VALUES ('x;y');"""
    assert list(statements(script)) == [_TRIGGER, """INSERT INTO "a" VALUES ('x;y');"""]


def test_the_last_statement_needs_no_semicolon_and_nothing_is_no_statement() -> None:
    assert list(statements("SELECT 1")) == ["SELECT 1;"]
    assert list(statements(" ;\n; ")) == []
