"""What a producer types about her goods and her shop."""

from __future__ import annotations

from dataclasses import fields
from typing import IO, Any, cast

from werkzeug.datastructures import FileStorage
from wtforms import Field, FileField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.catalogue.services import Description, Pack
from marketplace.catalogue.states import FoodSafetyKind, Keeping
from marketplace.core import clock, i18n
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.core.text import clean
from marketplace.places.models import Province
from marketplace.web.forms import (
    DayField,
    Form,
    choice_field,
    number_field,
    radio_field,
    text_field,
    tick_field,
    vnd_field,
)

LONGEST_STORY = 8_000
MOST_PRICE = 999_000_000
HEAVIEST = 2_000_000
TIERS = (1, 2, 3)
# what buyers read as "in stock" is for the producer a way to keep goods
KEPT = {Keeping.STOCKED: _l("kept in stock")}


def described(product: Product) -> Description:
    """What a product says of itself now."""
    return Description(**{one.name: getattr(product, one.name) for one in fields(Description)})


class MonthsField(SelectMultipleField):
    """Months of a year, at least one."""

    def __init__(self, label: Any, **options: Any) -> None:
        named = [SelectChoice(str(month), str(month)) for month in range(1, 13)]
        super().__init__(label, choices=named, **options)

    def pre_validate(self, form: Any) -> None:
        """Only months, and at least one."""
        if not self.data or set(self.data) - {str(month) for month in range(1, 13)}:
            raise ValidationError(_("Please tick at least one month; all twelve if it is there all year."))


class ProductForm(Form):
    """The words of a product."""

    name = text_field(_l("Name"), most=160)
    name_en = text_field(_l("Name in English"), most=160, required=False)
    summary = text_field(_l("In one sentence"), most=200, required=False)
    summary_en = text_field(_l("In one sentence, in English"), most=200, required=False)
    story = text_field(_l("Story"), most=LONGEST_STORY, required=False, lines=True)
    story_en = text_field(_l("Story in English"), most=LONGEST_STORY, required=False, lines=True)

    @property
    def words(self) -> dict[str, Any]:
        """What was typed, by the names of a description."""
        return {name: text or "" for name, text in self.data.items()}


class PriceForm(Form):
    """The price of one pack, and up to three lower ones from a quantity on."""

    price = vnd_field(_l("Price"), least=1_000, most=MOST_PRICE)
    from_1 = number_field(_l("From how many"), least=2, required=False)
    tier_1 = vnd_field(_l("each"), least=1_000, most=MOST_PRICE, required=False)
    from_2 = number_field(_l("From how many"), least=2, required=False)
    tier_2 = vnd_field(_l("each"), least=1_000, most=MOST_PRICE, required=False)
    from_3 = number_field(_l("From how many"), least=2, required=False)
    tier_3 = vnd_field(_l("each"), least=1_000, most=MOST_PRICE, required=False)

    @classmethod
    def known(cls, variant: Variant) -> dict[str, int]:
        """A pack's present prices by the names of the fields."""
        known = {"price": variant.price_vnd}
        for place, tier in zip(TIERS, variant.tiers, strict=False):
            known |= {f"from_{place}": tier.least_quantity, f"tier_{place}": tier.price_vnd}
        return known

    @property
    def tiers(self) -> dict[int, int]:
        """The lower prices by the quantity that they begin with; half a row counts as none."""
        rows = ((self[f"from_{place}"].data, self[f"tier_{place}"].data) for place in TIERS)
        return {least: price for least, price in rows if least and price}


