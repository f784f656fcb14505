"""Signing in and out."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_sign_in_leads_back_to_where_one_came_from(client: Client) -> None:
    make_user("anna", password="correct horse battery")
    page = client.get("/method/").content.decode()
    assert 'href="/signin/?next=%2Fmethod%2F"' in page
    form = {"username": "anna", "password": "correct horse battery", "next": "/method/"}
    assert client.post("/signin/", form).headers["Location"] == "/method/"
    assert "anna" in client.get("/method/").content.decode()


def test_foreign_address_is_not_followed(client: Client) -> None:
    make_user("anna", password="correct horse battery")
    form = {"username": "anna", "password": "correct horse battery", "next": "https://evil.example/"}
    assert client.post("/signin/", form).headers["Location"] == "/"


def test_wrong_password_says_so(client: Client) -> None:
    make_user("anna", password="correct horse battery")
    page = client.post("/signin/", {"username": "anna", "password": "wrong"}).content.decode()
    assert "Name and password do not fit" in page


def test_sign_out_is_a_post(client: Client) -> None:
    client.force_login(make_user("anna"))
    assert client.get("/signout/").status_code == 405
    assert client.post("/signout/").headers["Location"] == "/"
    assert "Sign in" in client.get("/method/").content.decode()
