"""Words of shopping talk: they say that somebody wants to buy, not what."""

from __future__ import annotations

from marketplace.core.search.words import exact_words, folded_word

# dropped with and without accents
_PHRASES = """
mua / ngon / online / shop / ship / ocop / uy tín / chính hãng / chính gốc / giá rẻ / giá tốt / giá cả /
bao nhiêu tiền / bao nhiêu / ở đâu / đặc sản / giao hàng / tìm mua / cần mua / muốn mua / chỗ bán / nơi bán /
sản phẩm / nổi tiếng / chất lượng / tốt nhất / ngon nhất / rẻ nhất / where to buy / near me / best / cheap /
for sale / buy / việt nam / vietnam / thành phố
"""
# dropped only as typed here: without accents they are other words too (của and cua, giá and gia vị)
_AS_TYPED = "ở bán giá rẻ tại của cho và với loại nào cần tìm muốn những các là có hàng tỉnh huyện tp"

_talk: dict[int, set[tuple[str, ...]]] = {}
for _phrase in _PHRASES.split("/"):
    _words = tuple(exact_words(_phrase))
    _talk.setdefault(len(_words), set()).update({_words, tuple(map(folded_word, _words))})
_talk[1] |= {(word,) for word in exact_words(_AS_TYPED)}


def without_talk(words: list[str], *, or_all: bool = True) -> list[str]:
    """The words without shopping talk; all of them where nothing else is left, unless told otherwise."""
    kept: list[str] = []
    place = 0
    while place < len(words):
        length = next((n for n in (3, 2, 1) if tuple(words[place : place + n]) in _talk[n]), 0)
        if not length:
            kept.append(words[place])
        place += length or 1
    return kept or (words if or_all else [])
