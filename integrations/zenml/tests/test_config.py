"""What can be configured, and what cannot be meant together."""

import unittest

from pydantic import ValidationError

from zenml_pushgate.flavors import (
    PushgateContainerRegistryConfig as Config,
)
from zenml_pushgate.flavors import PushgateContainerRegistryFlavor

URI = "registry.example.com/team"


class TestConfig(unittest.TestCase):
    def test_what_belongs_together_is_taken(self) -> None:
        Config(uri=URI)
        Config(uri=URI, registry="prod", catalog="/etc/pushgate.toml")
        config = Config(
            uri=f"{URI}/",
            pushgate_flavor="forbid-tags",
            settings='{"tags": ["latest"]}',
            grants='["registry"]',
            transport="plain-http",
            timeout=5,
        )
        # The command line of ZenML gives texts.
        self.assertEqual(config.settings, {"tags": ["latest"]})
        self.assertEqual(config.grants, ["registry"])
        self.assertEqual(config.uri, URI)

    def test_a_contradiction_names_both(self) -> None:
        of_the_flavor = {
            "settings": {},
            "grants": [],
            "credentials": [],
            "transport": "tls",
            "ca_file": "/ca.pem",
        }
        for name, value in {**of_the_flavor, "pushgate_flavor": "x"}.items():
            with self.assertRaises(ValidationError) as caught:
                Config(uri=URI, registry="prod", **{name: value})
            self.assertIn(f"`registry` and `{name}`", str(caught.exception))
        for name, value in of_the_flavor.items():
            with self.assertRaises(ValidationError) as caught:
                Config(uri=URI, **{name: value})
            expected = f"`{name}` without `pushgate_flavor`"
            self.assertIn(expected, str(caught.exception))

    def test_what_has_no_meaning_is_refused(self) -> None:
        for wrong in (
            {"timeout": 0},
            {"pushgate_flavor": "x", "transport": "none"},
            {"pushgate_flavor": "x", "settings": "no JSON"},
        ):
            with self.assertRaises(ValueError):
                Config(uri=URI, **wrong)

    def test_the_flavor_leads_to_its_classes(self) -> None:
        flavor = PushgateContainerRegistryFlavor()
        self.assertEqual(flavor.name, "pushgate")
        self.assertIs(flavor.config_class, Config)
        name = flavor.implementation_class.__name__
        self.assertEqual(name, "PushgateContainerRegistry")


if __name__ == "__main__":
    unittest.main()
