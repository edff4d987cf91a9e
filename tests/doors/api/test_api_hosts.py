"""The API answers to the names of its node and to no other."""

import pytest
from django.test import Client, override_settings


def get(host):
    return Client(raise_request_exception=False).get("/api/v1/openapi.json", headers={"Host": host})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8130", "[::1]:8000"])
def test_this_machine_is_answered(host):
    assert get(host).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a b", ""])
def test_another_name_is_refused_with_the_setting(host):
    refused = get(host)
    assert refused.status_code == 400
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert "COMITY_ALLOWED_HOSTS" in refused.json()["detail"]


def test_a_name_that_is_set_is_answered():
    with override_settings(ALLOWED_HOSTS=["comity.example.gov"]):
        assert get("comity.example.gov").status_code == 200
