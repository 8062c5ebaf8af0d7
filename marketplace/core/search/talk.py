"""Words of shopping talk: they say that somebody wants to buy, not what."""

from __future__ import annotations

import re

from marketplace.core.search.words import exact_words, folded_word, has_tone

# dropped with and without accents
_PHRASES = """
mua / ngon / online / shop / ship / ocop / uy tín / chính hãng / chính gốc / giá rẻ / giá tốt / giá cả / giá bán /
bao nhiêu tiền / bao nhiêu / ở đâu / đặc sản / giao hàng / tìm mua / cần mua / muốn mua / chỗ bán / nơi bán /
sản phẩm / nổi tiếng / chất lượng / tốt nhất / ngon nhất / rẻ nhất / where to buy / near me / best / cheap /
for sale / buy / việt nam / vietnam / vietnamese / thành phố / cho hỏi / xin hỏi / cho mình hỏi / cho em hỏi /
xin giá / báo giá / hỏi giá / bảng giá / tận nhà / tận nơi / toàn quốc / hôm nay / địa chỉ / ở chỗ nào / loại ngon /
hợp tác xã / htx / tổ hợp tác / công ty / cty / tnhh / hộ kinh doanh / cơ sở sản xuất /
người nước ngoài / bạn gái / bạn trai /
shopee / lazada / tiki / freeship / review / đánh giá / how much / price of / price / where can i / i want /
bao nhiu / nhiêu tiền / giá gốc / giá xưởng / tại xưởng / tận xưởng / nguồn hàng / số lượng lớn / siêu thị /
kí lô / ký lô / ki lô / nhân viên / khách hàng / đối tác / người thân
"""
# dropped only as typed here: without accents they are other words too (của and cua, giá and gia vị)
_AS_TYPED = """
ở bán giá rẻ tại của cho và với loại nào cần tìm muốn những các là có hàng tỉnh huyện tp ạ ơi nhé nha nhỉ không
mình em tôi ai gì ship đặt nhận xin hỏi shop đồng the of in and for with còn cháu ko inbox ib
"""
# dropped where nothing holds all the words: as often words of something, with or without accents
_SMALL = """
gia ban o re tai cua cho va voi loai nao can tim muon nhung cac co hang tinh huyen a oi nhe khong minh em tôi ai là
dat nhan xin hoi làm đi quà qua nhà nha toàn toan quoc quốc anh chị bạn cung cấp đại lý xịn chuẩn chuan thật nhất mới
bao nhieu tien tiền đâu the nao kg gam gram lit lít hop hộp goi gói chai lọ tui túi thung thùng làng xã thôn thon fresh
premium natural quality some any good original real authentic meat beans bean nuts nut wild pure raw dark healthy
delicious nén bó chiếc cái sếp mẹ bố vợ chồng ông bà người yêu quê đồ con chau nhập nhap nguồn nguon hũ lốc két
cân ký kí rưỡi
"""

# in a text with accents these are other words: tinh is no tỉnh there
_WITHOUT_ACCENTS = """
gia ban re tai cua va voi loai nao can tim muon nhung cac hang tinh huyen oi khong minh dat nhan hoi qua toan quoc chuan
bao nhieu tien lit hop goi tui thung
"""
# "một ký" and "3 lạng" say how much, "một nắng" and "lạng sơn" what
_COUNTS = frozenset(exact_words("một hai ba bốn năm sáu bảy tám chín mười nửa rưỡi mấy vài mot nua"))
_UNITS = frozenset(
    exact_words(
        "ký kí ky ki kilo cân kg lạng gam gr ml lít lit hộp hop gói goi chai túi tui thùng thung lọ hũ tạ tấn chục tá"
    )
)
# without accents these are so often other words that only a number or half of one makes an amount of them
_PLAIN_COUNTS = frozenset(("mot", "nua", "nửa"))
_PLAIN_UNITS = frozenset(("can", "lang", "ta", "tan", "chuc"))
# an amount as well as goods: ten kilograms of rice, and a bird's nest
_YEN = frozenset(("yến", "yen"))
_GIVEN = exact_words("tặng biếu cho")
_RECEIVERS = exact_words("mẹ bố sếp vợ chồng ông bà thầy cô bạn")
# after these a gift is what is asked for
_GIFTS = frozenset(exact_words("tặng biếu tết cưới quê tang bieu tet cuoi que lưu luu"))

_NUMBER = re.compile(r"\d{1,4}")
_AMOUNT = re.compile(r"\d{1,4}(?:k|kg|g|gr|ml|l|lit|hop|goi|chai|lo|ky|ki|can|lang|yen|ta|tan|chuc|tui|thung|hu)?")
_talk: dict[int, set[tuple[str, ...]]] = {}
for _phrase in _PHRASES.split("/"):
    _words = tuple(exact_words(_phrase))
    _talk.setdefault(len(_words), set()).update({_words, tuple(map(folded_word, _words))})
_talk[2] |= {
    form for given in _GIVEN for who in _RECEIVERS for form in ((given, who), (folded_word(given), folded_word(who)))
}
_talk[1] |= {(word,) for word in exact_words(_AS_TYPED)}


def without_talk(words: list[str], *, or_all: bool = True) -> list[str]:
    """The words without shopping talk; all of them where nothing else is left, unless told otherwise."""
    kept: list[str] = []
    place = 0
    while place < len(words):
        length = _talk_at(words, place)
        if not length:
            kept.append(words[place])
        place += length or 1
    return kept or (words if or_all else [])


def _talk_at(words: list[str], place: int) -> int:
    """How many words from this place on are talk."""
    for length in (4, 3, 2, 1):
        said = tuple(words[place : place + length])
        if said in _talk.get(length, ()) or (len(said) == 2 and _is_amount(*said)):
            return length
    return 0


def _is_amount(count: str, unit: str) -> bool:
    is_number = _NUMBER.fullmatch(count) is not None
    if unit in _PLAIN_UNITS:
        return is_number or count in _PLAIN_COUNTS
    return unit in _UNITS and (is_number or count in _COUNTS)


def without_amounts(words: list[str]) -> list[str]:
    """The words without amounts in a measure that goods are called by as well; all of them where no goods follow."""
    pairs = zip(words, [*words[1:], ""], strict=True)
    starts = {n for n, (count, unit) in enumerate(pairs) if unit in _YEN and _is_amount(count, "kg")}
    if not words or not starts or len(words) - 2 in starts:
        return words
    return [word for place, word in enumerate(words) if place not in starts and place - 1 not in starts]


_small = frozenset(exact_words(_SMALL))
_plain = frozenset(exact_words(_WITHOUT_ACCENTS))


def without_small_talk(words: list[str]) -> list[str]:
    """The words without those that are often only talk, nor how much is wanted; all of them where nothing is left."""
    after = [*words[1:], ""]
    other = _plain if any(map(has_tone, words)) else frozenset()
    kept = [word for word, next_one in zip(words, after, strict=True) if word in other or not _is_small(word, next_one)]
    return kept or [word for word in words if word == "quà"] or words


def _is_small(word: str, following: str) -> bool:
    if word in ("quà", "qua") and following in _GIFTS:
        return False
    return (len(word) == 1 and word.isascii()) or word in _small or _AMOUNT.fullmatch(folded_word(word)) is not None
