"""The shape of input: a form that knows whether it was filled in well, and fields that clean what people type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Self, TypeVar

from flask import g, request
from markupsafe import Markup, escape
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms import Form as WtForm
from wtforms.fields import (
    BooleanField,
    DateField,
    FileField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.fields.core import UnboundField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, StopValidation, ValidationError
from wtforms.widgets import TextInput, html_params

from marketplace.core import i18n
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.money import MOST_VND, parse_vnd
from marketplace.core.refusals import Refused
from marketplace.core.text import clean
from marketplace.core.weights import parse_grams
from marketplace.web.filters import Figure, weight
from marketplace.web.requests import BadInput

F = TypeVar("F", bound="Form")

MOST_PIECES = 100_000
_PHONE = re.compile(r"0(?:[35789]\d{8}|2\d{8,9})|1[89]00\d{4,6}")
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


class _Catalogue:
    """WTForms asks this for its own sentences."""

    gettext = staticmethod(i18n.gettext)

    @staticmethod
    def ngettext(singular: str, plural: str, number: int) -> str:
        """The sentence with its places open: WTForms fills them itself."""
        return i18n.gettext(singular if number == 1 else plural)


class Form(WtForm):
    """A form of one page: `checked()` in the POST, `shown()` in the GET that shows it (again)."""

    unseen: ClassVar[tuple[str, ...]] = ()

    class Meta:
        """Where WTForms finds its sentences."""

        def get_translations(self, form: WtForm) -> type[_Catalogue]:
            """Our own catalogue."""
            return _Catalogue

    @classmethod
    def checked(cls, prepare: Callable[[Self], object] | None = None) -> Self:
        """The form as posted, well filled in; otherwise the page is shown again with its errors (422).

        `prepare` gives the form what its class cannot know, such as the choices of a list.
        """
        form = cls(_posted(cls))
        if prepare is not None:
            prepare(form)
        _forms()[cls] = form
        if not form.validate():
            form._say_unseen()
            raise BadInput
        return form

    def _say_unseen(self) -> None:
        """What is wrong with a field that no page shows is said for the whole page."""
        wrong = [sentence for name in self.unseen for sentence in self.errors.get(name, ())]
        if wrong:
            g.refusal = Refused(wrong[0])

    @classmethod
    def shown(cls, **known: Any) -> Self:
        """The form to show: the one just posted with what was typed, or a fresh one with what is known."""
        posted = _forms().get(cls)
        return _with_refusal(posted) if isinstance(posted, cls) else cls(data=known)

    def refuse(self, field: str, sentence: Any) -> None:
        """Say at a field why the form is not accepted."""
        getattr(self, field).errors = [*getattr(self, field).errors, sentence]
        raise BadInput


def _posted(form: type[Form]) -> MultiDict[str, Any]:
    """What was sent; a file is only taken where the form asks for one."""
    files = [(name, file) for name, file in request.files.items(multi=True) if _takes_file(getattr(form, name, None))]
    return MultiDict([*request.form.items(multi=True), *files])


def _takes_file(field: Any) -> bool:
    return isinstance(field, UnboundField) and issubclass(field.field_class, FileField)


def _with_refusal(form: F) -> F:
    """A refusal that names a field is said at that field too."""
    refusal = g.get("refusal")
    field = form._fields.get(refusal.field) if refusal is not None else None
    if field is not None and not field.errors:
        field.errors = [refusal.sentence]
    return form


def _forms() -> dict[type[Form], Form]:
    if "forms" not in g:
        g.forms = {}
    forms: dict[type[Form], Form] = g.forms
    return forms


def _one_line(value: str | None) -> str | None:
    return clean(value) if value is not None else None


def _many_lines(value: str | None) -> str | None:
    return clean(value, lines=True) if value is not None else None


def readable(form: WtForm, field: Field) -> None:
    """Refuse text whose letters were lost on the way (a wrong encoding)."""
    if isinstance(field.data, str) and "\ufffd" in field.data:
        raise StopValidation(_("Some letters could not be read. Please type this again."))


def _needed(required: bool, *, choose: bool = False) -> Any:
    return InputRequired(_l("Please choose one.") if choose else _l("Please fill this in.")) if required else Optional()


def _not_blank(form: WtForm, field: Field) -> None:
    if not field.data:
        raise StopValidation(_("Please fill this in."))


def _at_most(most: int) -> Length:
    return Length(max=most, message=_l("At most %(most)s characters, please.", most=most))


def text_field(label: Any, *, most: int = 120, required: bool = True, lines: bool = False, **options: Any) -> Field:
    """A text of at most `most` characters, cleaned; several lines if asked for."""
    checks: list[Any] = [_needed(required), readable]
    if required:
        checks.insert(1, _not_blank)
    checks.append(_at_most(most))
    kind = TextAreaField if lines else StringField
    return kind(label, checks, filters=[_many_lines if lines else _one_line], **options)


class WholeNumberField(IntegerField):
    """A whole number as people type it: dots and spaces between thousands are fine.

    A text field with the keyboard of numbers: a browser's own number field shows nothing of what it cannot read.
    """

    widget = TextInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number or say what is wrong with it."""
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        typed = re.sub(r"[\s\u00a0]", "", valuelist[0])
        # a dot that does not part thousands is a decimal point: 1.5 must not become 15
        digits = typed.replace(".", "") if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+", typed) else typed
        if not re.fullmatch(r"-?[0-9]{1,12}", digits):
            self.data = None
            raise ValueError(_("Please type a whole number."))
        self.data = int(digits)


