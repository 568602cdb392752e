"""The fonts of the report: whole families, made from locked packages."""

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from dispatch.config import checks
from dispatch.integrations.typst import fonts, render

FOLDER = settings.FRONTEND_DIST / "fonts"
TEXTS = [
    ("Inter", 400, "Service Škoda Ấ Ελληνικά Ἀ Привет ґ ₴ € —"),
    ("Inter", 600, "Service Škoda Ấ Ελληνικά Ἀ Привет ґ ₴ € —"),
    ("Noto Sans Arabic", 400, "مرحبا لا پ ١٢ 12 (A)"),
    ("Noto Sans Arabic", 600, "مرحبا لا پ ١٢ 12 (A)"),
    ("Noto Sans Hebrew", 400, "שָׁלוֹם ₪ 12 (A)"),
    ("Noto Sans Hebrew", 600, "שָׁלוֹם ₪ 12 (A)"),
    ("Noto Emoji", 400, "👍🔧✅"),
]


@pytest.mark.parametrize(("family", "weight", "text"), TEXTS)
def test_each_font_is_one_file_with_all_letters_and_the_family_s_name(
    family, weight, text
):
    font = TTFont(FOLDER / f"{family.replace(' ', '')}-{weight}.ttf")
    assert {ord(letter) for letter in text} <= set(font.getBestCmap())
    assert font["name"].getBestFamilyName() == family
    assert font["OS/2"].usWeightClass == weight


def test_the_licence_of_every_family_lies_beside_it():
    for family in fonts.FAMILIES:
        words = (FOLDER / f"{family.package}.LICENSE.txt").read_text()
        assert "SIL OPEN FONT LICENSE" in words.upper()


def test_the_same_packages_give_the_same_fonts(tmp_path):
    fonts.make(fonts.PACKAGES, tmp_path)
    made = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    assert made == {file.name: file.read_bytes() for file in FOLDER.iterdir()}


def test_without_them_a_report_is_made_and_the_operator_is_told(settings, tmp_path):
    assert checks.fonts_are_built(None) == []
    settings.FRONTEND_DIST = tmp_path
    assert [said.id for said in checks.fonts_are_built(None)] == ["dispatch.W002"]
    render._fonts.cache_clear()
    try:
        assert render._fonts().fonts()
    finally:
        render._fonts.cache_clear()
