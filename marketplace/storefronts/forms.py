"""What a producer types about her goods and her shop."""

from __future__ import annotations

from dataclasses import fields
from typing import IO, Any, cast

from werkzeug.datastructures import FileStorage
from wtforms import FileField

from marketplace.catalogue.models import Product, ProductSet, Variant
from marketplace.catalogue.services import Description, Pack
from marketplace.core import clock, i18n
from marketplace.core.i18n import gettext as _
from marketplace.core.i18n import lazy_gettext as _l
from marketplace.places.models import Province
from marketplace.web.forms import Form, choice_field, number_field, text_field, vnd_field

LONGEST_STORY = 8_000
MOST_PRICE = 999_000_000
HEAVIEST = 2_000_000
TIERS = (1, 2, 3)


def described(product: Product) -> Description:
    """What a product says of itself now."""
    return Description(**{one.name: getattr(product, one.name) for one in fields(Description)})


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
