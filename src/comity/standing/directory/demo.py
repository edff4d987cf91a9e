"""The demo organizations: read from `demo.toml`, entered through the ordinary commands, safe to run again.

An officer is `0001` of `az-dps`: a badge reference that holds a post, never a name.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from typing import Final, cast
from uuid import UUID

from comity.kernel.time import Period
from comity.spine.tenancy.actor import Actor
from comity.spine.tenancy.transaction import reading
from comity.standing.directory.commands import (
    Assignment,
    CommandPlace,
    Membership,
    NewAgency,
    NewContactPoint,
    NewOfficer,
    NewPost,
    NewTaskForce,
    NewUnit,
    add_contact_points,
    assign_holders,
    create_posts,
    create_units,
    form_task_forces,
    register_agencies,
    register_officers,
)
from comity.standing.directory.facts import AgencyFacts
from comity.standing.directory.selectors import (
    list_agencies_by_code,
    list_contact_values,
    list_officer_ids_by_reference,
    list_post_ids_by_code,
    list_posts_ever_held,
    list_task_force_codes,
    list_unit_codes,
)
from comity.standing.directory.vocabulary import (
    AgencyKind,
    CertificationStatus,
    CertifyingBody,
    ContactKind,
    Limit,
    PostFunction,
    Power,
    SwornStatus,
)

DEMO_SINCE: Final = datetime(2024, 1, 1, 7, tzinfo=UTC)
"""From when the demo's posts are held and its task forces stand: midnight in Arizona."""
_SWORN: Final = {PostFunction.AGENCY_HEAD, PostFunction.COMMANDER, PostFunction.LIAISON, PostFunction.TRAINING_OFFICER}


@dataclass(frozen=True, slots=True)
class DemoAgency:
    """One line of the demo file."""

    new: NewAgency
    parent: str
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoPost:
    """A post of the demo file; `powers`: given to agencies with any of these, to all when empty."""

    code: str
    title: str
    function: PostFunction
    powers: frozenset[str]


@dataclass(frozen=True, slots=True)
class DemoTaskForce:
    """A task force of the demo file, by codes."""

    code: str
    name: str
    lead: str
    area: str
    members: tuple[str, ...]
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """The whole demo file."""

    agencies: tuple[DemoAgency, ...]
    posts: tuple[DemoPost, ...]
    task_forces: tuple[DemoTaskForce, ...]


@dataclass(frozen=True, slots=True)
class DemoLoaded:
    """How many rows a run of `load_demo` added; zeros when everything was there."""

    agencies: int
    posts: int
    task_forces: int


def read_demo() -> Demo:
    """Return the demo file; raises `ValueError` or `KeyError` on a word outside the vocabularies."""
    text = files("comity.standing.directory").joinpath("demo.toml").read_text(encoding="utf-8")
    raw = tomllib.loads(text)
    power_sets = cast("dict[str, list[str]]", raw["power_sets"])
    return Demo(
        agencies=tuple(_read_agency(group, line, power_sets) for group in raw["group"] for line in group["agencies"]),
        posts=tuple(
            DemoPost(post["code"], post["title"], PostFunction(post["function"]), frozenset(post.get("powers", ())))
            for post in raw["post"]
        ),
        task_forces=tuple(
            DemoTaskForce(
                body["code"], body["name"], body["lead"], body["area"], tuple(body["members"]), tuple(body["command"])
            )
            for body in raw["task_force"]
        ),
    )


def load_demo(*, by: Actor, now: datetime) -> DemoLoaded:
    """Enter the demo organizations that are missing; `by` acts as the steward. Run again, it adds nothing.

    Each kind of row is one transaction of its command: a crash between two leaves a part that the next run completes.
    """
    demo = read_demo()
    added = _load_agencies(demo, by=by, now=now)
    with reading(by):
        agencies = list_agencies_by_code([line.new.code for line in demo.agencies])
    _load_offices(demo, agencies, by=by, now=now)
    posts = _load_posts(demo, agencies, by=by, now=now)
    _load_officers(demo, agencies, by=by, now=now)
    return DemoLoaded(added, posts, _load_task_forces(demo, agencies, by=by, now=now))


def posts_for(demo: Demo, powers: frozenset[str]) -> list[DemoPost]:
    """Return the posts an agency with these powers has, in the order of their badge references."""
    return [post for post in demo.posts if not post.powers or post.powers & powers]


def _read_agency(group: Mapping[str, object], line: Mapping[str, object], sets: Mapping[str, list[str]]) -> DemoAgency:
    limits = [*cast("Sequence[str]", group.get("limits", ())), *cast("Sequence[str]", line.get("limits", ()))]
    kind = AgencyKind(str(group["kind"]))
    if kind in {AgencyKind.STATE, AgencyKind.LOCAL}:
        limits.append(Limit.NO_TITLE_8)
    new = NewAgency(
        code=str(line["code"]),
        name=str(line["name"]),
        kind=kind,
        origin="demo",
        ori=str(line["ori"]) if "ori" in line else None,
        state=str(group["state"]),
        powers=tuple(Power(power) for power in sets[str(line["powers"])]),
        limits=tuple(Limit(limit) for limit in limits),
        counties=tuple(cast("Sequence[str]", line.get("counties", ()))),
        address=f"Headquarters, {line['city']}",
    )
    return DemoAgency(new, str(line.get("parent", "")), tuple(cast("Sequence[str]", line.get("units", ()))))


