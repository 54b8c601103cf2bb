from __future__ import annotations

from ingestion.pipeline.grouping import BundlePhoto, group_all, group_bundle, group_each
from ingestion.reference import reference
from tests.ingestion.readings import reading


def test_groups_begin_where_another_number_is_read() -> None:
    # given two parts of three and two photos, one of them photographed before its label
    photos = [
        reading(),
        reading("DENSO", "104210-5890"),
        reading("31100-R40-A01", "104210-5890"),
        reading("BOSCH", "0 280 750 030"),
        reading("dirt"),
    ]
    # then
    assert group_bundle([BundlePhoto(reading=one) for one in photos], reference()) == [
        tuple(photos[:3]),
        tuple(photos[3:]),
    ]
    assert group_all(photos) == [tuple(photos)]
    assert group_each(photos) == [(one,) for one in photos]
    assert group_all([]) == []
