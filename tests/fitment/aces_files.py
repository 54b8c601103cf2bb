"""Application files and their handling in tests."""

from __future__ import annotations

import io
import uuid
from typing import Any

from fitment.aces.importing import import_run
from fitment.aces.uploads import upload_start
from fitment.enums import AcesFileKind
from fitment.models import AcesUpload
from realtrack.core.actors import Actor

CODES = """kind,id,name,make,model,year
BaseVehicle,171,,Toyota,Camry,2007
BaseVehicle,172,,Toyota,Camry,2008
BaseVehicle,173,,Toyota,Camry,2009
BaseVehicle,175,,Toyota,Camry,2011
SubModel,92,LE,,,
EngineBase,983,2.4L I4,,,
Make,76,Toyota,,,
Model,700,Camry,,,
PartType,6832,Alternator,,,
Position,22,Front,,,
Position,30,Rear,,,
"""


def app(number: int, vehicle: str = '<BaseVehicle id="171"/>', **changes: Any) -> str:
    """One application; `changes`: action, extra, part, position, quantity."""
    position = changes.get("position")
    placed = f'<Position id="{position}"/>' if position else ""
    return (
        f'<App action="{changes.get("action", "A")}" id="{number}">{vehicle}'
        f"{changes.get('extra', '')}<Qty>{changes.get('quantity', 1)}</Qty>"
        f'<PartType id="6832"/>{placed}<Part>{changes.get("part", "AB-100")}</Part></App>'
    )


def aces(*apps: str, **changes: Any) -> bytes:
    """A whole file; `changes`: version, submission, brand, count, head, footer, encoding."""
    encoding = changes.get("encoding", "UTF-8")
    count = changes.get("count", len(apps))
    brand = f"<BrandAAIAID>{changes.get('brand', 'BBBB')}</BrandAAIAID>"
    footer = changes.get("footer", f"<Footer><RecordCount>{count}</RecordCount></Footer>")
    text = (
        f'<?xml version="1.0" encoding="{encoding}"?>{changes.get("head", "")}'
        f'<ACES version="{changes.get("version", "4.2")}"><Header>'
        f"<Company>{changes.get('company', 'Maker')}</Company><SenderName>s</SenderName>"
        "<SenderPhone>1</SenderPhone><TransferDate>2026-01-01</TransferDate>"
        f"{brand}<DocumentTitle>t</DocumentTitle><EffectiveDate>2026-01-01</EffectiveDate>"
        f"<SubmissionType>{changes.get('submission', 'UPDATE')}</SubmissionType>"
        "<VcdbVersionDate>2025-12-26</VcdbVersionDate><QdbVersionDate>2025-12-26</QdbVersionDate>"
        "<PcdbVersionDate>2025-12-26</PcdbVersionDate></Header>"
        f"{''.join(apps)}{footer}</ACES>"
    )
    return text.encode(encoding)


def sent(content: bytes, actor: Actor, name: str = "file.xml", **options: Any) -> AcesUpload:
    """Upload a file and do its run."""
    upload = upload_start(name=name, file=io.BytesIO(content), actor=actor, **options)
    return worked(upload.run_id)


def worked(run_id: uuid.UUID) -> AcesUpload:
    """Do what is left of a run."""
    import_run(run_id=run_id)
    return AcesUpload.objects.select_related("run").get(run_id=run_id)


def mapped(actor: Actor, codes: str = CODES, **options: Any) -> AcesUpload:
    """Upload a table of ids."""
    return sent(codes.encode(), actor, "codes.csv", kind=AcesFileKind.MAPPING, **options)
