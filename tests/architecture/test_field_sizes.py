"""The field app stays small: its first download, its worker, what it keeps."""

import pytest

from tests.budgets import sizes
from tests.budgets.figures import Figure


@pytest.mark.parametrize("figure", sizes.figures(), ids=lambda figure: figure.name)
def test_the_field_app_keeps_its_size(figure: Figure) -> None:
    said = f"{figure.name}: {figure.measured:.1f} of {figure.budget} {figure.unit}"
    assert figure.ok, said


def test_no_file_of_the_field_app_brings_the_database_along() -> None:
    """Only one: a second copy once came in with the worker that scales photos."""
    brought = [
        file
        for file in sizes.precached()
        if file.endswith(".js") and "DexieError" in (sizes.DIST / file).read_text()
    ]
    assert len(brought) == 1
