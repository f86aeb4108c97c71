"""Keys are made once, the same for everybody who asks, and readable by their owner only."""

import re
import stat
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from cryptography.fernet import Fernet

from liaison.embedded.local_keys import MAKERS, local_secret


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_key_stays_the_same(tmp_path, name):
    var = tmp_path / "var"

    assert local_secret(name, var) == local_secret(name, var)
    assert stat.S_IMODE((var / "secrets.json").stat().st_mode) == 0o600


def test_each_key_has_the_form_its_setting_expects(tmp_path):
    assert re.fullmatch(r"[\w-]{64}", local_secret("SECRET_KEY", tmp_path))
    assert len(local_secret("BLIND_INDEX_KEY", tmp_path)) == 64
    Fernet(local_secret("CONTACT_KEYS", tmp_path))


def test_asked_for_by_many_at_once(tmp_path):
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(partial(local_secret, folder=tmp_path / "var"), sorted(MAKERS) * 20))

    assert len(set(found)) == len(MAKERS)


def test_a_damaged_file_is_named_and_not_replaced(tmp_path):
    (tmp_path / "secrets.json").write_text("{")

    with pytest.raises(ValueError, match=r"secrets\.json is damaged"):
        local_secret("SECRET_KEY", tmp_path)
    assert (tmp_path / "secrets.json").read_text() == "{"
