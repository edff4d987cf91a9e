import pytest
from django.db import connections

from comity.config.node import Role, SettingsError
from comity.host.definitions import note_definitions, require_same_definitions
from comity.host.prepare import migrate


def comment(node, text):
    with node.connect(Role.OWNER) as owner:
        owner.execute(f"COMMENT ON TABLE django_migrations IS {text}")


def test_a_database_is_accepted_by_the_definitions_that_made_it(node):
    note_definitions(connections["owner"])
    require_same_definitions(connections["owner"])
    migrate()
    with node.connect(Role.OWNER) as owner:
        assert owner.execute("SELECT count(*) FROM exchange_ask").fetchone() == (0,)


@pytest.mark.parametrize("noted", ["NULL", "'no json'", "'[]'", '\'{"exchange.0001_initial": "00"}\''])
def test_a_database_made_by_other_definitions_is_refused_and_told_what_changed(node, noted):
    comment(node, noted)
    with pytest.raises(SettingsError, match=r"another development version .*accounts\.0001_initial.* COMITY_HOME"):
        migrate()


def test_one_changed_migration_is_named(node):
    note_definitions(connections["owner"])
    with node.connect(Role.OWNER) as owner:
        [(text,)] = owner.execute("SELECT obj_description('django_migrations'::regclass, 'pg_class')").fetchall()
        changed = text.replace('"vault.0001_initial": "', '"vault.0001_initial": "0')
        owner.execute(f"COMMENT ON TABLE django_migrations IS '{changed}'")
    with pytest.raises(SettingsError, match=r"\(changed since: vault\.0001_initial\)"):
        require_same_definitions(connections["owner"])
