import unittest
from unittest.mock import patch

from pushgate_flavor import InspectError, http, log, registry
from pushgate_flavor.testing import image, push, take_log


class Pushes(unittest.TestCase):
    def test_a_push_by_tag(self) -> None:
        made = push("registry.example.com:5000/team/app:v1", settings={"tags": ["v1"]})
        self.assertEqual((made.registry, made.repository, made.tag), ("registry.example.com:5000", "team/app", "v1"))
        self.assertEqual((made.registry_uri, made.settings, made.requested_at, made.dry_run), (made.registry, {"tags": ["v1"]}, 1767225600, False))

    def test_a_push_by_digest(self) -> None:
        made = push("docker.io/library/app@sha256:00", uri="docker.io/library", dry_run=True)
        self.assertEqual((made.repository, made.tag, made.registry_uri, made.dry_run), ("library/app", None, "docker.io/library", True))

    def test_a_name_that_is_not_canonical(self) -> None:
        for name in ("app", "app:v1", "registry.example.com/app", "registry.example.com/"):
            with self.assertRaisesRegex(ValueError, "no canonical reference"):
                push(name)

    def test_images(self) -> None:
        made = push("r/a:1", images=[image("linux/arm64/v8", labels={"b": "2", "a": "1"}, config={"config": {"User": "1000"}})])
        (only,) = made.images()
        self.assertEqual((only.platform, list(only.labels.items())), ("linux/arm64/v8", [("a", "1"), ("b", "2")]))
        self.assertEqual((only.config["os"], only.config["variant"], only.config["config"]["User"]), ("linux", "v8", "1000"))
        self.assertEqual(only.config["config"]["Labels"], {"a": "1", "b": "2"})

    def test_members_that_no_image_config_has(self) -> None:
        for config, named in (
            ({"Env": ["A=b"]}, 'did you mean `image.config\\["config"\\]\\["Env"\\]`'),
            ({"config": {"user": "1"}}, "has no member `user`"),
        ):
            with self.subTest(config=config), self.assertRaisesRegex(ValueError, named):
                image(config=config)

    def test_digest_and_annotations(self) -> None:
        made = push("r/a:1", images=[image(annotations={"b": "2", "a": "1"}), image()], digest="sha256:00")
        self.assertEqual(made.digest(), "sha256:00")
        self.assertEqual([list(one.annotations.items()) for one in made.images()], [[("a", "1"), ("b", "2")], []])
        self.assertIsNone(push("r/a:1").digest())
        with self.assertRaises(InspectError):
            push("r/a:1", images=InspectError("unavailable", "gone")).digest()

    def test_sizes(self) -> None:
        made = push("r/a:1", images=[image(compressed_size=1 << 40, uncompressed_size=0), image()])
        self.assertEqual([(one.compressed_size, one.uncompressed_size) for one in made.images()], [(1 << 40, 0), (None, None)])

    def test_images_that_cannot_be_looked_at(self) -> None:
        with self.assertRaisesRegex(InspectError, "not-found"):
            push("r/a:1").images()
        with self.assertRaisesRegex(InspectError, "not-an-image: application/x"):
            push("r/a:1", images=InspectError("not-an-image", "application/x")).images()


class Log(unittest.TestCase):
    def test_messages_are_taken_once(self) -> None:
        take_log()
        log.warning("careful")
        log.error(ValueError("no \ud800"))
        self.assertEqual(take_log(), [(log.Level.WARNING, "careful"), (log.Level.ERROR, "no ?")])
        self.assertEqual(take_log(), [])


class Capabilities(unittest.TestCase):
    def test_without_a_component_the_remedy_is_told(self) -> None:
        for ask in (lambda: registry.tags("a"), lambda: registry.manifest_digest("a", "b"), lambda: http.get("https://example.com")):
            with self.assertRaisesRegex(RuntimeError, "unittest.mock.patch"):
                ask()

    def test_what_the_bindings_get(self) -> None:
        with patch.object(http, "_host") as host:
            host.send.return_value.configure_mock(status=200, headers=[("content-type", "application/json")], body=b'{"a": 1}')
            response = http.send("POST", "https://example.com", {"accept": "*/*"}, "text")
            host.Request.assert_called_once_with("POST", "https://example.com", [("accept", "*/*")], b"text")
        self.assertEqual((response.status, response.json(), response.header("Content-Type")), (200, {"a": 1}, "application/json"))