class Within(NumberRange):
    """Bounds of a number; where none could be read, that has been said and is enough."""

    def __call__(self, form: Any, field: Field) -> None:
        """Stop where reading failed, else look at the bounds."""
        if field.process_errors:
            raise StopValidation
        super().__call__(form, field)


def number_field(
    label: Any, *, least: int = 0, most: int = MOST_PIECES, required: bool = True, **options: Any
) -> Field:
    """A whole number within bounds."""
    said = _l("Please type a number from %(least)s to %(most)s.", least=Figure(least), most=Figure(most))
    bounds = Within(least, most, said)
    options["render_kw"] = {"inputmode": "numeric", **options.get("render_kw", {})}
    return WholeNumberField(label, [_needed(required), bounds], **options)


class VndField(StringField):
    """An amount of money in whole đồng: "1.250.000", "1,25 triệu" and "65k" are understood."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount or say how to type it."""
        typed = valuelist[0] if valuelist else ""
        self.typed = typed[:40]
        self.data = parse_vnd(clean(typed[:40])) if typed.strip() else None
        if typed.strip() and self.data is None:
            raise ValueError(_("Please type an amount in đồng, for example 65.000."))

    def _value(self) -> str:
        return getattr(self, "typed", None) or ("" if self.data is None else f"{self.data:,}".replace(",", "."))


def vnd_field(label: Any, *, least: int = 0, most: int = MOST_VND, required: bool = True, **options: Any) -> Field:
    """An amount in whole đồng within bounds."""
    bounds = Within(least, most, _l("This amount is outside of what is possible here."))
    return VndField(label, [_needed(required), bounds], **options)


class WeightField(StringField):
    """A weight in whole grams: "500 g", "1,5 kg" and "1200" are understood."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the weight or say how to type it."""
        typed = valuelist[0] if valuelist else ""
        self.typed = typed[:40]
        self.data = parse_grams(clean(typed[:40])) if typed.strip() else None
        if typed.strip() and not self.data:
            self.data = None
            raise ValueError(_("Please type a weight, for example 500 g or 1,5 kg."))

    def _value(self) -> str:
        return getattr(self, "typed", None) or ("" if self.data is None else weight(self.data))


def phone_number(text: str) -> str | None:
    """A Vietnamese number in its plain form (0912345678), or None where it is none."""
    digits = re.sub(r"[\s.\-()\u00a0]", "", text)
    digits = re.sub(r"^(\+84|0084|84(?=[235789]\d{8,9}$))", "0", digits)
    return digits if _PHONE.fullmatch(digits) else None


