"""Files: kept under the hash of what they hold, in a folder or a bucket; pictures are checked at upload."""

from marketplace.core.files.bucket import Bucket
from marketplace.core.files.keys import Missing
from marketplace.core.files.pictures import (
    PRIVATE_SIZES,
    SIZES,
    Picture,
    picture_key,
    private_picture_key,
    take_picture,
    take_private_picture,
)
from marketplace.core.files.store import Folder, Store, digest, store, store_of

__all__ = [
    "PRIVATE_SIZES",
    "SIZES",
    "Bucket",
    "Folder",
    "Missing",
    "Picture",
    "Store",
    "digest",
    "picture_key",
    "private_picture_key",
    "store",
    "store_of",
    "take_picture",
    "take_private_picture",
]