class PhotoForm(Form):
    """One picture from the seller's telephone or computer."""

    photo = FileField(_l("Photo"))
    description = text_field(_l("Description"), most=160, required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """A file has to come with it."""
        well = bool(super().validate(extra_validators))
        if not isinstance(self.photo.data, FileStorage) or not self.photo.data.filename:
            self.photo.errors = [_("Please choose a photo first.")]
            return False
        return well

    @property
    def stream(self) -> IO[bytes]:
        """The bytes of the picture."""
        return cast(FileStorage, self.photo.data).stream


class ShopForm(Form):
    """What the shop's page says of the producer."""

    story = text_field(_l("Story"), most=LONGEST_STORY, required=False, lines=True)
    story_en = text_field(_l("Story in English"), most=LONGEST_STORY, required=False, lines=True)
    since_year = number_field(_l("Since which year"), least=1800, most=2100, required=False)

    def validate(self, extra_validators: Any = None) -> bool:
        """Nobody begins in the future."""
        well = bool(super().validate(extra_validators))
        if well and (self.since_year.data or 0) > clock.today().year:
            self.since_year.errors = [_("This year has not come yet.")]
            return False
        return well


class DetailsForm(Form):
    """What a product is made of, how it is used and kept, when its season is."""

    ingredients = text_field(_l("Ingredients"), most=2_000, required=False, lines=True)
    usage = text_field(_l("How to use"), most=2_000, required=False, lines=True)
    storage = text_field(_l("Storage"), most=1_000, required=False, lines=True)
    shelf_life = text_field(_l("Shelf life"), most=120, required=False)
    place = text_field(_l("Place"), most=120, required=False)
    unit = text_field(_l("Unit"), most=20)
    keywords = text_field(_l("Other names that buyers look for"), most=300, required=False)
    vat_percent = choice_field(_l("VAT in the price"), [(str(rate), f"{rate}%") for rate in (0, 5, 8, 10)])
    months = MonthsField(_l("Months of the season"))

    @classmethod
    def known(cls, product: Product) -> dict[str, Any]:
        """A product's present details by the names of the fields."""
        names = ("ingredients", "usage", "storage", "shelf_life", "place", "unit", "keywords")
        known: dict[str, Any] = {name: getattr(product, name) for name in names}
        return known | {"vat_percent": str(product.vat_percent), "months": [str(month) for month in product.months]}

    @property
    def words(self) -> dict[str, Any]:
        """What was typed, by the names of a description."""
        known = {name: text or "" for name, text in self.data.items() if name not in ("months", "vat_percent")}
        season = sum(1 << (int(month) - 1) for month in set(self.months.data))
        return known | {"vat_percent": int(self.vat_percent.data), "season_months": season}


class PackForm(Form):
    """One pack: what is in it, how many at once, how it comes to be in stock; a new one has a price, too."""

    name = text_field(_l("Pack"), most=80)
    seller_code = text_field(_l("Your own code"), most=40, required=False)
    net_grams = number_field(_l("Net weight"), most=HEAVIEST, required=False)
    gross_grams = number_field(_l("Weight with packing"), least=1, most=HEAVIEST)
    minimum = number_field(_l("Least quantity of an order"), least=1)
    multiple = number_field(_l("Sold in steps of"), least=1)
    keeping = radio_field(_l("How is it kept?"), [(one.value, KEPT.get(one, one.label)) for one in Keeping])
    lead_days = number_field(_l("Days to make it"), most=60, required=False)
    daily_capacity = number_field(_l("Packs that can be made in a day"), least=1, required=False)
    is_actual_weight = tick_field(_l("Sold by what each pack really weighs"))

    @classmethod
    def known(cls, variant: Variant) -> dict[str, Any]:
        """A pack by the names of the fields."""
        return {
            **{name: getattr(variant, name) for name in cls()._fields if name != "price"},
            "keeping": variant.keeping.value,
        }

    def pack(self, price_vnd: int) -> Pack:
        """What was typed."""
        typed = {name: field.data for name, field in self._fields.items() if name != "price"}
        typed |= {"net_grams": self.net_grams.data or 0, "lead_days": self.lead_days.data or 0}
        typed |= {"keeping": Keeping(self.keeping.data), "seller_code": self.seller_code.data or None}
        return Pack(price_vnd=price_vnd, **typed)


class NewPackForm(PackForm):
    """A pack that is not there yet."""

    price = vnd_field(_l("Price"), least=1_000, most=MOST_PRICE)


class CertificateForm(Form):
    """An OCOP certificate as its paper says."""

    star = radio_field(_l("Stars"), [(str(star), _l("%(star)s stars", star=star)) for star in (3, 4, 5)])
    number = text_field(_l("Number of the decision"), most=60)
    issued_by = text_field(_l("Issued by"), most=120)
    issued_on = DayField(_l("Day of issue"))


class FoodSafetyForm(Form):
    """A paper on food safety as it says of itself."""

    kind = radio_field(_l("Which paper is it?"), [(one.value, one.label) for one in FoodSafetyKind])
    number = text_field(_l("Number of the paper"), most=60)
    issued_by = text_field(_l("Issued by"), most=120)
    issued_on = DayField(_l("Day of issue"))
    valid_until = DayField(_l("Valid until"))


class JudgeForm(Form):
    """What the operator says of a declared certificate."""

    number = text_field(_l("Number of the decision"), most=60)
    note = text_field(_l("Where you compared it, or why not"), most=300, lines=True)


class DescriptionForm(Form):
    """What a photo shows."""

    description = text_field(_l("Description"), most=160, required=False)


class ImportForm(Form):
    """A spreadsheet of goods."""

    sheet = FileField(_l("Spreadsheet"))

    def validate_sheet(self, field: Field) -> None:
        """A file has to come with it."""
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(_("Please choose a file first."))

    @property
    def name(self) -> str:
        """What the file is called."""
        return clean(str(self.sheet.data.filename))[:120]

    def content(self, most_bytes: int) -> bytes:
        """What the file holds; a larger one is refused at its field."""
        content: bytes = cast(FileStorage, self.sheet.data).stream.read(most_bytes + 1)
        if len(content) > most_bytes:
            self.refuse("sheet", _("This file is larger than %(most)s MB.", most=most_bytes // 1024**2))
        return content


class NewProductForm(Form):
    """The least that a product has: a name, its set and origin, and one pack with its price."""

    name = text_field(_l("Name"), most=160)
    product_set = choice_field(_l("Product set"))
    origin = choice_field(_l("Where it comes from"))
    place = text_field(_l("Place"), most=120, required=False)
    pack = text_field(_l("Pack"), most=80)
    unit = text_field(_l("Unit"), most=20)
    price = vnd_field(_l("Price"), least=1_000, most=MOST_PRICE)
    net_grams = number_field(_l("Net weight"), most=HEAVIEST, required=False)
    gross_grams = number_field(_l("Weight with packing"), least=1, most=HEAVIEST)

    @property
    def description(self) -> Description:
        """What the draft says of itself."""
        return Description(name=self.name.data, unit=self.unit.data, place=self.place.data or "")

    @property
    def first_pack(self) -> Pack:
        """Its one pack."""
        weights = {"net_grams": self.net_grams.data or 0, "gross_grams": self.gross_grams.data}
        return Pack(name=self.pack.data, price_vnd=self.price.data, **weights)

    def offer(self, sets: list[ProductSet], origins: list[Province]) -> None:
        """The sets and the places to choose from."""
        english = i18n.locale() == "en"
        named = [(str(one.number), f"{one.number}. {one.name_en if english else one.name}") for one in sets]
        self.product_set.choices = [("", _("Please choose")), *named]
        self.origin.choices = [("", _("Please choose")), *((one.slug, _of_today(one)) for one in origins)]


def _of_today(unit: Province) -> str:
    if unit.name == unit.now.name:
        return unit.name
    return f"{unit.name} ({_('now in %(place)s', place=unit.now.name)})"
