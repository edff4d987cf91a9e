"""`comity law`: what the gate goes by, in plain words, and how another release of it comes into force."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from comity.doors.cli.acting import STEWARD
from comity.doors.cli.law_release_chosen import approvals_of, release_json
from comity.doors.cli.mistakes import MistakeError
from comity.doors.cli.node import Node
from comity.doors.cli.say import day, moment, say, say_facts, say_json, say_table
from comity.spine.policy.rules import Rule
from comity.spine.tenancy.transaction import reading
from comity.standing.law.approvals import list_releases, list_rule_approvals
from comity.standing.law.catalogue import Catalogue, Word, load_catalogue
from comity.standing.law.explain import get_rule_text
from comity.standing.law.facts import ApprovalFacts, Law, ReleaseState
from comity.standing.law.selectors import get_current_law, list_authorities, list_in_force

KINDS: Final = {
    "permit": "permits",
    "forbid": "forbids",
    "mandate": "must share",
    "require": "asks for a task",
    "warn": "warns",
}


def show_law(node: Node, *, form: str) -> None:
    """Print which release is the law now and every release there is."""
    now = node.now()
    with reading(STEWARD):
        releases = list_releases(now)
        scheduled = [one for one in list_in_force() if one.effective_at > now]
    if form == "json":
        for one in releases:
            say_json(release_json(one))
        return
    current = next((one for one in releases if one.state is ReleaseState.CURRENT), None)
    if current is None:
        say("no law is in force: nothing may be decided", style="red")
        say("→ `comity law load`, `comity law approve --as AGENCY/counsel --all`, `comity law put-in-force`")
    else:
        with reading(STEWARD):
            law = get_current_law(now)
        say_facts(
            {
                "in force": f"release {current.id}, since {moment(current.effective_at)}",
                "digest": law.digest,
                "rules": f"{len(law.rules)}, {len(law.rules_on(now.date()))} of them dated to apply today",
                "approved": approvals_of(current),
            }
        )
    if releases:
        say("")
        rows = [
            (one.id, one.state.value, moment(one.loaded_at), moment(one.effective_at), approvals_of(one))
            for one in releases
        ]
        say_table(("release", "state", "loaded", "in force since", "approved by counsel"), rows)
    for one in releases:
        if one.takes_out and one.state in {ReleaseState.DRAFT, ReleaseState.APPROVED}:
            say("", f"release {one.id} leaves out, of the law in force: {', '.join(one.takes_out)}", style="yellow")
    for coming in sorted(scheduled, key=lambda one: one.effective_at):
        say("", f"→ release {coming.release_id} is the law from {moment(coming.effective_at)} on")


def show_rule(node: Node, *, rule_id: str, language: str, form: str) -> None:
    """Print one rule of the law in force: words, authority, what it asks for, and the text that runs."""
    with reading(STEWARD):
        law = get_current_law(node.now())
        approval = list_rule_approvals(law).get(rule_id)
    rule = law.by_id().get(rule_id)
    if rule is None:
        raise MistakeError("RULE", f"the law in force has no rule `{rule_id}`", "`comity law rules` lists them")
    if form == "json":
        say_json(_rule_json(rule, law, language, approval) | {"text": rule.text})
        return
    words, catalogue = get_rule_text(rule.says, language, texts=law.texts), load_catalogue()
    authorities = law.authorities
    say(f"{rule.id}: {KINDS[rule.kind.value]}", style="bold")
    say(words.says, f"→ {words.forward}", "")
    say_facts(
        {
            "authority": rule.cite,
            "source": "; ".join(
                f"{code}: {authorities[code].effect}" if code in authorities else code for code in rule.source.split()
            ),
            "jurisdiction": rule.jurisdiction,
            "applies": f"from {day(rule.starts_on) or 'always'}" + (f" to {day(rule.ends_on)}" if rule.ends_on else ""),
            "classes": _labels(sorted(rule.classes or ()), catalogue.classes, language) or "every class",
            "satisfied by": _needs(rule, catalogue, language),
            "obliges to": ", ".join(_obligation(one, catalogue, language) for one in rule.obligations),
            "approval": _approval(approval),
        }
    )
    say("", rule.text)


def _approval(approval: ApprovalFacts | None) -> str:
    if approval is None:
        return "none"
    key = f", by key {approval.key_id}" if approval.key_id else ""
    return f"{approval.words}, {moment(approval.at)}{key}"


def list_rules(node: Node, *, kind: str | None, jurisdiction: str | None, language: str, form: str) -> None:
    """Print the rules of the law in force, by id."""
    with reading(STEWARD):
        law = get_current_law(node.now())
        approvals = list_rule_approvals(law)
    jurisdictions = sorted({rule.jurisdiction for rule in law.rules})
    if jurisdiction is not None and jurisdiction not in jurisdictions:
        remedy = f"use one of: {', '.join(jurisdictions)}"
        raise MistakeError("--jurisdiction", f"no pack `{jurisdiction}` in the law in force", remedy)
    rules = [
        rule
        for rule in law.rules
        if (kind is None or rule.kind == kind) and (jurisdiction is None or rule.jurisdiction == jurisdiction)
    ]
    if form == "json":
        for rule in rules:
            say_json(_rule_json(rule, law, language, approvals.get(rule.id)))
        return
    rows = [
        (
            rule.id,
            KINDS[rule.kind.value],
            rule.jurisdiction,
            rule.cite,
            approvals[rule.id].words if rule.id in approvals else "none",
            get_rule_text(rule.says, language, texts=law.texts).says,
        )
        for rule in rules
    ]
    say_table(("rule", "does", "where", "authority", "approval", "in plain words"), rows)


def _rule_json(rule: Rule, law: Law, language: str, approval: ApprovalFacts | None) -> dict[str, object]:
    words = get_rule_text(rule.says, language, texts=law.texts)
    return {
        "rule": rule.id,
        "kind": rule.kind.value,
        "jurisdiction": rule.jurisdiction,
        "citation": rule.cite,
        "source": rule.source.split(),
        "says": words.says,
        "forward": words.forward,
        "from": rule.starts_on,
        "to": rule.ends_on,
        "classes": sorted(rule.classes or ()),
        "needs": [list(group) for group in rule.needs],
        "obligations": rule.obligations,
        "approval": approval.words if approval else "none",
        "key": approval.key_id if approval else "",
    }


def _needs(rule: Rule, catalogue: Catalogue, language: str) -> str:
    groups = (" and ".join(_label(code, catalogue.evidence, language) for code in group) for group in rule.needs)
    return "; or ".join(groups)


def _obligation(text: str, catalogue: Catalogue, language: str) -> str:
    code, _, argument = text.partition(":")
    return _label(code, catalogue.obligations, language) + (f": {argument.replace('_', ' ')}" if argument else "")


def _label(code: str, words: Mapping[str, Word], language: str) -> str:
    return words[code].label(language) if code in words else code


def _labels(codes: Iterable[str], words: Mapping[str, Word], language: str) -> str:
    return ", ".join(_label(code, words, language) for code in codes)


def list_words(*, of: str, category: str | None, language: str, form: str) -> None:
    """Print one part of the catalogue: `elements`, `categories`, `purposes`, `marks` or `evidence`."""
    catalogue = load_catalogue()
    if category is not None and category not in catalogue.categories:
        remedy = f"use one of: {', '.join(sorted(catalogue.categories))}"
        raise MistakeError("--category", f"`{category}` is not a category", remedy)
    heads, rows = _WORDS[of](catalogue, language, category)
    if form == "json":
        for row in rows:
            say_json(dict(zip(heads, row, strict=True)))
        return
    say_table(heads, rows)


Rows = tuple[Sequence[str], Sequence[Sequence[str]]]


def _elements(catalogue: Catalogue, language: str, category: str | None) -> Rows:
    rows = [
        (item.code, item.label(language), catalogue.classes[item.sensitivity_class].label(language), item.niem)
        for item in catalogue.elements.values()
        if category is None or catalogue.may_ask(category, item.code)
    ]
    return ("element", "means", "class", "niem"), rows


def _categories(catalogue: Catalogue, language: str, category: str | None) -> Rows:
    rows = [
        (
            item.code,
            item.label(language),
            "may hide that a record exists" if item.may_hide else "",
            _labels(item.classes, catalogue.classes, language),
        )
        for item in catalogue.categories.values()
        if category in (None, item.code)
    ]
    return ("category", "means", "existence", "classes"), rows


def _purposes(catalogue: Catalogue, language: str, category: str | None) -> Rows:
    del category
    return ("purpose", "means"), [(item.code, item.label(language)) for item in catalogue.purposes.values()]


def _marks(catalogue: Catalogue, language: str, category: str | None) -> Rows:
    del category
    rows = [
        (item.code, item.label(language), "hides that the record exists" if item.hides else "")
        for item in catalogue.marks.values()
    ]
    return ("mark", "means", "existence"), rows


def _evidence(catalogue: Catalogue, language: str, category: str | None) -> Rows:
    del category
    who = {
        "asker": "the asker, with the ask",
        "holder": "the holder",
        "record": "the record",
        "system": "Comity itself",
        "setting": "counsel of the node, by a setting",
    }
    rows = [(item.code, item.label(language), who[item.source.value]) for item in catalogue.evidence.values()]
    return ("evidence", "means", "shown by"), rows


_WORDS: Final = {
    "elements": _elements,
    "categories": _categories,
    "purposes": _purposes,
    "marks": _marks,
    "evidence": _evidence,
}


def show_authorities(node: Node, *, tag: str | None, form: str) -> None:
    """Print what the rules in force rest on; with a tag, only what is about that."""
    with reading(STEWARD):
        every = list_authorities(node.now())
    found = [one for one in every if tag is None or tag in one.tags]
    known = sorted({one for authority in every for one in authority.tags})
    if tag is not None and tag not in known:
        remedy = f"use one of: {', '.join(known)}" if known else "no authority has a tag: leave it out"
        raise MistakeError("--tag", f"`{tag}` is no tag of an authority", remedy)
    if form == "json":
        for one in found:
            say_json(
                {
                    "code": one.code,
                    "citation": one.citation,
                    "effect": one.effect,
                    "from": one.starts_on,
                    "to": one.ends_on,
                    "mark": one.mark,
                    "confidence": one.confidence,
                    "tags": one.tags,
                }
            )
        return
    read = {"S": "text read", "K": "general knowledge, to be checked"}
    sure = {"H": "high", "M": "medium", "L": "low"}
    rows = [
        (
            one.code,
            one.citation,
            one.effect,
            day(one.starts_on),
            day(one.ends_on),
            read[one.mark],
            sure[one.confidence],
            ", ".join(one.tags),
        )
        for one in found
    ]
    heads = ("code", "citation", "effect, in our own words", "from", "to", "known from", "confidence", "about")
    say_table(heads, rows)
