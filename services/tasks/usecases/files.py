"""Evidence files: checked by content, kept in GridFS before the act, linked in its transaction.

GridFS cannot join a transaction, so a file is stored first; one whose act never happened has no
link and is swept after a day.
"""

import dataclasses
import datetime as dt
import hashlib
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import IO

import filetype
from bson import ObjectId
from bson.errors import InvalidId
from gridfs import GridFSBucket
from gridfs.errors import NoFile
from pymongo.database import Database

from services.tasks.domain.errors import InvalidError, NotFoundError
from shared.clock import Clock
from shared.mongo import Document

MAX_MEGABYTES = 20
_MEGABYTE = 1024 * 1024
_LONGEST_NAME = 150
_KEEP_UNLINKED = dt.timedelta(days=1)
# Office files are ZIP archives; the part named here tells which kind one is.
_OFFICE = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml"}
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "png": "image/png",
    "jpg": "image/jpeg",
}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileRef:
    """A stored file as reports list it; ``size`` in bytes, ``sha256`` in hex."""

    file_id: str
    name: str
    size: int
    content_type: str
    sha256: str


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A stored file to give out; ``linked_to`` is the assignment or measurement it proves."""

    ref: FileRef
    linked_to: str
    chunks: Iterator[bytes]


class Files:
    """Stores, links, gives and sweeps evidence files.

    :param max_bytes: the largest file that is taken.
    """

    def __init__(
        self,
        database: "Database[Document]",
        *,
        system: Clock,
        max_bytes: int = MAX_MEGABYTES * _MEGABYTE,
    ) -> None:
        self._bucket = GridFSBucket(database)
        self._rows = database["fs.files"]
        self._system = system
        self._max_bytes = max_bytes

    @property
    def megabytes(self) -> int:
        """Return the largest file that is taken, for the words of a form."""
        return self._max_bytes // _MEGABYTE

    def store(self, stream: IO[bytes], name: str) -> FileRef:
        """Check and keep one file; call it before the act's transaction.

        :param stream: seekable, at its beginning.
        :raises InvalidError: empty, too large, of a type that is not taken, or named otherwise.
        """
        clean = _name(name)
        size = _size(stream)
        if size == 0:
            raise InvalidError("files", "error.file_empty", name=clean)
        if size > self._max_bytes:
            limit = self._max_bytes // _MEGABYTE
            raise InvalidError("files", "error.file_too_large", name=clean, limit=limit)
        kind = _kind(stream, clean)
        digest = _sha256(stream)
        metadata = {"sha256": digest, "content_type": TYPES[kind], "assignment_id": None}
        file_id = self._bucket.upload_from_stream(clean, stream, metadata=metadata)
        return FileRef(
            file_id=str(file_id), name=clean, size=size, content_type=TYPES[kind], sha256=digest
        )

    def link(self, file_ids: Sequence[str], owner_id: str) -> None:
        """Say what the files prove; call it inside the act's transaction."""
        if file_ids:
            self._rows.update_many(
                {"_id": {"$in": [ObjectId(file_id) for file_id in file_ids]}},
                {"$set": {"metadata.assignment_id": owner_id}},
            )

    def open(self, file_id: str) -> Download:
        """Return a linked file.

        :raises NotFoundError: unknown, or not linked to anything yet.
        """
        try:
            found = self._bucket.open_download_stream(ObjectId(file_id))
        except (NoFile, InvalidId):
            raise NotFoundError("error.not_found") from None
        metadata = found.metadata or {}
        if not metadata.get("assignment_id"):
            raise NotFoundError("error.not_found")
        ref = FileRef(
            file_id=file_id,
            name=found.filename or file_id,
            size=found.length,
            content_type=metadata["content_type"],
            sha256=metadata["sha256"],
        )
        return Download(ref=ref, linked_to=metadata["assignment_id"], chunks=iter(found))

    def sweep(self) -> int:
        """Delete files that no act linked for a day; return how many."""
        old = self._system.now() - _KEEP_UNLINKED
        query = {"metadata.assignment_id": None, "uploadDate": {"$lt": old}}
        orphans = [row["_id"] for row in self._rows.find(query, {"_id": 1}, limit=100)]
        for file_id in orphans:
            self._bucket.delete(file_id)
        return len(orphans)


def _name(name: str) -> str:
    """Return the bare name in NFC without control characters; a path is cut off."""
    bare = unicodedata.normalize("NFC", PurePath(name.replace("\\", "/")).name)
    clean = "".join(char for char in bare if unicodedata.category(char)[0] != "C").strip()
    if not clean:
        raise InvalidError("files", "error.file_name")
    stem, dot, ending = clean.rpartition(".")
    return stem[:_LONGEST_NAME] + dot + ending[:8] if dot else clean[:_LONGEST_NAME]


def _size(stream: IO[bytes]) -> int:
    size = stream.seek(0, 2)
    stream.seek(0)
    return size


def _sha256(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while block := stream.read(_MEGABYTE):
        digest.update(block)
    stream.seek(0)
    return digest.hexdigest()


def _kind(stream: IO[bytes], name: str) -> str:
    """Return the type by content, when it is one that is taken and agrees with the name."""
    ending = name.rpartition(".")[2].lower().replace("jpeg", "jpg")
    guess = filetype.guess_extension(stream.read(8192))
    stream.seek(0)
    kind = _office_kind(stream) if guess in {"zip", *_OFFICE} else guess
    if kind not in TYPES:
        raise InvalidError("files", "error.file_type", name=name, types=", ".join(TYPES))
    if kind != ending:
        raise InvalidError("files", "error.file_mismatch", name=name, kind=kind)
    return str(kind)


def _office_kind(stream: IO[bytes]) -> str | None:
    try:
        with zipfile.ZipFile(stream) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    finally:
        stream.seek(0)
    return next((kind for kind, part in _OFFICE.items() if part in names), None)
