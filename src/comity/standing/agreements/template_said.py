"""Templates and clauses as they are shown in one language, on the terminal and by the API. Pure."""

from msgspec import Struct

from comity.standing.agreements.template_parts import ClauseText, Template, Templates, one_line


class ClauseSaid(Struct, frozen=True, kw_only=True):
    """A clause of the catalogue. `text` has its fields in braces; `enforced`: the kinds of clause the gate gets of it.

    `take` is `required`, `on` (unless left out) or `off` (when asked for) within a template, None without one.
    """

    clause: str
    title: str
    summary: str
    text: str
    protective: bool
    contested: bool
    sources: tuple[str, ...]
    rests_on: tuple[str, ...]
    enforced: tuple[str, ...]
    provisions: tuple[str, ...]
    templates: tuple[str, ...]
    take: str | None = None

    @property
    def marks(self) -> str:
        """What is to be known of the clause, in words."""
        marks = {"protective": self.protective, "contested": self.contested, "enforced": bool(self.enforced)}
        return ", ".join(name for name, is_so in marks.items() if is_so)


class FieldSaid(Struct, frozen=True, kw_only=True):
    """Something to fill in; a number lies from `least` to `most`. Without `default` it must be given."""

    name: str
    type: str
    label: str
    help: str
    unit: str | None
    least: int | None
    most: int | None
    default: int | str | None


class PlaceSaid(Struct, frozen=True, kw_only=True):
    """A place for parties: how many it takes, the role they have, and which side they are on."""

    name: str
    label: str
    role: str
    side: str
    least: int
    most: int


class TemplateSaid(Struct, frozen=True, kw_only=True):
    """A template. `first`, `second`: what its text calls the two sides; `reviews`: what may come before signature."""

    code: str
    title: str
    about: str
    kind: str
    first: str
    second: str
    reviews: tuple[str, ...]
    sources: tuple[str, ...]
    rests_on: tuple[str, ...]
    parties: tuple[PlaceSaid, ...]
    clauses: tuple[ClauseSaid, ...]
    fields: tuple[FieldSaid, ...]


def template_said(template: Template, *, templates: Templates, language: str) -> TemplateSaid:
    """Return a template as it is shown."""
    return TemplateSaid(
        code=template.code,
        title=template.title.said(language),
        about=template.about.said(language),
        kind=template.kind.value,
        first=template.sides.first,
        second=template.sides.second,
        reviews=template.reviews,
        sources=template.sources,
        rests_on=tuple(templates.sources[key] for key in template.sources),
        parties=tuple(
            PlaceSaid(
                name=one.name,
                label=one.label.said(language),
                role=one.role.value,
                side=one.side,
                least=one.least,
                most=one.most,
            )
            for one in template.parties
        ),
        clauses=tuple(
            _clause(one.id, templates.clauses[one.id], templates, language, take=one.take, template=template)
            for one in template.clauses
        ),
        fields=tuple(_field(name, template, templates, language) for name in templates.fields_of(template)),
    )


def clauses_said(*, templates: Templates, language: str) -> tuple[ClauseSaid, ...]:
    """Return the catalogue as it is shown."""
    return tuple(_clause(code, one, templates, language) for code, one in templates.clauses.items())


def _clause(
    code: str,
    clause: ClauseText,
    templates: Templates,
    language: str,
    *,
    take: str | None = None,
    template: Template | None = None,
) -> ClauseSaid:
    proposed = template.proposals(code) if template is not None else ()
    return ClauseSaid(
        clause=code,
        title=clause.title.said(language),
        summary=clause.summary.said(language),
        text=one_line(clause.text),
        protective=clause.protective,
        contested=clause.contested,
        sources=clause.sources,
        rests_on=tuple(templates.sources[key] for key in clause.sources),
        enforced=tuple(term["kind"] for term in (*clause.terms, *proposed)),
        provisions=tuple(one.term for one in clause.provisions),
        templates=tuple(
            name for name, one in templates.templates.items() if any(taken.id == code for taken in one.clauses)
        ),
        take=take,
    )


def _field(name: str, template: Template, templates: Templates, language: str) -> FieldSaid:
    field = templates.fields[name]
    number = field.number
    return FieldSaid(
        name=name,
        type=field.type,
        label=field.label.said(language),
        help=field.help.said(language),
        unit=number.unit if number else None,
        least=number.least if number else None,
        most=number.most if number else None,
        default=templates.default_of(template, name),
    )
