"""Public lists become rows of the directory: streamed, safe to repeat, every line accounted for."""

import csv
from datetime import UTC, datetime

import psycopg
import pytest

from comity.config.node import Role
from comity.standing.directory.commands import NewAgency, NotYourAgencyError, register_agencies
from comity.standing.directory.importers import (
    AGENCIES_FILE,
    PARTICIPANTS_FILE,
    ListUnreadableError,
    import_agencies,
    import_participants,
)
from comity.standing.directory.rules import AGENCY_COLUMNS, PARTICIPANT_COLUMNS, Outcome
from comity.standing.directory.selectors import (
    count_agencies,
    get_agency_by_code,
    get_agency_by_ori,
    list_participations,
)
from comity.standing.directory.vocabulary import AgencyKind, Hosting, ParticipationModel

NOW = datetime(2026, 3, 2, 16, tzinfo=UTC)
NOGALES = ("AZ0120100", "Nogales", "AZ", "SANTA CRUZ", "City")
COCHISE = ("AZ0020000", "Cochise", "AZ", "COCHISE", "County")
FEDERAL = ("DCCG00100", "United States Coast Guard,", "FS", "NOT SPECIFIED", "Federal")
OREGON = ("OROSP0000", "State Police:", "OR", "NOT SPECIFIED", "State Police")
NEBRASKA = ("NB0010000", "Adams", "NB", "ADAMS", "County")


def write(path, columns, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
    return path


@pytest.fixture
def agencies(tmp_path):
    return write(tmp_path / "agencies.csv", AGENCY_COLUMNS, [NOGALES, COCHISE, FEDERAL, OREGON, NEBRASKA])


def participants(tmp_path, *rows):
    return write(tmp_path / "participants.csv", PARTICIPANT_COLUMNS, rows)


def counts(report):
    return {outcome.value: number for outcome, number in report.counts.items() if number}


def test_agencies_are_entered_once_and_matched_ever_after(steward, agencies):
    assert counts(import_agencies(by=steward, now=NOW, path=agencies)) == {"new": 5}
    assert counts(import_agencies(by=steward, now=NOW, path=agencies)) == {"matched": 5}
    assert count_agencies() == 5


def test_kind_and_state_follow_the_list_and_the_home_states(steward, agencies):
    import_agencies(by=steward, now=NOW, path=agencies)
    nogales, coast_guard = get_agency_by_ori("AZ0120100"), get_agency_by_ori("DCCG00100")
    assert (nogales.kind, nogales.state, nogales.hosting) == (AgencyKind.LOCAL, "AZ", Hosting.LISTED)
    assert nogales.limits == {"unverified"}
    assert (coast_guard.kind, coast_guard.state, coast_guard.name) == (
        AgencyKind.FEDERAL,
        "",
        "United States Coast Guard",
    )
    assert get_agency_by_ori("OROSP0000").kind is AgencyKind.NEIGHBORING_STATE
    assert get_agency_by_ori("NB0010000").state == "NE"


def test_an_agency_that_is_there_keeps_its_name_and_powers(steward, agencies):
    known = NewAgency(
        code="nogales-pd",
        name="Nogales Police Department",
        kind=AgencyKind.LOCAL,
        origin="test",
        ori="AZ0120100",
        state="AZ",
    )
    register_agencies(by=steward, now=NOW, agencies=[known])
    before = get_agency_by_code("nogales-pd")
    report = import_agencies(by=steward, now=NOW, path=agencies)
    assert counts(report) == {"new": 4, "matched": 1}
    assert get_agency_by_ori("AZ0120100") == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (("AZ1", "Nogales", "AZ", "SANTA CRUZ", "City"), "not an ORI"),
        (("", "Nogales", "AZ", "SANTA CRUZ", "City"), "not an ORI"),
        (("AZ0120100", " : ", "AZ", "SANTA CRUZ", "City"), "name is missing"),
        (("AZ0120100", "Nogales", "ZZ", "SANTA CRUZ", "City"), "unknown state `ZZ`"),
        (("AZ0120100", "Nogales", "AZ", "SANTA CRUZ", "Guild"), "unknown type of agency `Guild`"),
        (("AZ0120100", "Nogales", "FS", "SANTA CRUZ", "City"), "state `FS`"),
        (("AZ0120100", "Nog\x00ales", "AZ", "SANTA CRUZ", "City"), "NUL byte"),
        (("AZ0120100", "Nogales", "AZ", "SANTA CRUZ"), "4 fields where the heading has 5"),
        (("AZ0120100", "Nogales", "AZ", "SANTA CRUZ", "City", "more"), "6 fields where the heading has 5"),
    ],
)
def test_a_bad_line_is_refused_with_its_number_and_the_rest_is_entered(steward, tmp_path, row, reason):
    path = write(tmp_path / "agencies.csv", AGENCY_COLUMNS, [COCHISE, row, OREGON])
    report = import_agencies(by=steward, now=NOW, path=path)
    assert counts(report) == {"new": 2, "refused": 1}
    [finding] = report.of(Outcome.REFUSED)
    assert finding.line == 3
    assert reason in finding.reason


