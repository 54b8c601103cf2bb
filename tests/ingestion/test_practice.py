"""What practice demands of photos: in use they stay, come back by themselves, and are 24."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

import pytest
from django.utils import timezone

from channels_app.services import inputs
from ingestion import selectors, services
from ingestion.errors import TooManyPhotos
from ingestion.models import ImageAsset
from ingestion.pipeline.variants import VariantStep
from ingestion.services import UploadRequest, listing_photos_mirror, upload_create
from ingestion.storage import storage, variant_key
from listings.files.export import ExportFormat, export_bytes
from listings.models import Listing
from listings.services import import_run, import_start, listing_photos_refresh
from realtrack.core.ids import uuid7
from tests.ingestion import pictures
from tests.ingestion.factories import one_result, person, processed, read_job
from tests.ingestion.test_mirroring import Shelf, shelf  # noqa: F401  # a fixture
from tests.listings.factories import make_listing
from tests.people import browser_of, user_of

pytestmark = pytest.mark.django_db


def _photo(seed: int, **more: object) -> ImageAsset:
    return processed(pictures.encoded(seed=seed), **more)


def test_practice_34_a_photo_in_use_is_a_row_and_stays(shelf: Shelf) -> None:  # noqa: F811
    # given photos on every path: uploaded to a part, attached later, read, fetched, from the library
    listing = make_listing(item_photo_url=f"{shelf.base}/a.jpg")
    uploaded = _photo(1, listing_id=listing.pk)
    attached, kept = _photo(2), _photo(3)
    services.assets_attach(asset_ids=[attached.pk], listing_id=listing.pk, actor=person())
    services.library_add(asset_ids=[kept.pk], actor=person())
    services.library_attach(matches={listing.pk: [kept.pk]}, actor=person())
    listing_photos_mirror(listing_id=listing.pk, actor=person())
    read = one_result(read_job([pictures.PHOTOS / "zx_ean13-1-24.png"]))
    if read.listing_id is None:
        services.result_approve(result_id=read.pk, fields={}, actor=person())
    orphan = _photo(4)
    fetched = listing.photos.exclude(source_hash="").get()
    services.asset_process(asset_id=fetched.pk, actor=person())
    wanted = {
        uploaded.pk,
        attached.pk,
        kept.pk,
        fetched.pk,
        *read.photos.values_list("pk", flat=True),
    }
    # when eight days go by and the clean-up comes
    old = timezone.now() - datetime.timedelta(days=8)
    ImageAsset.objects.update(created_at=old, updated_at=old, uploaded_at=old)
    services.orphans_clean()
    # then what is in use is there, with its bytes, and what nobody used is gone
    left = {one.pk: one for one in ImageAsset.objects.all()}
    assert wanted <= set(left)
    assert orphan.pk not in left
    for one in left.values():
        assert storage().stat(one.s3_key) is not None
        assert storage().stat(variant_key(one.variant_thumb)) is not None
    # and no address that ends stands in the listing, an export or what marketplaces get
    listing = Listing.objects.get(pk=listing.pk)
    file = b"".join(export_bytes(ExportFormat.EBAY, [listing], [])).decode()
    sent = " ".join(ref.url for ref in selectors.photos_by_listing([listing.pk])[listing.pk])
    for text in (listing.item_photo_url, listing.description, file, sent):
        assert not re.search(r"/storage/put/|X-Amz-|Signature=|uploads/", text)
    assert sent.count("/media/p/") == 4


def test_practice_36_missing_variants_come_back_once_and_lists_load_no_originals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given a page of 50 parts with photos of ten pictures, whose variants were lost
    # Pictures of this test alone: workers of one run share the storage.
    made_once = [_photo(3600 + number) for number in range(10)]
    listings = [make_listing() for _ in range(50)]
    for number, listing in enumerate(listings):
        copy = made_once[number % 10]
        copy.pk, copy.listing_id, copy.is_primary = uuid7(), listing.pk, True
        data = storage().read(copy.s3_key)
        copy.s3_key = f"{copy.s3_key}-{number}"
        storage().save(copy.s3_key, data, copy.mime_type)
        copy.save(force_insert=True)
    listing_photos_refresh(listing_ids=[one.pk for one in listings])
    assets = list(ImageAsset.objects.all())
    for asset in assets:
        for name in (asset.variant_large, asset.variant_medium, asset.variant_thumb):
            storage().delete(variant_key(name))
    made: list[str] = []
    real = VariantStep.run

    def counting(self: VariantStep, given: Any) -> Any:
        made.append(str(given))
        return real(self, given)

    monkeypatch.setattr(VariantStep, "run", counting)
    client = browser_of("user")
    # when the list and all its pictures are loaded
    page = client.get("/listings/").content.decode()
    sources = re.findall(r'<img[^>]+src="([^"]*/media/p/[^"]+)"', page)
    answers = [client.get(re.sub(r"^https?://[^/]+", "", one)) for one in sources]
    # then
    assert len(sources) >= 50
    assert {one.status_code for one in answers} == {200}
    assert sum(len(one.content) for one in answers) <= 2_000_000
    assert not any(asset.s3_key in page for asset in assets)
    assert len(made) == 10


def test_practice_37_24_photos_everywhere_and_the_25th_is_named(shelf: Shelf) -> None:  # noqa: F811
    # given
    listing = make_listing()
    files = [
        UploadRequest(filename=f"{n}.jpg", mime_type="image/jpeg", size_bytes=1000)
        for n in range(25)
    ]
    # when they are uploaded
    with pytest.raises(TooManyPhotos) as all_at_once:
        upload_create(files=files, actor=person(), listing_id=listing.pk)
    assert not listing.photos.exists()
    for number in range(24):
        _photo(number % 3, listing_id=listing.pk)
    with pytest.raises(TooManyPhotos):
        upload_create(files=files[:1], actor=person(), listing_id=listing.pk)
    # then editor and payload have all of them
    assert "24" in all_at_once.value.message
    panel = browser_of("user").get(f"/ingestion/parts/{listing.pk}/").content.decode()
    assert panel.count("<figure") == 24
    assert "0 more fit" in panel
    assert len(inputs._pictures(listing.pk)) == 24
    # and a file with 24 addresses keeps them through import and export; the 25th is named
    urls = [f"{shelf.base}/a.jpg?{n}" for n in range(25)]
    content = "CustomLabel,Title,PicURL\n" + f"M-24,Many,{'|'.join(urls[:24])}\n"
    user = user_of("user")
    run = import_start(name="p.csv", content=content.encode(), dry_run=False, actor=_of(user))
    import_run(run_id=run.pk)
    imported = Listing.objects.get(custom_label_sku="M-24")
    assert imported.item_photo_url.split("|") == urls[:24]
    exported = io.BytesIO(b"".join(export_bytes(ExportFormat.EBAY, [imported], []))).getvalue()
    assert "|".join(urls[:24]) in exported.decode()
    more = make_listing(item_photo_url="|".join(urls))
    done = listing_photos_mirror(listing_id=more.pk, actor=person())
    assert (done.fetched, len(done.faults)) == (24, 1)
    assert done.faults[0].startswith(urls[24])


def _of(user: Any) -> Any:
    from realtrack.core.actors import Actor

    return Actor.person(user)
