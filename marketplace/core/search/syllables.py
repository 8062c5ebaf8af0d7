"""Which runs of letters can be a Vietnamese syllable: one that can was seldom typed by a slip of the finger."""

from __future__ import annotations

import re

_INITIALS = "b|ch?|d|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay e ec ech em en eng enh eo ep et eu i ia ich iec iem ien ieng iep iet ieu im in
inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong oong op ot u ua uan uang
uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet uynh uyt uyu y
yem yen yeng yet yeu
"""
_SYLLABLE = re.compile(rf"(?:{_INITIALS})?(?:{'|'.join(_RIMES.split())})")


def is_syllable(folded: str) -> bool:
    """The word without its accents is written as a syllable may be."""
    return _SYLLABLE.fullmatch(folded) is not None
