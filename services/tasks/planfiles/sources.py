"""Reading the files of a plan: text, tables and trees, every value with its place.

Nothing is interpreted here: all values are text. Reading the folder is the only I/O of this
package.
"""

import csv
import dataclasses
import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from services.tasks.planfiles.faults import Fault, Place, nearest


@dataclasses.dataclass(frozen=True, slots=True)
class Cells:
    """One row of a table: a cell is given by its column, already stripped.

    :param place: file and row.
    """

    place: Place
    values: Mapping[str, str]

    def at(self, column: str) -> Place:
        """Return the place of a cell."""
        return self.place.at(column=column)

    def __getitem__(self, column: str) -> str:
        return self.values[column]


@dataclasses.dataclass(frozen=True, slots=True)
class Leaf:
    """A text of a YAML file."""

    place: Place
    text: str


@dataclasses.dataclass(frozen=True, slots=True)
class Branch:
    """A mapping of a YAML file."""

    place: Place
    children: Mapping[str, "Node"]

    def __contains__(self, key: str) -> bool:
        return key in self.children


@dataclasses.dataclass(frozen=True, slots=True)
class Series:
    """A list of a YAML file."""

    place: Place
    items: Sequence["Node"]


Node = Leaf | Branch | Series


def read_table(
    folder: Path, file: str, columns: Sequence[str], found: list[Fault]
) -> Iterator[Cells]:
    """Give the rows of a CSV file whose first row names exactly these columns.

    Row numbers are those of a spreadsheet: the header is row 1, and a cell with line breaks is
    still one row. Empty rows are left out.
    """
    place = Place(found, file)
    text = _text(folder, place)
    if text is None:
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(rows, [])
        if not _good_header(header, columns, place.at(row=1)):
            return
        for number, cells in enumerate(rows, start=2):
            if not any(cell.strip() for cell in cells):
                continue
            here = place.at(row=number)
            if len(cells) != len(header):
                here.fault("cells", ",".join(cells)[:80], wanted=len(header), given=len(cells))
                continue
            stripped = (cell.strip() for cell in cells)
            yield Cells(here, dict(zip(header, stripped, strict=True)))
    except csv.Error as error:
        place.fault("csv", problem=str(error), line=rows.line_num)


def read_tree(folder: Path, file: str, found: list[Fault]) -> Branch | None:
    """Return the mapping that a YAML file holds; all its values stay text."""
    place = Place(found, file)
    text = _text(folder, place)
    if text is None:
        return None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else None
        place.at(row=line).fault("yaml", problem=getattr(error, "problem", None) or str(error))
        return None
    tree = _node(root, place, set()) if root is not None else None
    if not isinstance(tree, Branch):
        place.fault("mapping_wanted")
        return None
    return tree


def _text(folder: Path, place: Place) -> str | None:
    try:
        content = (folder / place.file).read_bytes()
    except FileNotFoundError:
        place.fault("file_missing", folder=folder.name)
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        place.at(row=row).fault("encoding")
        return None
    if not unicodedata.is_normalized("NFC", text):
        for number, line in enumerate(text.splitlines(), start=1):
            if not unicodedata.is_normalized("NFC", line):
                place.at(row=number).fault("not_nfc")
        text = unicodedata.normalize("NFC", text)
    return text


def _good_header(header: Sequence[str], columns: Sequence[str], place: Place) -> bool:
    for name in columns:
        if name not in header:
            place.at(column=name).fault("column_missing")
    for name in header:
        if name not in columns:
            place.at(column=name).fault(
                "column_unknown", name, suggestion=nearest(name, set(columns) - set(header))
            )
    twice = {name for name in header if header.count(name) > 1}
    for name in sorted(twice):
        place.at(column=name).fault("column_twice", name)
    return not twice and set(header) == set(columns)


def _node(node: yaml.Node, place: Place, seen: set[int]) -> Node:
    here = place.at(row=node.start_mark.line + 1)
    if id(node) in seen:  # an alias could make a small file endless
        here.fault("alias")
        return Leaf(here, "")
    seen.add(id(node))
    if isinstance(node, yaml.ScalarNode):
        return Leaf(here, str(node.value).strip())
    if isinstance(node, yaml.SequenceNode):
        return Series(here, [_node(item, here, seen) for item in node.value])
    children: dict[str, Node] = {}
    for key_node, value_node in node.value:
        key = str(key_node.value)
        path = f"{place.column}.{key}".lstrip(".")
        at_key = place.at(row=key_node.start_mark.line + 1, column=path)
        if key in children:
            at_key.fault("key_twice", key)
        children[key] = _node(value_node, at_key, seen)
    return Branch(here, children)
