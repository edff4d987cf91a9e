"""What a caller gets. Times are UTC with six digits, so that equal answers have equal length."""

from collections.abc import Iterable
from datetime import datetime
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

import msgspec

from comity.coordination.exchange.ask import PENDING, STATUSES, Answered, AskResult, Conflict, Fault, Invalid
from comity.doors.api.problems import FieldProblem, Problem, ProblemDetails, unprocessable
from comity.kernel.time import utc_text
from comity.standing.agreements.compile import parse_rule_id
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import Law
from comity.standing.law.packs import CLAUSE

Moment = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Status = Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(STATUSES)})]


def moment(at: datetime | None) -> str | None:
    """Return a time as text."""
    return None if at is None else utc_text(at)


class ClassOutcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What becomes of the elements of one sensitivity class; `missing`: evidence to show and ask again."""

    outcome: str
    elements: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    approvers: tuple[str, ...] = ()
    mandates: tuple[str, ...] = ()
    reason: str = ""
    missing: tuple[str, ...] = ()
    unmet: tuple[str, ...] = ()


class Citation(msgspec.Struct, frozen=True):
    """The authority behind a rule and what it says, in plain words."""

    rule: str
    citation: str
    says: str


class AskAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An ask and what counts of it now. `classes` is null while pending and where the law hides existence."""

    id: UUID
    ask_id: str
    status: Status
    visible_at: Moment
    classes: dict[str, ClassOutcome] | None
    citations: tuple[Citation, ...] = ()


class BulkLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """The answer to one line, in the order sent: `answer` or `problem`, under the status it would have alone."""

    line: int
    status: int
    answer: AskAnswer | None = None
    problem: ProblemDetails | None = None


def ask_answer(answered: Answered, law: Law | None = None) -> AskAnswer:
    """Return an answer; with `law`, each rule it names is cited."""
    classes = None if answered.classes is None else msgspec.convert(answered.classes, dict[str, ClassOutcome])
    return AskAnswer(
        id=answered.ask_id,
        ask_id=answered.ask_key,
        status=answered.status,
        visible_at=utc_text(answered.visible_at),
        classes=classes,
        citations=() if law is None or classes is None else cited(classes.values(), law),
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
