"""A commune written into the street's field: understood where only one can be meant, otherwise asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from marketplace.core.i18n import gettext as _
from marketplace.core.text import fold
from marketplace.orders.forms import CheckoutForm
from marketplace.orders.views.places import understand
from marketplace.places import queries as places
from marketplace.places.models import Ward
from marketplace.places.queries import Reading

MOST_NAMED = 4
# with a commune chosen, only an address of three levels can contradict it
_LOOKS_OLD = re.compile(r"\b(?:huyen|quan|thi xa|thi tran|tinh)\b|\b(?:h|q|tx|tt)\.")


def understand_street(form: CheckoutForm) -> None:
    """Fill in the commune that an address names, also by its name of before July 2025; ask where it is not clear.

    What was typed stays: carriers know the old names. Nothing happens to a street that names no commune.
    """
    if not form.street.data or (form.ward.data and not _LOOKS_OLD.search(fold(form.street.data))):
        return
    province = places.province_by_slug(form.province.data, today=True) if form.province.data else None
    reading = places.read_address(form.street.data, province)
    if not reading.wards:
        return
    if not form.ward.data:
        _choose(form, reading)
    elif reading.former and form.ward.data not in {ward.code for ward in reading.wards}:
        form.ask("ward", _doubt(reading))


def find_commune(form: CheckoutForm) -> None:
    """Choose the commune whose name was typed to find it, or say what it may be."""
    if not form.commune.data:
        return
    found = [commune.ward for commune in places.find_communes(form.commune.data, most=MOST_NAMED + 1)]
    if len(found) == 1:
        form.province.data, form.ward.data, form.commune.data = found[0].province.slug, found[0].code, ""
        understand(found[0])
    elif found:
        sentence = _("Several places may be meant: %(wards)s. Add the district or province.", wards=_named(found))
        form.commune.errors = [sentence]
    else:
        form.commune.errors = [_("No ward or commune has such a name. Check the spelling, or choose from the lists.")]


def _choose(form: CheckoutForm, reading: Reading) -> None:
    ward = reading.ward
    if ward is None:
        form.ask("ward", _several(reading))
        return
    is_elsewhere = form.province.data != ward.province.slug
    form.province.data, form.ward.data = ward.province.slug, ward.code
    understand(ward)
    if is_elsewhere:
        form.ask("ward", _moved(reading, ward))


def _moved(reading: Reading, ward: Ward) -> str:
    return _(
        "%(written)s is in %(ward)s, %(province)s today. We have chosen it for you: look at freight and total, "
        "and confirm.",
        written=_written(reading, ward),
        ward=ward.name,
        province=ward.province.name,
    )


def _several(reading: Reading) -> str:
    return _("Your address may lie in %(wards)s. Please choose one.", wards=_named(reading.wards))


def _doubt(reading: Reading) -> str:
    return _(
        "%(written)s in your address belongs to %(wards)s today, but another commune is chosen. "
        "Please make them agree.",
        written=_written(reading, reading.wards[0]),
        wards=_named(reading.wards),
    )


def _written(reading: Reading, ward: Ward) -> str:
    """The former unit as it is named in full, or today's own."""
    unit = reading.former[0] if reading.former else None
    return ", ".join(dict.fromkeys([unit.name, unit.district, unit.province.name])) if unit else ward.name


def _named(wards: Sequence[Ward]) -> str:
    names = [f"{ward.name} ({ward.province.name})" for ward in wards[:MOST_NAMED]]
    return ", ".join(names) + ("…" if len(wards) > MOST_NAMED else "")
