from pathlib import Path

import pytest

from dev import frontend
from dev.secrets_kept import IdentityKeys, ensure_identity


@pytest.fixture(scope="session")
def identity_keys(tmp_path_factory: pytest.TempPathFactory) -> IdentityKeys:
    """The keys of this run, and the front end's files, which every page names."""
    frontend.ensure()
    folder: Path = tmp_path_factory.mktemp("keys")
    return ensure_identity(folder)
