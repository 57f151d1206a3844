"""A gallery of what a model gets most wrong: of each class the abnormal head with the lowest score, and the normal heads with the highest.

python -m headway_training.failures ../public/models/NAME --data FOLDER --rows ROWS.jsonl

ROWS is what `evaluate --rows` kept of the same weights; the heads are made again from it. Writes failures.svg and a section of README.md.
"""

import argparse
import base64
import json
import struct
import zlib
from pathlib import Path

import numpy as np

from .evaluate import TEST_SEED, Rows, setting_of
from .heads.sample import VISIBLE
from .release import probability
from .report import replaced
from .world import generator

FALSE_ALARMS, COLUMNS = 6, 6
# A slice of the network's input and the line of words under it, in units of the picture.
TILE, WORDS = 132, 34
# What of the input is shown as black and as white, z-scores.
BLACK, WHITE = -1.0, 3.5
BEGIN, END = "<!-- failures: written by headway_training.failures -->", "<!-- end of failures -->"


def worst(rows):
    """Of each class the abnormal row with the lowest logit, by name; then the normal rows with the highest."""
    found = {}
    for row in (row for row in rows if row["abnormal"]):
        if row["class"] not in found or row["logit"] < found[row["class"]]["logit"]:
            found[row["class"]] = row
    normals = sorted((row for row in rows if not row["abnormal"]), key=lambda row: -row["logit"])
    return [found[name] for name in sorted(found)] + normals[:FALSE_ALARMS]


def png(grey):
    """A greyscale picture [rows, columns] of bytes as a PNG file."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows, columns = grey.shape
    lines = b"".join(b"\0" + line.tobytes() for line in grey)
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b"")


def axial(head):
    """(picture, finding) of the axial slice with most of the finding, or the middle one; patient's right on the left, front up."""
    volume, findings = (np.asarray(values, np.float32) for values in (head.volume, head.findings))
    share = findings.sum((0, 1))
    z = int(share.argmax()) if share.max() > 0 else volume.shape[2] // 2
    grey = np.clip((volume[::-1, ::-1, z].T - BLACK) / (WHITE - BLACK), 0, 1)
    return (grey * 255).round().astype(np.uint8), findings[::-1, ::-1, z].T > VISIBLE


def edges(inside):
    """The border of a mask [rows, columns] as SVG path data, one unit a voxel."""
    padded = np.pad(inside, 1)
    across = np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1])
    down = np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1])
    return "".join([f"M{x} {y}h1" for y, x in across] + [f"M{x} {y}v1" for y, x in down])


def tile(at, head, words):
    """One picture with its two lines of words, as SVG."""
    grey, finding = axial(head)
    x, y = at % COLUMNS * (TILE + 8), at // COLUMNS * (TILE + WORDS + 8)
    data = base64.b64encode(png(grey)).decode()
    lines = "".join(f'<text y="{TILE + 13 + 14 * line}">{text}</text>' for line, text in enumerate(words))
    return (
        f'<g transform="translate({x} {y})"><image width="{TILE}" height="{TILE}" href="data:image/png;base64,{data}"/>'
        f'<path transform="scale({TILE / grey.shape[0]})" d="{edges(finding)}" stroke="#ff9d2e" stroke-width="0.5" fill="none"/>'
        f'<g fill="currentColor">{lines}</g></g>'
    )


def words_of(row, score):
    """What stands under a picture."""
    if not row["abnormal"]:
        return "normal", f"score {score}"
    size = f"{row['volume_ml']:.1f} mL, " if "volume_ml" in row else ""
    return row["class"].replace("_", " "), f"{size}score {score}"


def gallery(tiles):
    """All tiles as one SVG."""
    rows = -(-len(tiles) // COLUMNS)
    width, height = COLUMNS * (TILE + 8) - 8, rows * (TILE + WORDS + 8)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" style="font-family:sans-serif;font-size:11px">'
        f"<title>Heads that the model gets most wrong</title>{''.join(tiles)}</svg>\n"
    )


def section(count):
    """The section's Markdown."""
    return f"""{BEGIN}
## What it gets most wrong

Of each class the head with the lowest score, then the {FALSE_ALARMS} normal heads with the highest, of {count} synthetic heads: the slice with most
of the finding (its border in orange) as the network sees it, patient's right on the left.

![Heads that the model gets most wrong](failures.svg)
{END}"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args()
    card = json.loads((options.model / "card.json").read_text())
    size, temperature = card["input"]["size_voxels"], 1 / card["calibration"]["slope"]
    kept = Rows(options.rows, setting_of(options.model, size, "mixed"), None).kept
    rows = [row for (part, _), row in kept.items() if part == "test"]
    if not rows:
        raise SystemExit(f"{options.rows} has no rows of these weights; run `evaluate --rows {options.rows}` first.")
    heads = generator(options.data, "test", TEST_SEED, size, cache=options.cache)
    tiles = [
        tile(at, heads.head(row["index"]), words_of(row, round(100 * probability(row["logit"], temperature))))
        for at, row in enumerate(worst(rows))
    ]
    (options.model / "failures.svg").write_text(gallery(tiles))
    readme = options.model / "README.md"
    readme.write_text(replaced(readme.read_text(), section(len(rows)), BEGIN, END))


if __name__ == "__main__":
    main()
