"""``python -m dev.documents``: write every document; ``--check`` only tells which are stale."""

import argparse
import sys

from dev.documents.written import IncompatibleError, made, stale, write


def main(arguments: list[str] | None = None) -> int:
    """Write or check; return 1 when a document is stale or a schema would break readers."""
    parser = argparse.ArgumentParser(prog="dev.documents", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    if parser.parse_args(arguments).check:
        old = stale()
        print("\n".join(f"stale: {name}" for name in old) or "all documents are fresh")
        return 1 if old else 0
    try:
        write()
    except IncompatibleError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{len(made())} documents are fresh")
    return 0


if __name__ == "__main__":
    sys.exit(main())
