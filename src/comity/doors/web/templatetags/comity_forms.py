"""How a form's control is written: USWDS classes, and the words that describe it bound to it."""

from django import template
from django.forms import BoundField, CheckboxInput, Select, Textarea
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def is_box(field: BoundField) -> bool:
    """Tell whether a field is a box to check, whose label stands behind it."""
    return isinstance(field.field.widget, CheckboxInput)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """Return the control of a field with its class, its help and its errors named to a screen reader."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        style = "usa-checkbox__input"
    elif isinstance(widget, Select):
        style = "usa-select"
    elif isinstance(widget, Textarea):
        style = "usa-textarea"
    else:
        style = "usa-input"
    if field.errors:
        style += " usa-input--error"
    described = [f"{field.id_for_label}_help"] if field.help_text else []
    described += [f"{field.id_for_label}_error{number}" for number, _ in enumerate(field.errors)]
    attributes: dict[str, str | bool] = {"class": style}
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    if widget.attrs.get("placeholder"):
        attributes["placeholder"] = ""
    return field.as_widget(attrs=attributes)
