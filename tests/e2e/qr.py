"""A camera that sees one QR code: a short film in the plainest of formats."""

from pathlib import Path

# The serial number P-77, module by module.
P_77 = [
    "#######.#..##.#######",
    "#.....#.####..#.....#",
    "#.###.#....##.#.###.#",
    "#.###.#.#..#..#.###.#",
    "#.###.#.####..#.###.#",
    "#.....#.##..#.#.....#",
    "#######.#.#.#.#######",
    "..........###........",
    "...#..#..#..#..###.##",
    "###..#..#.#####..#.##",
    "#.##.##.##...#.......",
    ".#...#...#........###",
    "####.##.#..#....#.#..",
    "........##...####....",
    "#######...#.#.##.###.",
    "#.....#.....#.####.##",
    "#.###.#..##..####.###",
    "#.###.#.##..###..####",
    "#.###.#..#..##..#...#",
    "#.....#..#.##...#.#.#",
    "#######.....###.###..",
]
WIDTH, HEIGHT, MODULE = 640, 480, 12
DARK, LIGHT, GREY = b"\x10", b"\xeb", b"\x80"


def film(path: Path) -> Path:
    """Write two frames of the code in the middle of a white sheet, as y4m."""
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F15:1 Ip A1:1 C420jpeg\n".encode()
    colours = GREY * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + _picture() + colours
    path.write_bytes(header + frame * 2)
    return path


def _picture() -> bytes:
    side = len(P_77) * MODULE
    left, top = (WIDTH - side) // 2, (HEIGHT - side) // 2
    white = LIGHT * WIDTH
    lines = [
        LIGHT * left
        + b"".join((DARK if one == "#" else LIGHT) * MODULE for one in row)
        + LIGHT * (WIDTH - left - side)
        for row in P_77
        for _ in range(MODULE)
    ]
    return b"".join([white * top, *lines, white * (HEIGHT - top - side)])
