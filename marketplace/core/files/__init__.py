"""Files: kept under the hash of what they hold, in a folder for now; pictures are checked and made small at upload."""

from marketplace.core.files.pictures import SIZES, Picture, picture_key, take_picture
from marketplace.core.files.store import Folder, Missing, Store, digest, store, store_of

__all__ = [
    "SIZES",
    "Folder",
    "Missing",
    "Picture",
    "Store",
    "digest",
    "picture_key",
    "store",
    "store_of",
    "take_picture",
]
