"""The cast: fourteen technicians and the people who sign in. All invented."""

from typing import NamedTuple


class Person(NamedTuple):
    """A technician: name, trade, what the board says, home, skills with levels."""

    name: str
    line: str
    role: str
    home: tuple[float, float]
    skills: dict[str, int]
    starts: str = "08:00"
    ends: str = "16:30"

    @property
    def username(self) -> str:
        """Everybody signs in by first name."""
        return self.name.split()[0].lower()


TECHNICIANS = [
    Person("Tariq Mahmood", "it", "Network 3", (51.5921, -2.9742),
           {"network": 3, "desktop": 2}),
    Person("Ana Duarte", "it", "Desktop, Network 2", (51.5748, -3.0148),
           {"network": 2, "desktop": 3}),
    Person("Tomasz Zielinski", "it", "Wi-Fi, Network 2", (51.5842, -2.9477),
           {"network": 2, "wifi": 3, "desktop": 1}, starts="07:30", ends="16:00"),
    Person("Sian Rees", "it", "Desktop 3", (51.5802, -3.0424),
           {"desktop": 3, "wifi": 1}),
    Person("Huw Parry", "it", "Network 3", (51.5706, -2.9882),
           {"network": 3, "desktop": 2}),
    Person("Gethin Pryce", "mfg", "Electrical, LOTO", (51.5879, -2.9649),
           {"electrical": 3, "loto": 2, "mechanical": 1},
           starts="07:30", ends="16:00"),
    Person("Owain Llewellyn", "mfg", "Mechanical", (51.5696, -3.0117),
           {"mechanical": 3, "loto": 1}),
    Person("Idris Vaughan", "mfg", "Calibration", (51.5855, -3.0416),
           {"calibration": 2, "electrical": 2, "confined-space": 1, "loto": 1}),
    Person("Dylan Hughes", "mfg", "Mechanical, LOTO", (51.5813, -2.9585),
           {"mechanical": 2, "electrical": 2, "loto": 2}, starts="07:30", ends="16:00"),
    Person("Mei Chen", "care", "Medical equipment", (51.5934, -2.9668),
           {"med-equipment": 3}),
    Person("Leah Okafor", "care", "Medical equipment", (51.5785, -3.0060),
           {"med-equipment": 2}),
    Person("Carys Bevan", "care", "Nurse", (51.5873, -3.0030),
           {"nursing": 3, "care": 2}, starts="07:30", ends="15:30"),
    Person("Priya Nair", "care", "Nurse", (51.5778, -2.9883),
           {"nursing": 2, "care": 2}, starts="07:30", ends="15:30"),
    Person("Rhian Morgan", "care", "Care", (51.5845, -3.0009),
           {"care": 3}, starts="07:00", ends="15:00"),
]  # fmt: skip

OFFICE = [
    ("dora", "Dora", "Williams", "dispatcher"),
    ("admin", "Ada", "Min", "admin"),
]
