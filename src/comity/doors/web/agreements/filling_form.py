"""The form of a template: who is at each place, which clauses, what is filled in; help beside each."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.kernel.time import Period
from comity.standing.agreements.filling import LONGEST, FillingError
from comity.standing.agreements.template_parts import Field, PartyPlace, Template, Templates
from comity.standing.agreements.writing import as_usual, filled_in, usual_choice, write_from_template

_CLOCK: Final = "%Y-%m-%dT%H:%M"
_UNITS: Final[dict[str, Promise]] = {
    "minutes": _("minutes"),
    "hours": _("hours"),
    "days": _("days"),
    "months": _("months"),
    "years": _("years"),
    "percent": _("percent"),
    "count": _("a number"),
}


class TemplateForm(forms.Form):
    """A template to be filled in."""

    agreement = forms.RegexField(
        r"^[a-z][a-z0-9-]{1,62}$", label=_("Code"), max_length=63,
        help_text=_("How it is named everywhere: small letters, digits, hyphens, such as az-sharing-2027."),
        error_messages={"invalid": _("Use small letters, digits and hyphens, a letter first.")},
    )  # fmt: skip
    title = forms.CharField(label=_("Title"), max_length=300)
    starts_at = forms.DateTimeField(
        label=_("In force from"), input_formats=[_CLOCK, f"{_CLOCK}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_CLOCK),
    )  # fmt: skip
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, input_formats=[_CLOCK, f"{_CLOCK}:%S"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_CLOCK),
        help_text=_("Left empty, it stays in force until it is ended."),
    )  # fmt: skip

    def __init__(self, template: Template, templates: Templates, language: str, data: QueryDict | None = None) -> None:
        super().__init__(data, initial={"title": template.title.said(language)})
        self._template, self._templates = template, templates
        for place in template.parties:
            self.fields[f"party-{place.name}"] = _place(place, language)
        self._add_clauses(language)
        for name, field in templates.fields_of(template).items():
            self.fields[f"field-{name}"] = _field(field, templates.default_of(template, name), language)

    def begin(self, typed: Mapping[str, str], *, own: str, role: str) -> None:
        """Begin with what was typed before; else with the agency `own` at the first place of its role."""
        if typed:
            self.initial.update({name: typed.get(name, "") for name in self.fields})
            return
        first = next((place.name for place in self._template.parties if place.role.value == role), "")
        self.initial[f"party-{first}"] = own

    def _add_clauses(self, language: str) -> None:
        usual, said = (
            usual_choice(self._template),
            as_usual(self._template, templates=self._templates, language=language),
        )
        for one in self._template.clauses:
            if one.take != "required":
                clause = self._templates.clauses[one.id]
                self.fields[f"clause-{one.id}"] = forms.BooleanField(
                    label=clause.title.said(language), required=False, initial=one.id in usual,
                    help_text=filled_in(clause.summary.said(language), values=said),
                )  # fmt: skip

    def of(self, part: str) -> Iterator[forms.BoundField]:
        """Yield the fields of one part: `party`, `clause`, `field`."""
        return (self[name] for name in self.fields if name.startswith(f"{part}-"))

    @property
    def head(self) -> list[forms.BoundField]:
        """The fields every agreement has."""
        return [self[name] for name in ("agreement", "title", "starts_at", "ends_at")]

    @property
    def places(self) -> list[forms.BoundField]:
        """Who is at each place."""
        return list(self.of("party"))

    @property
    def choices(self) -> list[forms.BoundField]:
        """The clauses that may be left out."""
        return list(self.of("clause"))

    @property
    def blanks(self) -> list[forms.BoundField]:
        """What is to be filled in: nothing stands there yet, or what stands there does not fit."""
        return [one for one in self.of("field") if one.errors or one.field.initial in {None, ""}]

    @property
    def usual(self) -> list[forms.BoundField]:
        """What has a usual value, to be changed where the parties agreed on another."""
        known = {one.name for one in self.blanks}
        return [one for one in self.of("field") if one.name not in known]

    def put(self, error: FillingError) -> None:
        """Put what does not fit beside its field."""
        names = {"code": "agreement", "title": "title", "period": "ends_at"}
        name = names.get(error.part, f"{error.part}-{error.name}")
        said = f"{error.message}; {error.remedy}".replace("`", "")
        self.add_error(name if name in self.fields else None, said)


def file_of(template: Template, templates: Templates, form: TemplateForm) -> str:
    """Return the agreement's file written from what was given; raises `FillingError`."""
    given = form.cleaned_data
    chosen = {name.removeprefix("clause-") for name, value in given.items() if name.startswith("clause-") and value}
    taken = {one.id for one in template.clauses if one.take == "required" or one.id in chosen}
    wanted = templates.fields_of(template, taken)
    codes = {place.name: str(given[f"party-{place.name}"]).replace(",", " ").split() for place in template.parties}
    return write_from_template(
        template,
        templates=templates,
        code=given["agreement"],
        title=given["title"],
        parties={name: found for name, found in codes.items() if found},
        fields={name: given[f"field-{name}"] for name in wanted if given[f"field-{name}"] not in {"", None}},
        choose=chosen,
        period=_period(given["starts_at"], given["ends_at"]),
    )


def _period(starts_at: datetime, ends_at: datetime | None) -> Period:
    if ends_at is not None and ends_at <= starts_at:
        raise FillingError("period", "", str(_("the end is not after the start")), str(_("give a later end")))
    return Period(starts_at, ends_at)


def _place(place: PartyPlace, language: str) -> forms.Field:
    count = _("Optional.") if not place.least else ""
    many = _("Codes of agencies, as the directory has them; up to %(most)s.") % {"most": place.most}
    help_text = _("The code of one agency, as the directory has it.") if place.most == 1 else many
    return forms.CharField(
        label=_first_up(place.label.said(language)), required=place.least > 0, max_length=10_000,
        help_text=f"{help_text} {count}".strip(),
    )  # fmt: skip


def _field(field: Field, default: int | str | None, language: str) -> forms.Field:
    number, about, words = field.number, field.help.said(language), field.label.said(language)
    label = _first_up(words)
    if number is not None:
        bounds = {"least": number.least, "most": number.most, "unit": _UNITS.get(number.unit, number.unit)}
        told = _("%(least)s to %(most)s, in %(unit)s.") % bounds
        return forms.IntegerField(
            label=label, help_text=f"{about} {told}", initial=default, min_value=number.least,
            max_value=number.most, required=False,
        )  # fmt: skip
    if field.type == "date":
        widget = forms.DateInput(attrs={"type": "date"})
        return forms.CharField(label=label, help_text=about, initial=default, required=False, widget=widget)
    return forms.CharField(label=label, help_text=about, initial=default, required=False, max_length=LONGEST)


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]
