"""``make admin``: asks for the first administrator and lets tasks create the account."""

import os
import subprocess
import sys

from dev import ports
from dev.faults import StackError
from dev.settings import ROOT, StackSettings
from dev.stack import mongo_server


def create(given: StackSettings) -> int:
    """Ask and create; return the exit code of the command of tasks.

    :raises StackError: when the embedded database does not run.
    """
    uri = given.mongodb_uri
    if uri is None:
        if not ports.answers(given.mongodb_port):
            raise StackError("The database does not run: start it with make run, then make admin.")
        uri = mongo_server(given).uri("tasks")
    username = os.environ.get("ADMIN_USERNAME") or input("User name: ").strip()
    name = os.environ.get("ADMIN_NAME") or input("Full name: ").strip()
    command = [sys.executable, "-m", "services.tasks", "admin", "create"]
    done = subprocess.run(
        [*command, "--username", username, "--name", name],
        env=os.environ | {"MONGODB_URI": uri},
        cwd=ROOT,
        check=False,
    )
    return done.returncode