def test_an_ori_given_to_two_names_is_refused_the_second_time(steward, tmp_path):
    other = ("AZ0120100", "Rio Rico", "AZ", "SANTA CRUZ", "City")
    path = write(tmp_path / "agencies.csv", AGENCY_COLUMNS, [NOGALES, other, NOGALES])
    report = import_agencies(by=steward, now=NOW, path=path)
    assert counts(report) == {"new": 1, "refused": 1, "matched": 1}
    assert "`Nogales`" in report.of(Outcome.REFUSED)[0].reason


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no column `ori`"),
        (b"ori,name\nAZ0120100,Nogales\n", "no column `pub_agency_name`"),
        (b"ori,pub_agency_name,state_abbr,county_name,agency_type_name\nAZ0120100,Nogal\xe9s,AZ,X,City\n", "not UTF-8"),
        (
            b'ori,pub_agency_name,state_abbr,county_name,agency_type_name\nAZ0120100,"Nog"ales,AZ,X,City\n',
            "not CSV at line 2",
        ),
    ],
)
def test_a_file_that_is_no_such_list_is_refused_whole(steward, tmp_path, content, reason):
    path = tmp_path / "agencies.csv"
    path.write_bytes(content)
    with pytest.raises(ListUnreadableError, match=reason):
        import_agencies(by=steward, now=NOW, path=path)
    assert count_agencies() == 0


def test_a_fault_in_the_middle_leaves_the_directory_as_it_was(node, steward, tmp_path):
    good = [(f"AZ{number:07d}", f"Town {number}", "AZ", "PIMA", "City") for number in range(2_500)]
    path = write(tmp_path / "agencies.csv", AGENCY_COLUMNS, good)
    path.write_bytes(path.read_bytes() + b"AZ9999999,\xff,AZ,PIMA,City\n")
    with pytest.raises(ListUnreadableError):
        import_agencies(by=steward, now=NOW, path=path)
    assert count_agencies() == 0
    with node.connect(Role.VERIFIER) as verifier:
        assert verifier.execute("SELECT count(*) FROM directory_event").fetchone() == (0,)


def test_a_missing_file_is_named(steward, tmp_path):
    with pytest.raises(ListUnreadableError, match=r"absent\.csv"):
        import_agencies(by=steward, now=NOW, path=tmp_path / "absent.csv")


def test_only_the_steward_imports(offices, agencies):
    with pytest.raises(NotYourAgencyError):
        import_agencies(by=offices.nogales.actor, now=NOW, path=agencies)


def test_progress_is_told_and_the_import_recorded(node, steward, agencies):
    told: list[int] = []
    report = import_agencies(by=steward, now=NOW, path=agencies, progress=told.append)
    assert told == [5]
    with node.connect(Role.VERIFIER) as verifier:
        [(act, detail)] = verifier.execute("SELECT act, detail FROM directory_event").fetchall()
    assert act == "list.imported"
    assert detail["sha256"] == report.source.sha256
    assert detail["counts"] == {"new": 5, "matched": 0, "ambiguous": 0, "refused": 0}


def test_a_participant_is_matched_by_ori_else_by_name_county_and_state(steward, agencies, tmp_path):
    import_agencies(by=steward, now=NOW, path=agencies)
    path = participants(
        tmp_path,
        (
            "ARIZONA",
            "Cochise County",
            "cochise county sheriff",
            "AZ0020000",
            "Warrant Service Officer",
            "(001) Sheriff",
        ),
        ("ARIZONA", "Santa Cruz County", "nogales police", "NA", "Task Force Model", "NA"),
    )
    report = import_participants(by=steward, now=NOW, path=path)
    assert counts(report) == {"new": 2}
    assert counts(import_participants(by=steward, now=NOW, path=path)) == {"matched": 2}
    [listing] = list_participations([get_agency_by_ori("AZ0120100").id])
    assert listing.model is ParticipationModel.TASK_FORCE
    assert listing.words == "listed by ICE as of 2025-07-03"


