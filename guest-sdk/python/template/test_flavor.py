"""Tests that need neither a component nor pushgate: `.venv/bin/python -m unittest`."""

import unittest
{% if registry or http %}
from unittest.mock import patch
{% endif %}

from pushgate_flavor import APPROVED, Denied
{% if http %}
from pushgate_flavor.http import Response
{% endif %}
from pushgate_flavor.testing import push

from flavor import prepare


class Prepare(unittest.TestCase):
    def test_latest_is_forbidden(self) -> None:
        with self.assertRaises(Denied) as refused:
            prepare(push("registry.example.com/team/app:latest"))
        self.assertEqual([violation.code for violation in refused.exception.violations], ["tag.forbidden"])
{% if settings %}

    def test_the_settings_say_what_is_forbidden(self) -> None:
        with self.assertRaisesRegex(Denied, "the tag `dev` is forbidden"):
            prepare(push("registry.example.com/team/app:dev", settings={"tags": ["dev"]}))
{% endif %}
{% if registry %}

    def test_a_tag_is_pushed_once(self) -> None:
        with patch("flavor.manifest_digest", return_value="sha256:0"), self.assertRaisesRegex(Denied, "the tag `v1` exists already"):
            prepare(push("registry.example.com/team/app:v1"))
{% endif %}
{% if http %}

{% if registry %}
    @patch("flavor.manifest_digest", lambda repository, tag: None)
{% endif %}
    def test_nothing_is_pushed_in_a_freeze(self) -> None:
        with patch("flavor.get", return_value=Response(200, body=b"frozen")), self.assertRaisesRegex(Denied, "pushes are frozen"):
            prepare(push("registry.example.com/team/app:v1"))
{% endif %}

{% if registry %}
    @patch("flavor.manifest_digest", lambda repository, tag: None)
{% endif %}
{% if http %}
    @patch("flavor.get", lambda url: Response(200, body=b"open"))
{% endif %}
    def test_a_version_goes_on(self) -> None:
        self.assertIs(prepare(push("registry.example.com/team/app:v1")), APPROVED)


if __name__ == "__main__":
    unittest.main()
