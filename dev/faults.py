"""What goes wrong with the embedded stack, said in one sentence that tells what to do."""

import errno


class StackError(Exception):
    """The stack cannot go on; the message is one sentence for the person at the terminal."""


def sentence(error: OSError) -> str:
    """Return an error of the operating system as a sentence that says what to do."""
    place = f" at {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full{place}: free about 2 GB and start again; nothing is lost."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"Not allowed to write{place}: give yourself the right, or use another folder."
    return f"{error.strerror or error}{place}: put it right and start again."
