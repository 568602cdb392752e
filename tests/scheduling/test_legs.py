"""Travel tables are read once, and hold what the matrix says however it was made."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from scheduling import InputError, TravelMatrix
from scheduling.estimate import matrix_of
from scheduling.kernel.numbers import UNREACHABLE
from scheduling.legs import legs_of

ROWS = ((0, 7, 9), (8, 0, 1), (2, 3, 0))


def test_a_matrix_of_arrays_is_the_one_of_its_rows_with_the_same_tables():
    cells = np.array(ROWS, np.int64)
    made, read = matrix_of(cells, 10 * cells), TravelMatrix(ROWS, _times_ten())
    assert made == read
    for one in (legs_of(made), legs_of(read)):
        assert one.seconds.cells.tolist() == [list(row) for row in ROWS]
        assert tuple(one.seconds.table) == ROWS
        assert one.back.tolist() == [[0, 8, 2], [7, 0, 3], [9, 1, 0]]
        assert one.metres is not None
        assert one.metres.cells.tolist() == [list(row) for row in _times_ten()]


def _times_ten() -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(10 * x for x in row) for row in ROWS)


def test_no_way_and_more_than_a_cell_holds_are_both_out_of_reach():
    legs = legs_of(TravelMatrix(((0, None), (1 << 35, 0)), ((0, None), (5, 0))))
    expected = [[0, UNREACHABLE], [UNREACHABLE, 0]]
    assert legs.seconds.cells.tolist() == expected
    assert [list(row) for row in legs.seconds.table] == expected
    assert legs.metres is not None
    assert legs.metres.table == [(0, 0), (5, 0)]


def test_numbers_beyond_a_cell_are_read_from_the_rows():
    far = np.array([[0, 1 << 35], [4, 0]])
    assert legs_of(matrix_of(far, far)).seconds.cells[0, 1] == UNREACHABLE


def test_a_matrix_of_arrays_is_refused_what_one_of_rows_is():
    with pytest.raises(InputError, match=r"seconds\[0\]: holds a negative value"):
        matrix_of(np.array([[0, -1], [1, 0]]), np.zeros((2, 2), np.int64))


def test_tables_are_worked_out_once_and_left_behind_by_a_copy():
    matrix = TravelMatrix(ROWS)
    assert legs_of(matrix) is legs_of(matrix)
    copy = pickle.loads(pickle.dumps(matrix))
    assert copy == matrix
    assert copy.kept == []
