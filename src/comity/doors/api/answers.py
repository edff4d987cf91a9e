"""What a caller gets. Times are UTC with six digits, so that equal answers have equal length."""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Final
from uuid import UUID

import msgspec

from comity.coordination.exchange.ask import PENDING, STATUSES, Answered, AskResult, Conflict, Fault, Invalid
from comity.coordination.exchange.selectors import AskView
from comity.doors.api.forward import WayForward
from comity.doors.api.outcomes import ClassOutcome
from comity.doors.api.problems import FieldProblem, Problem, ProblemDetails, unprocessable
from comity.kernel.time import utc_text
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.packs import CLAUSE

LIVE: Final = "live"
"""The path of an ask that was made as one; what was told outside the gate is recorded on another."""

Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Status = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(STATUSES)})]


def moment(at: datetime | None) -> str | None:
    """Return a time as text."""
    return None if at is None else utc_text(at)


class Citation(msgspec.Struct, frozen=True):
    """The authority behind a rule and what it says, in plain words."""

    rule: str
    citation: str
    says: str


class AskAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An ask and what counts of it now. `classes` is null while pending and where the law hides existence.

    `ways_forward`: what would help, for each refused class of an ask made or read singly.
    `in_part`: something left, but not all that was asked for; null where `classes` is: the delivery shows what left.
    """

    id: UUID
    ask_id: str
    status: Status
    in_part: bool | None
    visible_at: Moment
    classes: dict[str, ClassOutcome] | None
    citations: tuple[Citation, ...] = ()
    ways_forward: tuple[WayForward, ...] = ()


class OwnAsk(AskAnswer, frozen=True, kw_only=True):
    """An ask as it was made, and what counts of it now; the reference stays in the vault.

    `ask_id` is empty where nobody asked: what the holder told by radio or telephone.
    """

    holder: str
    purpose: str
    category: str
    elements: tuple[str, ...]
    asked_at: Moment


class BulkLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one line, in the order sent: `answer` or `problem`, under the status it would have alone."""

    line: int
    status: int
    answer: AskAnswer | None = None
    problem: ProblemDetails | None = None


def ask_answer(answered: Answered) -> AskAnswer:
    """Return an answer, its authorities uncited."""
    classes = None if answered.classes is None else msgspec.convert(answered.classes, dict[str, ClassOutcome])
    return AskAnswer(
        id=answered.ask_id,
        ask_id=answered.ask_key,
        status=answered.status,
        in_part=answered.in_part,
        visible_at=utc_text(answered.visible_at),
        classes=classes,
    )


def own_ask(view: AskView, holder: str) -> OwnAsk:
    """Return an ask for its asker, its authorities uncited; `holder` is the holder's code."""
    answer = msgspec.structs.asdict(ask_answer(view.answered))
    is_asked = view.path == LIVE
    return OwnAsk(
        **answer | {"ask_id": view.answered.ask_key if is_asked else ""},
        holder=holder,
        purpose=view.purpose,
        category=view.category,
        elements=view.elements,
        asked_at=utc_text(view.asked_at),
    )


def cited(outcomes: Iterable[ClassOutcome], law: Law, language: str = "en") -> tuple[Citation, ...]:
    """Return the citation of every rule and clause the outcomes name, by rule."""
    names = sorted({name for outcome in outcomes for name in (*outcome.rules, *outcome.mandates)})
    rules = law.by_id()
    says = {name: rules[name].says if name in rules else CLAUSE for name in names}
    return tuple(
        Citation(name, cite(name, law), get_rule_text(says[name], language, texts=law.texts).says) for name in names
    )


def cite(name: str, law: Law) -> str:
    """Return the authority of a rule, or which clause of which agreement it is."""
    rule = law.by_id().get(name)
    if rule is not None:
        return rule.cite
    ref = parse_rule_id(name)
    return f"agreement {ref.code}, version {ref.number}, clause {ref.clause}" if ref else name


def status_of(answered: Answered) -> HTTPStatus:
    """Return the status an ask is answered with: created, accepted while pending, as before when repeated."""
    if answered.status == PENDING:
        return HTTPStatus.ACCEPTED
    return HTTPStatus.OK if answered.repeated else HTTPStatus.CREATED


def outcome_of(result: AskResult) -> Answered | Problem:
    """Return what was recorded, or the problem that kept it from being recorded."""
    match result:
        case Answered():
            return result
        case Invalid(faults=faults):
            return unprocessable(field_problems(faults))
        case Conflict(ask_key=key, ask_id=ask_id):
            error = FieldProblem("ask_id", f"`{key}` was used for another ask", "send this ask under a new `ask_id`")
            return Problem(
                HTTPStatus.UNPROCESSABLE_ENTITY,
                "ask-id-reused",
                "The ask_id was used before",
                f"the first ask stands, read it at `/api/v1/asks/{ask_id}`; nothing was recorded",
                (error,),
            )


def field_problems(faults: Iterable[Fault]) -> tuple[FieldProblem, ...]:
    """Return faults as they are told."""
    return tuple(FieldProblem(fault.field, fault.message, fault.remedy) for fault in faults)
