import pytest


@pytest.fixture(autouse=True)
def test_addresses(settings):
    settings.ROOT_URLCONF = "tests.web.urls"
    files = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = settings.STORAGES | {"staticfiles": files}


@pytest.fixture
def calm(client):
    """A client that gets the answer of an unexpected error instead of the error."""
    client.raise_request_exception = False
    return client
