"""Pictures for tests, drawn here, and a phone that sends them part by part."""

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from dispatch.models import Photo, Visit
from dispatch.services import uploads
from tests.field_app.world import Phone, new_id


def picture(width: int = 640, height: int = 480, *, form: str = "JPEG") -> bytes:
    """A picture whose left half is blue: it shows which way up it is."""
    made = Image.new("RGB", (width, height), "orange")
    ImageDraw.Draw(made).rectangle((0, 0, width // 2, height), fill="blue")
    return encoded(made, form)


def noisy(width: int = 800, height: int = 600) -> bytes:
    """A picture of several parts: noise does not compress."""
    return encoded(Image.effect_noise((width, height), 90).convert("RGB"), "JPEG", 95)


def with_gps(width: int = 640, height: int = 480) -> bytes:
    """A picture lying on its side that says where it was taken, and by whom."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x013B] = "Tariq Mahmood"
    exif.get_ifd(0x8825).update(
        {1: "N", 2: (51.0, 35.0, 2.0), 3: "W", 4: (2.0, 59.0, 40.0)}
    )
    made = Image.new("RGB", (width, height), "orange")
    ImageDraw.Draw(made).rectangle((0, 0, width // 2, height), fill="blue")
    target = io.BytesIO()
    made.save(target, "JPEG", exif=exif, comment=b"Board Mills, gate B")
    return target.getvalue()


def encoded(made: Image.Image, form: str, quality: int = 80) -> bytes:
    """Bytes of a picture."""
    target = io.BytesIO()
    made.save(target, form, quality=quality)
    return target.getvalue()


@dataclass
class Sending:
    """One photo on its way from a phone."""

    phone: Phone
    data: bytes
    id: str = field(default_factory=new_id)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()

    @property
    def parts(self) -> list[bytes]:
        step = uploads.PART_BYTES
        return [self.data[at : at + step] for at in range(0, len(self.data), step)]

    @property
    def photo(self) -> Photo:
        return Photo.objects.get(pk=self.id)

    def add(self, visit: Visit, **more: Any) -> dict[str, Any]:
        """The act that describes it; its receipt."""
        facts = {
            "media": self.id,
            "sha256": self.sha256,
            "size": len(self.data),
            "mime": "image/jpeg",
            "width": 640,
            "height": 480,
        }
        return self.phone.send("photo.add", visit, **(facts | more))

    def begin(self) -> Any:
        return self.phone.client.post(
            f"/field/api/media/{self.id}", {}, content_type="application/json"
        )

    def held(self) -> list[int]:
        answer = self.phone.client.get(f"/field/api/media/{self.id}").json()
        parts: list[int] = answer["held"]
        return parts

    def put(self, number: int, data: bytes | None = None, sha256: str = "") -> Any:
        body = self.parts[number] if data is None else data
        digest = sha256 or hashlib.sha256(body).hexdigest()
        return self.phone.client.put(
            f"/field/api/media/{self.id}/parts/{number}?sha256={digest}",
            body,
            content_type="application/octet-stream",
        )

    def complete(self, sha256: str = "") -> Any:
        return self.phone.client.post(
            f"/field/api/media/{self.id}/complete",
            {"sha256": sha256 or self.sha256},
            content_type="application/json",
        )

    def send_all(self) -> Any:
        """All parts in order, and the word that they are complete."""
        for number in range(len(self.parts)):
            assert self.put(number).status_code == 200
        return self.complete()
