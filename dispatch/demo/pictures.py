"""Photos for the demo, drawn here: a unit on a wall, before and after the work."""

import hashlib
import io
import uuid
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw

from dispatch.models import PhotoLabel, ServiceLine, User, Visit, new_id
from dispatch.services import photos, pictures, uploads

SIZE = (1280, 960)
# Wall and unit.
COLORS = {
    ServiceLine.IT: ("#c9d1da", "#2b3440"),
    ServiceLine.MANUFACTURING: ("#d8cfc0", "#5b6b58"),
    ServiceLine.HEALTHCARE: ("#dfe7e4", "#f4f4f0"),
}
LAMPS = {PhotoLabel.BEFORE: "#d43c2f", PhotoLabel.AFTER: "#2f9e5b"}
CAPTIONS = {
    PhotoLabel.BEFORE: "As it was found",
    PhotoLabel.AFTER: "In place and tested",
}


def leave(visit: Visit, *, by: User, at: datetime) -> None:
    """Some visits have photos; of one in eight the last is still on the phone."""
    digit = int(visit.job.number.rpartition("-")[2]) % 8
    if digit > 2 or visit.job.service_line == ServiceLine.HEALTHCARE:
        return
    began = visit.actual_start or at
    _photo(visit, PhotoLabel.BEFORE, by=by, at=began + timedelta(minutes=2))
    _photo(visit, PhotoLabel.AFTER, by=by, at=at, is_here=digit > 0)


def _photo(
    visit: Visit, label: str, *, by: User, at: datetime, is_here: bool = True
) -> None:
    data = drawn(visit.job.service_line, label)
    facts: dict[str, Any] = {
        "sha256": hashlib.sha256(data).hexdigest(),
        "size": len(data),
        "mime": "image/jpeg",
        "width": SIZE[0],
        "height": SIZE[1],
        "caption": CAPTIONS[PhotoLabel(label)],
        "label": label,
    }
    key: uuid.UUID = new_id()
    photo = photos.add(visit, photo_id=key, by=by, at=at, **facts)
    if is_here:
        uploads.keep(photo, pictures.make(data), at=at)


def drawn(service_line: str, label: str) -> bytes:
    """The unit before or after the work, as a camera would hand it over."""
    wall, unit = COLORS[ServiceLine(service_line)]
    picture = Image.new("RGB", SIZE, wall)
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 760, *SIZE), fill="#8a8f94")
    pen.rectangle((364, 204, 940, 724), fill="#7d8288")
    pen.rounded_rectangle((340, 180, 916, 700), 18, fill=unit, outline="#11151a")
    for row in range(4):
        top = 230 + row * 110
        pen.rounded_rectangle((380, top, 876, top + 84), 8, fill="#14181d")
        for hole in range(9):
            left = 400 + hole * 42
            pen.rectangle((left, top + 26, left + 28, top + 58), fill="#3a424c")
        pen.ellipse((826, top + 30, 850, top + 54), fill=LAMPS[PhotoLabel(label)])
    cable = [(628, 700), (640, 800), (560, 860), (600, 960)]
    if label == PhotoLabel.BEFORE:
        cable = [(628, 700), (820, 780), (420, 830), (760, 890), (700, 960)]
    pen.line(cable, fill="#1d4ed8", width=16, joint="curve")
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=85)
    return target.getvalue()
