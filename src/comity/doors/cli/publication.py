"""`comity public …` and `comity agreement publish`: what the public may know, and making a text part of it."""

import tomllib
from collections.abc import Mapping, Sequence
from typing import Annotated, Final

import msgspec

from comity.accountability.publication.commands import Passage, preview_text, publish_text
from comity.accountability.publication.commands.text import (
    FIRST_PARAGRAPH,
    LONGEST_AUTHORITY,
    LONGEST_WORDS,
    MOST_WITHHELD,
    UnknownDigestError,
)
from comity.accountability.publication.facts import (
    AgreementShown,
    ChangeShown,
    VersionShown,
    change_of,
    content_of,
    digest_of,
)
from comity.accountability.publication.selectors import (
    get_published,
    get_published_version,
    list_public_texts,
    list_published,
    list_published_changes,
)
from comity.accountability.publication.summary import load_texts
from comity.accountability.publication.withholding import paragraphs_of
from comity.doors.cli.acting import acting_as
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import day, moment, note, say, say_facts, say_json, say_table
from comity.spine.tenancy.actor import Duty
from comity.spine.tenancy.transaction import reading, reading_published
from comity.standing.agreements.selectors import get_agreement_by_code

OPTION: Final = "--withhold"


class PassageLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One `[[withhold]]` of the file."""

    paragraph: Annotated[int, msgspec.Meta(ge=FIRST_PARAGRAPH)]
    authority: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_AUTHORITY)]
    words: Annotated[str, msgspec.Meta(max_length=LONGEST_WORDS)] = ""


class WithholdFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What stays back of a text."""

    withhold: Annotated[tuple[PassageLine, ...], msgspec.Meta(max_length=MOST_WITHHELD)] = ()


def show_all(node: Node, *, language: str, form: str) -> None:
    """Print every published agreement; as JSON each with everything that is public of its newest version."""
    if form == "json":
        with reading_published():
            whole = [(one, get_published_version(one.code, one.number)) for one in list_published()]
        for agreement, version in whole:
            say_json(_whole(node, agreement, version))
        return
    with reading_published():
        found, with_text = list_published(), list_public_texts()
    if not found:
        say(load_texts(language)["head.none"])
        return
    texts = load_texts(language)
    say_table(
        [texts[f"head.{name}"] for name in ("code", "title", "parties", "state", "from", "until", "text")],
        [
            (
                one.code,
                one.title,
                ", ".join(party.code for party in one.parties),
                texts[f"standing.{one.standing(node.now())}"],
                day(one.starts_at.date()),
                day(until.date()) if (until := one.stands_until()) else "",
                texts["yes"] if (one.code, one.number) in with_text else texts["no"],
            )
            for one in found
        ],
    )


def show_one(node: Node, *, code: str, number: int | None, parts: set[str], language: str, form: str) -> None:
    """Print what is public of an agreement: state, summary; its text and what the public was told, where asked for."""
    with reading_published():
        agreement = get_published(code)
        version = get_published_version(code, number or agreement.number)
        changes = list_published_changes(code)
    if form == "json":
        say_json({**_whole(node, agreement, version), "changes": [change_of(one) for one in changes]})
        return
    texts = load_texts(language)
    say_facts(
        {
            texts[f"head.{name}"]: value
            for name, value in (
                ("agreement", f"{agreement.title} ({agreement.code})"),
                ("kind", texts[f"kind.{agreement.kind}"]),
                ("parties", "; ".join(f"{party.name} ({party.code})" for party in agreement.parties)),
                ("state", texts[f"standing.{agreement.standing(node.now())}"]),
                ("version", f"{version.number}, {texts['head.in_force_since']} {moment(version.in_force_at)}"),
                ("from", day(agreement.starts_at.date())),
                ("until", moment(agreement.stands_until())),
                ("replaced_by", agreement.successor),
                ("digest", digest_of(agreement, version)),
            )
        }
    )
    say("", *(f"  {sentence}" for sentence in version.summary[language]))
    if "history" in parts:
        say("")
        heads = [texts[f"head.{name}"] for name in ("happened", "what", "version", "told", "entry")]
        say_table(heads, [_told(one, texts) for one in changes])
    if "text" in parts:
        say("", version.text or texts["head.no_text"])


def publish(node: Node, *, code: str, digest: str, withhold: bytes | None, mode: str, acting: str, form: str) -> None:
    """Make the text of the version with this digest public, or print what would be, its paragraphs numbered."""
    by, passages = acting_as(acting, duty=Duty.AGENCY), _passages(withhold)
    with reading(by):
        agreement_id = get_agreement_by_code(code).id
    try:
        if mode == "preview":
            with reading(by):
                text = preview_text(agreement_id=agreement_id, digest=digest, withhold=passages, by=by)
            _preview(text)
            return
        text = publish_text(agreement_id=agreement_id, digest=digest, withhold=passages, by=by, now=node.now())
    except UnknownDigestError as error:
        raise MistakeError("--digest", str(error), f"see `comity agreement show {code}`") from None
    if form == "json":
        say_json({"code": code, "digest": digest, "withheld": len(passages), "characters": len(text)})
        return
    say(f"the text of `{code}` is public, {len(passages)} passages withheld by you")
    note(f"→ read it as everybody does: `comity public show {code} --text`")


def _preview(text: str) -> None:
    for number, paragraph in enumerate(paragraphs_of(text), 1):
        say(f"[{number}] {paragraph}")
    note("nothing is public by this; leave out `--preview` to publish it")


def _passages(content: bytes | None) -> Sequence[Passage]:
    if content is None:
        return ()
    try:
        found = msgspec.convert(tomllib.loads(content.decode("utf-8")), WithholdFile)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError, msgspec.ValidationError) as error:
        remedy = "write `[[withhold]]` tables with `paragraph`, `authority` and, for less than all of it, `words`"
        raise MistakeError(OPTION, f"cannot be read: {error}", remedy) from None
    return [Passage(one.paragraph, one.words, one.authority) for one in found.withhold]


def _whole(node: Node, agreement: AgreementShown, version: VersionShown) -> dict[str, object]:
    return {
        "standing": agreement.standing(node.now()),
        "digest": digest_of(agreement, version),
        "text_at": version.text_at,
        "content": content_of(agreement, version),
    }


def _told(one: ChangeShown, texts: Mapping[str, str]) -> tuple[object, ...]:
    what = texts[f"change.{one.change.value}"]
    until = f" ({moment(one.effective_at)})" if one.effective_at else ""
    return moment(one.happened_at), what + until, one.number, moment(one.at), one.entry_id
