"""What people, programs and accidents send instead of what was meant."""

from __future__ import annotations

# as it stands in an address or a form's body, percent-encoded where it has to be
RAW: dict[str, str] = {
    "empty": "",
    "blank": "%20%20%09",
    "long": "a" * 10_240,
    "long-accents": "%E1%BA%BF" * 3_000,
    "nul": "a%00b",
    "newline": "a%0d%0aSet-Cookie:%20x=1",
    "bell": "%07%1b[31m",
    "not-utf8": "%ff%fe%80",
    "half-a-letter": "b%E1%BA",
    "decomposed": "ba%CC%81nh%20%C4%91a%CC%A3%CC%82u",
    "bidi": "%E2%80%AEcod",
    "html": "%3Cscript%3Ealert(1)%3C/script%3E",
    "attribute": "%22%20onmouseover=%22alert(1)",
    "template": "%7B%7B7*7%7D%7D%7B%25%20raw%20%25%7D",
    "sql": "%27%20OR%201=1;--",
    "negative": "-1",
    "huge": "1" + "0" * 30,
    "wide": "99999999999999999999999999",
    "float": "1.5",
    "exponent": "1e5",
    "nan": "NaN",
    "infinity": "-Infinity",
    "digits-elsewhere": "%D9%A3%D9%A4",
    "boolean": "true",
    "json": "%7B%22a%22:[1]%7D",
    "list": "1,2,3",
    "date": "2026-02-30",
    "far-date": "9999-12-31",
    "traversal": "../../etc/passwd",
    "emoji": "%F0%9F%A5%AD%F0%9F%91%A9%E2%80%8D%F0%9F%8C%BE",
    "percent": "%25s%25n%(a)s",
    "none": "None",
}
# whole addresses are refused by nobody else before they reach the app
PATHS: dict[str, str] = {
    name: RAW[name]
    for name in (
        "long", "nul", "newline", "not-utf8", "half-a-letter", "decomposed", "html", "sql", "negative", "huge", "emoji",
        "percent", "none",
    )
}  # fmt: skip
PATHS |= {"dots": "..%2f..%2fetc%2fpasswd", "backslash": "..%5c..%5cwin.ini", "dot": "%2e", "ref": "DH-9999-999999"}
GENERIC = ("id", "ref", "slug", "sku", "endpoint", "_anchor", "_scheme", "_external", "_method", "values", "self")
HOSTILE = ("<script>alert(1)", '" onmouseover="alert')