@pytest.mark.parametrize(
    ("row", "outcome", "reason"),
    [
        (("ARIZONA", "NA", "nogales police", "NA", "Task Force Model", "NA"), "ambiguous", "no county stated"),
        (("ARIZONA", "Pima County", "nogales police", "", "Task Force Model", "NA"), "ambiguous", "AZ0120100"),
        (
            ("ARIZONA", "Santa Cruz County", "nogales police", "AZ9999999", "Task Force Model", "NA"),
            "ambiguous",
            "AZ9999999",
        ),
        (
            ("ARIZONA", "Santa Cruz County", "patagonia marshal", "AZ0120100", "Task Force Model", "NA"),
            "ambiguous",
            "another name",
        ),
        (
            ("UTAH", "Cache County", "nogales police", "AZ0120100", "Task Force Model", "NA"),
            "ambiguous",
            "agency in AZ",
        ),
        (("ARIZONA", "Pima County", "oro valley police", "-1", "Task Force Model", "NA"), "refused", "no ORI stated"),
        (("ARIZONA", "Pima County", "oro valley police", "AZ01", "Task Force Model", "NA"), "refused", "not an ORI"),
        (("SONORA", "NA", "nogales police", "NA", "Task Force Model", "NA"), "refused", "unknown state `SONORA`"),
        (("ARIZONA", "NA", "nogales police", "NA", "Dragnet", "NA"), "refused", "unknown model `Dragnet`"),
        (("ARIZONA", "NA", "", "NA", "Task Force Model", "NA"), "refused", "name is missing"),
    ],
)
def test_a_participant_nobody_can_name_is_listed_and_never_guessed(steward, agencies, tmp_path, row, outcome, reason):
    import_agencies(by=steward, now=NOW, path=agencies)
    report = import_participants(by=steward, now=NOW, path=participants(tmp_path, row))
    assert counts(report) == {outcome: 1}
    [finding] = report.findings
    assert finding.line == 2
    assert reason in finding.reason


def test_a_line_twice_in_the_list_is_one_participation(node, steward, agencies, tmp_path):
    import_agencies(by=steward, now=NOW, path=agencies)
    row = (
        "ARIZONA",
        "Cochise County",
        "cochise county sheriff",
        "AZ0020000",
        "Jail Enforcement Model",
        "(001) Sheriff",
    )
    assert counts(import_participants(by=steward, now=NOW, path=participants(tmp_path, row, row))) == {
        "new": 1,
        "matched": 1,
    }
    with node.connect(Role.VERIFIER) as verifier:
        assert verifier.execute("SELECT count(*) FROM directory_participation").fetchone() == (1,)


def test_the_application_cannot_take_a_listing_away(node, steward, agencies, tmp_path):
    with node.connect(Role.APP) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("DELETE FROM directory_participation")


@pytest.mark.real_data
def test_the_two_real_lists_are_taken_in_whole_and_again_without_change(steward, real_data):
    first = import_agencies(by=steward, now=NOW, path=real_data / AGENCIES_FILE)
    assert (first.read, counts(first)) == (18_330, {"new": 18_330})
    listed = import_participants(by=steward, now=NOW, path=real_data / PARTICIPANTS_FILE)
    assert listed.read == 753 == sum(listed.counts.values())
    assert listed.counts[Outcome.NEW] > 660
    assert len(listed.of(Outcome.REFUSED)) == listed.counts[Outcome.REFUSED]
    assert all(finding.reason for finding in listed.findings)
    assert counts(import_agencies(by=steward, now=NOW, path=real_data / AGENCIES_FILE)) == {"matched": 18_330}
    again = import_participants(by=steward, now=NOW, path=real_data / PARTICIPANTS_FILE)
    assert again.counts[Outcome.NEW] == 0
    assert again.counts[Outcome.MATCHED] == listed.counts[Outcome.NEW] + listed.counts[Outcome.MATCHED]
    assert again.of(Outcome.AMBIGUOUS) == listed.of(Outcome.AMBIGUOUS)