def _load_agencies(demo: Demo, *, by: Actor, now: datetime) -> int:
    with reading(by):
        known = {code: facts.id for code, facts in list_agencies_by_code([a.new.code for a in demo.agencies]).items()}
    before = len(known)
    for parents in (True, False):
        missing = [line for line in demo.agencies if line.new.code not in known and (line.parent == "") is parents]
        made = register_agencies(by=by, now=now, agencies=[_with_parent(line, known) for line in missing])
        known |= dict(zip((line.new.code for line in missing), made, strict=True))
    return len(known) - before


def _with_parent(line: DemoAgency, known: Mapping[str, UUID]) -> NewAgency:
    return replace(line.new, parent_id=known[line.parent]) if line.parent else line.new


def _load_offices(demo: Demo, agencies: Mapping[str, AgencyFacts], *, by: Actor, now: datetime) -> None:
    ids = [agency.id for agency in agencies.values()]
    with reading(by):
        units, reached = list_unit_codes(ids), list_contact_values(ids)
    new_units = [
        NewUnit(agencies[line.new.code].id, name.lower().replace(" ", "-"), name)
        for line in demo.agencies
        for name in line.units
    ]
    create_units(by=by, now=now, units=[new for new in new_units if (new.agency_id, new.code) not in units])
    contacts = [
        NewContactPoint(agency.id, kind, value)
        for agency in agencies.values()
        for kind, value in (
            (ContactKind.PHONE, "+1-602-555-0100"),
            (ContactKind.EMAIL, f"duty-desk@{agency.code}.example"),
        )
        if (agency.id, value) not in reached
    ]
    add_contact_points(by=by, now=now, contact_points=contacts)


def _load_posts(demo: Demo, agencies: Mapping[str, AgencyFacts], *, by: Actor, now: datetime) -> int:
    with reading(by):
        known = list_post_ids_by_code([agency.id for agency in agencies.values()])
    posts = [
        NewPost(agency.id, post.code, post.title, post.function)
        for agency in agencies.values()
        for post in posts_for(demo, agency.powers)
        if (agency.id, post.code) not in known
    ]
    return len(create_posts(by=by, now=now, posts=posts))


def _load_officers(demo: Demo, agencies: Mapping[str, AgencyFacts], *, by: Actor, now: datetime) -> None:
    ids = [agency.id for agency in agencies.values()]
    placed = [
        (agency, post, f"{number:04d}")
        for agency in agencies.values()
        for number, post in enumerate(posts_for(demo, agency.powers), start=1)
    ]
    with reading(by):
        known, posts = list_officer_ids_by_reference(ids), list_post_ids_by_code(ids)
        held = list_posts_ever_held(posts.values())
    new = [(agency, post, badge) for agency, post, badge in placed if (agency.id, badge) not in known]
    made = register_officers(by=by, now=now, officers=[_officer(agency, post, badge) for agency, post, badge in new])
    known |= {(agency.id, badge): officer for (agency, _, badge), officer in zip(new, made, strict=True)}
    assignments = [
        Assignment(posts[agency.id, post.code], known[agency.id, badge], Period(DEMO_SINCE))
        for agency, post, badge in placed
        if posts[agency.id, post.code] not in held
    ]
    assign_holders(by=by, now=now, assignments=assignments)


def _officer(agency: AgencyFacts, post: DemoPost, reference: str) -> NewOfficer:
    if post.function not in _SWORN or Power.LAW_ENFORCEMENT not in agency.powers:
        return NewOfficer(agency.id, reference, SwornStatus.CIVILIAN)
    body = _certifying(agency)
    return NewOfficer(agency.id, reference, SwornStatus.SWORN, Period(DEMO_SINCE), body, CertificationStatus.ACTIVE)


def _certifying(agency: AgencyFacts) -> CertifyingBody:
    by_state = {"AZ": CertifyingBody.AZPOST, "UT": CertifyingBody.UT_POST}
    by_kind = {AgencyKind.FEDERAL: CertifyingBody.FEDERAL, AgencyKind.TRIBAL: CertifyingBody.TRIBAL}
    return by_kind.get(agency.kind) or by_state.get(agency.state, CertifyingBody.OTHER_STATE)


def _load_task_forces(demo: Demo, agencies: Mapping[str, AgencyFacts], *, by: Actor, now: datetime) -> int:
    with reading(by):
        known = set(list_task_force_codes())
        posts = list_post_ids_by_code([agency.id for agency in agencies.values()])
    new = [
        NewTaskForce(
            code=body.code,
            name=body.name,
            lead_agency_id=agencies[body.lead].id,
            period=Period(DEMO_SINCE),
            area=body.area,
            members=tuple(Membership(agencies[code].id, posts[agencies[code].id, "liaison"]) for code in body.members),
            command=tuple(
                CommandPlace(posts[agencies[place.split("/")[0]].id, place.split("/")[1]], order)
                for order, place in enumerate(body.command, start=1)
            ),
            contacts=((ContactKind.PHONE, "+1-602-555-0199"), (ContactKind.EMAIL, f"watch@{body.code}.example")),
        )
        for body in demo.task_forces
        if body.code not in known
    ]
    return len(form_task_forces(by=by, now=now, task_forces=new))
