import tempfile
import unittest
from pathlib import Path

from pushgate_flavor._build import BuildError, _project, _sections, build
from pushgate_flavor._build._component import _reason

HEADER = b"\0asm\x0d\0\1\0"
MODULE = b"\0asm\1\0\0\0"


def custom(name: str, contents: bytes) -> bytes:
    return _sections._custom(name, contents)


class Sections(unittest.TestCase):
    def test_a_component_is_described_once(self) -> None:
        described = _sections.describe(HEADER + custom("version", b"old") + custom("kept", b"1"), "ab", "0.1.0", "x" * 200)
        sections = list(_sections._sections(described))
        self.assertEqual([_sections._name(contents) for _, contents, _ in sections], ["kept", "component-name", "version", "description"])
        self.assertTrue(sections[1][1].endswith(b"\0\3\2ab"))
        self.assertTrue(sections[2][1].endswith(b"0.1.0"))
        self.assertEqual(len(sections[3][1]), 1 + len("description") + 200)

    def test_a_long_name(self) -> None:
        described = _sections.describe(HEADER, "n" * 200, "", "")
        self.assertIn(b"\0\xca\x01\xc8\x01nnn", described)

    def test_debug_names_are_dropped_at_every_depth(self) -> None:
        code = b"\x0a\x02\x01\x00"
        module = MODULE + code + custom("name", b"n" * 300) + custom("producers", b"p")
        nested = HEADER + b"\x01" + _sections._leb128(len(module)) + module
        component = HEADER + b"\x04" + _sections._leb128(len(nested)) + nested + custom("component-name", b"n")
        stripped = MODULE + code + custom("producers", b"p")
        inner = HEADER + b"\x01" + _sections._leb128(len(stripped)) + stripped
        self.assertEqual(_sections.without_debug_names(component), HEADER + b"\x04" + _sections._leb128(len(inner)) + inner)


class Projects(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def write(self, manifest: str) -> None:
        (self.folder / "pyproject.toml").write_text(manifest)
        (self.folder / "wit").mkdir(exist_ok=True)
        (self.folder / "flavor.py").touch()

    def test_what_the_manifest_says(self) -> None:
        self.write('[project]\nname = "a"\nversion = "1"\n[tool.pushgate-flavor]\nworld = "w"\n')
        project = _project.read(self.folder)
        self.assertEqual(
            (project.name, project.version, project.description, project.module, project.world, project.schema), ("a", "1", "", "flavor", "w", None)
        )

    def test_what_is_wrong_is_named(self) -> None:
        with self.assertRaisesRegex(BuildError, "pyproject.toml not found"):
            build(self.folder)
        for manifest, message in (
            ("[project", "pyproject.toml: "),
            ('[project]\nname = "a"\n', "`version` is missing"),
            ('[project]\nname = "a"\nversion = 1\n', "`version` is not a text"),
            ('[project]\nname = "a"\nversion = "1"\n[tool.pushgate-flavor]\nmodul = "x"\n', "unknown key `tool.pushgate-flavor.modul`"),
            ('[project]\nname = "a"\nversion = "1"\n[tool.pushgate-flavor]\nmodule = "x"\n', "x.py not found"),
        ):
            self.write(manifest)
            with self.subTest(manifest), self.assertRaisesRegex(BuildError, message):
                _project.read(self.folder)

    def test_the_reason_is_the_authors_part_of_what_the_tool_says(self) -> None:
        self.write('[project]\nname = "a"\nversion = "1"\n')
        said = (
            'Traceback (most recent call last):\n  File "<string>", line 1\nAssertionError: Traceback (most recent call last):\n'
            '  File "/0/pushgate_flavor_app.py", line 5, in <module>\n    import flavor\n  File "/1/flavor.py", line 2, in <module>\n    import nothing\n'
            "ModuleNotFoundError: No module named 'nothing'\n\n\nCaused by:\n    more\n\nStack backtrace:\n   0: x\n"
        )
        self.assertEqual(
            _reason(_project.read(self.folder), said),
            "the component could not be made:\nTraceback (most recent call last):\n"
            f"  File \"{self.folder.resolve()}/flavor.py\", line 2, in <module>\n    import nothing\nModuleNotFoundError: No module named 'nothing'",
        )
