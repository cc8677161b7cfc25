"""The sections of a component, as far as the build writes or drops some."""

from collections.abc import Iterator

_CUSTOM, _MODULE, _COMPONENT = 0, 1, 4
_OWN = ("component-name", "version", "description")


def describe(component: bytes, name: str, version: str, description: str) -> bytes:
    """The component with its name, version and description, where tools look for them: in custom sections at its outside."""
    kept = (section for number, contents, section in _sections(component) if number != _CUSTOM or _name(contents) not in _OWN)
    subsection = _text(name)
    return b"".join(
        [
            component[:8],
            *kept,
            _custom("component-name", b"\0" + _leb128(len(subsection)) + subsection),
            _custom("version", version.encode()),
            _custom("description", description.encode()),
        ]
    )


def without_debug_names(binary: bytes) -> bytes:
    """The component, or the module, without the names of functions and parts, which only a debugger reads: 0.4 MB."""
    is_component = binary[4:8] != b"\1\0\0\0"
    parts = [binary[:8]]
    for number, contents, section in _sections(binary):
        if number == _CUSTOM and _name(contents) in ("name", "component-name"):
            continue
        if is_component and number in (_MODULE, _COMPONENT):
            inner = without_debug_names(contents)
            section = bytes([number]) + _leb128(len(inner)) + inner
        parts.append(section)
    return b"".join(parts)


def _sections(binary: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each section: its number, its contents, and all of it."""
    start = 8
    while start < len(binary):
        length, contents = _read_leb128(binary, start + 1)
        end = contents + length
        yield binary[start], binary[contents:end], binary[start:end]
        start = end


def _name(contents: bytes) -> str:
    """The name of a custom section."""
    length, start = _read_leb128(contents, 0)
    return contents[start : start + length].decode()


def _custom(name: str, contents: bytes) -> bytes:
    section = _text(name) + contents
    return bytes([_CUSTOM]) + _leb128(len(section)) + section


def _text(text: str) -> bytes:
    data = text.encode()
    return _leb128(len(data)) + data


def _leb128(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _read_leb128(binary: bytes, start: int) -> tuple[int, int]:
    """The number, and where it ends."""
    value = shift = 0
    while True:
        byte = binary[start]
        start += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, start