# mobile numbers of eleven digits lost one in 2018: what they began with, and what they begin with since
OLD_PREFIXES = {
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036", "0167": "037", "0168": "038",
    "0169": "039", "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip


def phone_fault(text: str) -> str:
    """What is wrong with a number, and what would mend it where that is plain."""
    digits = re.sub(r"^(\+84|0084)", "0", re.sub(r"[\s.\-()\u00a0]", "", text))
    renewed = OLD_PREFIXES.get(digits[:4], "") + digits[4:] if len(digits) == 11 else ""
    if digits[:4] in OLD_PREFIXES and phone_number(renewed):
        return _("Since 2018 mobile numbers have ten digits. Please type this one as %(number)s.", number=renewed)
    if phone_number(f"0{digits}") and not digits.startswith("0"):
        return _("The 0 in front is missing. Please type %(number)s.", number=f"0{digits}")
    if re.fullmatch(r"0[35789]\d{6,10}", digits):
        return _("A mobile number has ten digits, this one has %(count)s. Example: 0912 345 678.", count=len(digits))
    return _("This is not a Vietnamese phone number. Example: 0912 345 678.")


class PhoneField(StringField):
    """A Vietnamese phone number, kept in its plain form."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the number; what cannot be one stays as typed and is refused."""
        typed = clean((valuelist[0] if valuelist else "")[:40])
        self.data = (phone_number(typed) or typed) if typed else ""

    def pre_validate(self, form: Any) -> None:
        """Say what a number looks like."""
        if self.data and phone_number(self.data) is None:
            raise ValidationError(phone_fault(self.data))


def phone_field(label: Any, *, required: bool = True, **options: Any) -> Field:
    """A Vietnamese phone number."""
    return PhoneField(label, [_needed(required)], **options)


def email_address(text: str) -> str | None:
    """An e-mail address in lower case, or None where it is none."""
    text = text.strip()
    return text.lower() if len(text) <= 254 and ".." not in text and _EMAIL.fullmatch(text) else None


def _is_email(form: WtForm, field: Field) -> None:
    if field.data and email_address(field.data) is None:
        raise ValidationError(_("This is not an e-mail address. Example: ten@vidu.vn."))


def _in_lower_case(value: str | None) -> str | None:
    return clean(value).lower() if value else value


def email_field(label: Any, *, required: bool = True, **options: Any) -> Field:
    """An e-mail address in lower case."""
    checks = [_needed(required), readable, _at_most(254), _is_email]
    return StringField(label, checks, filters=[_in_lower_case], **options)


def choice_field(
    label: Any, choices: Iterable[tuple[str, Any]] = (), *, required: bool = True, **options: Any
) -> Field:
    """One of several, as a drop-down."""
    checks = [_needed(required, choose=True)]
    return _ChoiceField(label, checks, choices=_named(choices), validate_choice=True, **options)


def radio_field(label: Any, choices: Iterable[tuple[str, Any]] = (), *, required: bool = True, **options: Any) -> Field:
    """One of several, each visible."""
    return _RadioField(label, [_needed(required, choose=True)], choices=_named(choices), **options)


def _named(choices: Iterable[tuple[str, Any]]) -> list[SelectChoice]:
    return [SelectChoice(value, label) for value, label in choices]


def _value_of(choice: Any) -> Any:
    """What a choice sends: choices of a class are named objects, those given later are pairs."""
    return choice.value if isinstance(choice, SelectChoice) else choice[0]


class _List:
    """A drop-down, written in one go: some lists have more than a hundred entries."""

    validation_attrs = ("required", "disabled")

    def __call__(self, field: Any, **options: Any) -> Markup:
        flags = {name: True for name in self.validation_attrs if getattr(field.flags, name, False)}
        params = html_params(name=field.name, **{"id": field.id, **flags, **options})
        listed = "".join(_option(str(value), label, field.data) for value, label, *_more in field.choices or ())
        return Markup(f"<select {params}>{listed}</select>")  # noqa: S704 - every part is escaped


def _option(value: str, label: Any, chosen: Any) -> str:
    return f'<option {"selected " if value == chosen else ""}value="{escape(value)}">{escape(str(label))}</option>'


class _ChoiceField(SelectField):
    widget = _List()

    def __call__(self, **options: Any) -> Any:
        """A list that begins with a choice always has one: only one that begins with a blank has to be chosen from."""
        first = next(iter(self.choices or ()), None)
        return super().__call__(**{**({"required": False} if first and _value_of(first) else {}), **options})

    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {str(_value_of(one)) for one in self.choices or ()}:
            raise ValidationError(_("Please choose one of the list."))


class _RadioField(RadioField):
    def pre_validate(self, form: Any) -> None:
        if self.data and self.data not in {str(_value_of(one)) for one in self.choices or ()}:
            raise ValidationError(_("Please choose one of the list."))


class DayField(DateField):
    """A calendar day, as a browser sends it or as people write it (22/11/2026)."""

    def __init__(self, label: Any, *, required: bool = True, **options: Any) -> None:
        checks = [_needed(True), _not_blank] if required else [_needed(False)]
        super().__init__(label, checks, format=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day or say how to type it."""
        try:
            super().process_formdata([valuelist[0].strip()[:20]] if valuelist and valuelist[0].strip() else [])
        except ValueError:
            raise ValueError(_("Please type a day like 22/11/2026.")) from None


def password_field(label: Any, *, least: int = 0, **options: Any) -> Field:
    """A secret, taken as typed (length in characters)."""
    checks = [_needed(True), _at_most(200)]
    if least:
        checks.append(Length(min=least, message=_l("At least %(least)s characters, please.", least=least)))
    return PasswordField(label, checks, **options)


def tick_field(label: Any, *, must: Any = None, **options: Any) -> Field:
    """A box to tick; `must` is the sentence for those who have to tick it and did not."""
    return BooleanField(label, [InputRequired(must)] if must else [], **options)
