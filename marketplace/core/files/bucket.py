"""A store in an S3-compatible bucket, with the same names inside it as a folder has, so that either can be copied over.

`s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION`; the key pair stands before the bucket (`s3://KEY:SECRET@BUCKET`)
or where the provider's own tools look for it. boto3 is only loaded where such a store is used.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO
from urllib.parse import parse_qs, unquote, urlsplit

from config import WrongSetting
from marketplace.core.files.keys import Missing, place_of

CONNECT_SECONDS, READ_SECONDS = 5, 20
TRIES = 4
_ABSENT = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, or a part of one; `url` is what MEDIA_URL says."""

    url: str

    def put(self, key: str, content: bytes) -> None:
        """Keep the bytes under the key; the service takes an object whole or not at all."""
        client, bucket, prefix = self._reached
        client.put_object(Bucket=bucket, Key=prefix + place_of(key), Body=content)

    def get(self, key: str) -> bytes:
        """All bytes of a key, or Missing."""
        client, bucket, prefix = self._reached
        try:
            answer = client.get_object(Bucket=bucket, Key=prefix + place_of(key))
        except client.exceptions.ClientError as error:
            raise _as_missing(error, key) from None
        return bytes(answer["Body"].read())

    def open(self, key: str) -> BinaryIO:
        """A key's bytes as a stream, or Missing; papers are small enough to be fetched whole."""
        return io.BytesIO(self.get(key))

    def exists(self, key: str) -> bool:
        """Whether the key holds something."""
        client, bucket, prefix = self._reached
        try:
            client.head_object(Bucket=bucket, Key=prefix + place_of(key))
        except Missing:
            return False
        except client.exceptions.ClientError as error:
            _as_missing(error, key)
            return False
        return True

    def delete(self, key: str) -> None:
        """Forget the key; nothing happens where it holds nothing."""
        client, bucket, prefix = self._reached
        client.delete_object(Bucket=bucket, Key=prefix + place_of(key))

    @property
    def _reached(self) -> tuple[Any, str, str]:
        return _client(self.url)


def _as_missing(error: Any, key: str) -> Missing:
    """A key that is not there; every other fault goes on as it is."""
    if str(error.response.get("Error", {}).get("Code")) not in _ABSENT:
        raise error
    return Missing(key)


@cache
def _client(url: str) -> tuple[Any, str, str]:
    """The service's client, the bucket, and what stands before every name in it; one client a process."""
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    unknown = set(options) - {"endpoint", "region"}
    if parts.scheme != "s3" or not parts.hostname or unknown:
        raise WrongSetting("MEDIA_URL of a bucket reads s3://BUCKET/PREFIX?endpoint=https://HOST&region=REGION.")
    try:
        import boto3
        from botocore.config import Config
    except ModuleNotFoundError:
        raise WrongSetting("MEDIA_URL names a bucket: install the project's extra `s3` (boto3).") from None
    limits = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "max_attempts": TRIES},
    )
    client = boto3.client(
        "s3",
        endpoint_url=options.get("endpoint"),
        region_name=options.get("region", "us-east-1"),
        aws_access_key_id=unquote(parts.username) if parts.username else None,
        aws_secret_access_key=unquote(parts.password) if parts.password else None,
        config=limits,
    )
    prefix = parts.path.strip("/")
    return client, parts.hostname, f"{prefix}/" if prefix else ""
