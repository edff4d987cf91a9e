from django.db import migrations

from comity.spine.tenancy.operations import ChangePolicy, Policy

COUNSEL = (
    "agency_id = comity_agency() AND comity_duty() = 'steward' AND EXISTS"
    " (SELECT FROM directory_agency a WHERE a.id = {table}.agency_id AND 'node_counsel' = ANY (a.powers))"
)
SIGNED = (
    " AND release_id IS NOT NULL AND key_id IS NOT NULL AND scheme IS NOT NULL AND signature IS NOT NULL"
    " AND digest IS NOT NULL"
)


def only_counsel(table: str, more: str = "") -> ChangePolicy:
    return ChangePolicy(table, number=1, policy=Policy("app", "INSERT", check=COUNSEL.format(table=table) + more))


class Migration(migrations.Migration):
    dependencies = [("law", "0007_what_a_replay_covers"), ("directory", "0005_node_counsel")]

    operations = [
        only_counsel("law_approval", SIGNED),
        only_counsel("law_release_approval"),
        only_counsel("law_setting"),
    ]
