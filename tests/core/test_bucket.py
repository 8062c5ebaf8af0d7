"""Files in an S3-compatible bucket, against a real server on loopback."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from flask import Flask
from moto.server import ThreadedMotoServer

from config import WrongSetting
from marketplace.core.files import Bucket, Missing, digest
from marketplace.core.files.bucket import _client
from tests.clients import Client
from tests.core.test_files import drawn, encoded

KEY = "a" * 64 + "/file.pdf"
PAIR = {"aws_access_key_id": "key", "aws_secret_access_key": "se/cret"}


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    """The address of an S3 server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(service: str) -> Iterator[Bucket]:
    """A bucket, of which the market uses a part."""
    client = boto3.client("s3", endpoint_url=service, region_name="us-east-1", **PAIR)
    client.create_bucket(Bucket="market")
    yield Bucket(f"s3://key:se%2Fcret@market/media?endpoint={service}&region=us-east-1")
    for found in client.list_objects_v2(Bucket="market").get("Contents", []):
        client.delete_object(Bucket="market", Key=found["Key"])
    client.delete_bucket(Bucket="market")
    _client.cache_clear()


def test_what_was_put_is_got_back_until_it_is_deleted(bucket: Bucket) -> None:
    assert not bucket.exists(KEY)
    bucket.put(KEY, b"as it is\r\n\x00")
    bucket.put(KEY, b"as it is\r\n\x00")
    with bucket.open(KEY) as file:
        assert file.read() == bucket.get(KEY) == b"as it is\r\n\x00"
    assert bucket.exists(KEY)
    bucket.delete(KEY)
    bucket.delete(KEY)
    assert not bucket.exists(KEY)
    with pytest.raises(Missing):
        bucket.get(KEY)


def test_a_bucket_has_the_names_of_a_folder(bucket: Bucket, service: str) -> None:
    bucket.put(KEY, b"paper")
    client = boto3.client("s3", endpoint_url=service, region_name="us-east-1", **PAIR)
    names = [found["Key"] for found in client.list_objects_v2(Bucket="market")["Contents"]]
    assert names == [f"media/aa/{KEY}"]


@pytest.mark.parametrize("key", ["", "../x", "a" * 64, f"{'a' * 64}/../b", f"/{'a' * 64}/b"])
def test_what_is_no_key_leads_nowhere(bucket: Bucket, key: str) -> None:
    for act in (bucket.get, bucket.open, lambda one: bucket.put(one, b""), bucket.delete):
        with pytest.raises(Missing):
            act(key)


def test_a_fault_of_the_service_is_not_taken_for_an_absent_file(service: str) -> None:
    absent = Bucket(f"s3://key:secret@nowhere-at-all?endpoint={service}")
    with pytest.raises(Exception, match="NoSuchBucket"):
        absent.get(KEY)


@pytest.mark.parametrize("url", ["s3://", "s3://market?endpiont=http://127.0.0.1", "s3:///media"])
def test_an_address_that_is_none_stops_with_a_sentence(url: str) -> None:
    with pytest.raises(WrongSetting, match="MEDIA_URL"):
        Bucket(url).exists(KEY)


def test_pictures_are_served_from_the_bucket(bucket: Bucket, app_with: Callable[..., Flask]) -> None:
    app = app_with(media_url=bucket.url)
    with app.app_context():
        from marketplace.core.files import take_picture

        picture: Any = take_picture(io.BytesIO(encoded(drawn())))
    answer = Client(app).get(f"/media/{picture.sha256}/320.webp")
    assert (answer.status_code, answer.mimetype) == (200, "image/webp")
    assert Client(app).get(f"/media/{digest(b'else')}/320.webp").status_code == 404
