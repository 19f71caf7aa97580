# SPDX-License-Identifier: ISC
"""What the source tree promises about itself: sizes, layers, form, and documents that agree with it."""
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 80
MAIN_LINES_MAX = 39

# What each folder may use besides itself: arrows only point down this list.
USES = {
    "base": [],
    "os": ["base"],
    "confine": ["os", "base"],
    "net": ["confine", "os", "base"],
    "ssh": ["net", "confine", "os", "base"],
    "relay": ["net", "os", "base"],
    "trust": ["net", "os", "base"],
    "rfb": ["base"],
    "data": [],
    "font": ["data", "os", "base"],
    "keyboard": ["data", "rfb", "base"],
    "input": ["keyboard", "base"],
    "screen": ["font", "rfb", "base"],
    "lines": ["screen", "base"],
    "http": ["trust", "net", "os", "base"],
    "serial": ["http", "net", "os", "base"],
    "vt": ["base"],
    "term": ["vt", "os", "base"],
    "raster": ["screen", "base"],
    "journal": ["lines", "screen", "term", "vt", "relay", "net", "os", "base"],
    "paint": ["raster", "screen", "base"],
    "rpc": ["http", "trust", "net", "os", "base"],
    "xapi": ["rpc", "http", "trust", "net", "os", "base"],
    "list": ["xapi", "rpc", "http", "trust", "net", "os", "base"],
    "conf": ["http", "trust", "term", "vt", "net", "os", "base"],
    "settings": ["conf", "http", "trust", "term", "vt", "net", "os", "base"],
    "graphic": ["settings", "conf", "http", "trust", "screen", "font", "keyboard", "rfb", "relay", "net", "os", "base"],
    "show": ["graphic", "journal", "paint", "input", "keyboard", "settings", "conf", "http", "trust", "screen", "rfb", "relay", "term", "vt", "net", "os", "base"],
    "access": ["settings", "conf", "xapi", "rpc", "http", "trust", "term", "vt", "serial", "ssh", "net", "confine", "os", "base"],
    "stay": ["access", "settings", "conf", "xapi", "rpc", "http", "trust", "net", "os", "base"],
    "offer": ["access", "list", "settings", "conf", "data", "xapi", "rpc", "http", "trust", "term", "vt", "net", "os", "base"],
    "attach": ["settings", "conf", "http", "term", "vt", "relay", "net", "os", "base"],
    "serve": ["stay", "access", "settings", "conf", "xapi", "rpc", "http", "rfb", "relay", "net", "os", "base"],
    "cmd": ["serve", "offer", "list", "data", "attach", "stay", "access", "show", "graphic", "keyboard", "screen", "settings", "conf", "xapi", "rpc", "http", "rfb", "trust", "term", "vt", "relay", "net", "confine", "os", "base"],
}

# Calls that a bounded, checked one replaces.
BANNED = ["strcpy", "strcat", "sprintf", "vsprintf", "gets", "strtok", "atoi", "atol", "alloca",
          "system", "popen", "signal_handler", "tmpnam", "mktemp", "scanf", "sscanf"]


# What asks the locale about bytes that a protocol or a file means as ASCII: base/ascii.h has the like of each.
LOCALE_CALLS = ["is(?:alpha|digit|alnum|space|xdigit|print|cntrl|upper|lower|punct|graph|blank)",
                "to(?:lower|upper)", "strn?casecmp", "strcasestr", "strtod", "strtof", "atof", "strcoll"]



def tracked(*patterns):
    """Files that git knows or would add, as paths below the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in sorted(set(listed)) if name and (ROOT / name).is_file()]


def c_files():
    """All but src/data, whose tables are generated."""
    found = [path for path in tracked("src/*.c", "src/*.h", "tests/*.c", "tests/*.h")
             if path.parent.name != "data"]
    assert len(found) > 50
    return found


def python_files():
    return tracked("*.py")


def name(path):
    return str(path.relative_to(ROOT))


def functions(path):
    """(name, number of lines) of each function of a clang-formatted file."""
    found, start, title = [], None, ""
    lines = path.read_text().split("\n")
    for number, line in enumerate(lines):
        if line == "{":
            first = number - 1
            while first > 0 and lines[first][:1] in (" ", "\t"):
                first -= 1
            start, title = first, lines[first]
        elif line.startswith("}") and start is not None:
            found.append((title, number - start + 1))
            start = None
    return found


def test_no_file_is_too_long():
    sizes = {name(path): len(path.read_text().split("\n")) for path in c_files() + python_files()}
    assert {key: size for key, size in sizes.items() if size > FILE_LINES_MAX} == {}


def test_no_function_is_too_long():
    sizes = {f"{name(path)}: {title}": size
             for path in c_files() for title, size in functions(path)}
    assert len(sizes) > 300
    assert {key: size for key, size in sizes.items() if size > FUNCTION_LINES_MAX} == {}


def test_main_is_short():
    [size] = [size for title, size in functions(ROOT / "src/main.c") if " main(" in title]
    assert size <= MAIN_LINES_MAX


def includes(path):
    """The headers of our own that a source includes, as "folder/module"."""
    return re.findall(r'^#include "(\w+/\w+)\.h"', path.read_text(), re.M)


def test_each_folder_uses_only_those_below_it():
    folders = list(USES)
    for folder, below in USES.items():
        assert all(folders.index(used) < folders.index(folder) for used in below), folder
    wrong = []
    seen = 0
    for path in tracked("src/*/*.c", "src/*/*.h"):
        folder = path.parent.name
        for used in includes(path):
            seen += 1
            if used.split("/")[0] not in [folder, *USES[folder]]:
                wrong.append(f"{name(path)} uses {used}")
    assert seen > 100
    assert wrong == []


def test_no_circle_of_includes():
    """Modules (a .c and its .h) form a graph without a way back."""
    uses = {}
    for path in tracked("src/*/*.c", "src/*/*.h"):
        module = f"{path.parent.name}/{path.stem}"
        uses.setdefault(module, set()).update(used for used in includes(path) if used != module)
    done, way = set(), []

    def visit(module):
        if module in done:
            return
        assert module not in way, " -> ".join([*way[way.index(module):], module])
        way.append(module)
        for used in sorted(uses.get(module, ())):
            visit(used)
        way.pop()
        done.add(module)

    for module in sorted(uses):
        visit(module)
    assert len(done) > 50


FOLDER_MODULES_MAX = 14
FOLDER_LINES_MAX = 2600


def test_no_folder_is_too_large():
    modules, lines = {}, {}
    for path in tracked("src/*/*.c", "src/*/*.h"):
        folder = path.parent.name
        if folder == "data":
            continue
        modules.setdefault(folder, set()).add(path.stem)
        lines[folder] = lines.get(folder, 0) + len(path.read_text().split("\n"))
    assert {key: len(found) for key, found in modules.items()
            if len(found) > FOLDER_MODULES_MAX} == {}
    assert {key: size for key, size in lines.items() if size > FOLDER_LINES_MAX} == {}


PARAMETERS_MAX = 6
# Of the form that a library calls.
CALLED_BACK = {"src/trust/tls.c: count_hellos"}


def test_no_function_takes_too_much():
    found = {}
    for path in tracked("src/*.c", "src/*.h"):
        for match in re.finditer(r"^\w[\w *]*?\b(\w+)\(([^;{}]*?)\)[\n\w()_, ]*[;{]",
                                 path.read_text(), re.M):
            depth, commas = 0, 0
            for char in match[2]:
                depth += (char == "(") - (char == ")")
                commas += char == "," and depth == 0
            if commas + 1 > PARAMETERS_MAX and "..." not in match[2]:
                found[f"{name(path)}: {match[1]}"] = commas + 1
    assert set(found) == CALLED_BACK, found


COMMENTS_MIN = 0.15


def test_comments_are_a_good_part():
    """Lines that are not blank, and those of them that are comments or have one behind code."""
    total = comments = 0
    for path in tracked("src/*.c", "src/*.h"):
        if path.parent.name == "data":
            continue
        inside = False
        for line in path.read_text().split("\n"):
            if not line.strip():
                continue
            total += 1
            comments += inside or "/*" in line
            if "/*" in line:
                inside = "*/" not in line[line.rindex("/*"):]
            elif "*/" in line:
                inside = False
    assert comments / total >= COMMENTS_MIN, f"{comments} of {total}"


def test_no_choice_within_a_choice():
    """No ?: inside another's branch, outside of strings and tables."""
    found = []
    for path in tracked("src/*.c", "src/*.h"):
        if path.parent.name == "data":
            continue
        text = re.sub(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'', '""',
                      path.read_text(), flags=re.S)
        for statement in re.split(r"[;{}]", text):
            # Choices beside each other, in brackets or arguments of their own, are none within.
            flat, before = statement, None
            while flat != before:
                before = flat
                flat = re.sub(r"\(([^()?]|\?[^()?:]*:[^()?]*)*\)", "x", flat)
            for part in flat.split(","):
                if part.count("?") > 1:
                    found.append(f"{name(path)}: {' '.join(part.split())[:70]}")
    assert found == []


def test_how_a_byte_travels_names_what_there_is():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    page = text[text.index("## How a byte travels"):text.index("## Dependencies")]
    named = set(re.findall(r"`([a-z]+/[a-z_0-9]+)`", page))
    assert len(named) > 20
    assert [module for module in sorted(named) if not (ROOT / f"src/{module}.h").exists()] == []


def test_the_layout_names_every_folder():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    listed = re.findall(r"^src/(\w+)/ ", text, re.M)
    assert sorted(listed) == sorted(USES)
    # From the top down, as USES is from the bottom up.
    for folder, below in USES.items():
        assert all(listed.index(used) > listed.index(folder) for used in below), folder


def test_only_main_exits_and_prints_errors():
    for path in tracked("src/*.c"):
        text = path.read_text()
        if path.name != "main.c":
            assert "error_print(" not in text or path.name == "error.c", name(path)
            assert not re.search(r"(?<![_\w])exit\(", text), name(path)


def test_no_banned_call():
    pattern = re.compile(r"(?<![\w])(" + "|".join(BANNED) + r")\s*\(")
    found = {name(path): pattern.findall(path.read_text()) for path in tracked("src/*.c", "src/*.h")}
    assert {key: calls for key, calls in found.items() if calls} == {}


def test_no_byte_is_read_as_the_locale_has_it():
    pattern = re.compile(r"(?<![\w])(" + "|".join(LOCALE_CALLS) + r")\s*\(|#include <(?:ctype|strings)\.h>")
    found = {name(path) for path in tracked("src/*.c", "src/*.h") if pattern.search(path.read_text())}
    assert found == set()


def test_every_source_names_its_licence_and_its_idea():
    for path in c_files():
        lines = path.read_text().split("\n")
        assert lines[0] == "/* SPDX-License-Identifier: ISC */", name(path)
        assert lines[1].startswith("/*"), f"{name(path)} has no head comment"


def test_every_program_names_its_licence():
    """Scripts, tests, build files: in the first lines, where packagers' tools look."""
    files = [path for path in tracked("*") if not re.match(r"tests/(data|fuzz/corpus|guest/rootfs)/", name(path)) and
             (path.suffix in (".py", ".mjs") or path.name.startswith("meson") or path.read_bytes()[:2] == b"#!")]
    assert len(files) > 200
    assert [name(path) for path in files if "SPDX-License-Identifier: ISC" not in
            "".join(path.read_text().splitlines(True)[:3])] == []


def test_modules_that_see_each_other_differ_in_name():
    """Python takes the first that it finds: these folders are on one path, with tests/integration."""
    homes = {}
    for folder in ("integration", "static", "guest", "paint", "rfb", "keyboard"):
        for path in tracked(f"tests/{folder}/*.py"):
            if path.name not in ("conftest.py", "__init__.py"):
                homes.setdefault(path.name, []).append(folder)
    assert {file: folders for file, folders in homes.items() if len(folders) > 1} == {}


def test_every_public_function_is_documented():
    """A declaration in a header stands below a comment, or below another that does."""
    for path in tracked("src/*.h"):
        blocks = path.read_text().split("\n\n")
        for block in blocks:
            if re.search(r"^\w[^\n{]*\w\(", block, re.M) and not block.startswith("#"):
                assert "/*" in block, f"{name(path)}: {block}"


def test_formatting():
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *map(str, c_files())],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]


def test_shell_scripts():
    scripts = [path for path in tracked("check", "demo", ".ci/*", "tests/*", "completions/*.bash", "doc/examples/*", "packaging/*",
                                         "debian/*")
               if path.suffix == ".bash"
               or re.match(rb"#!\S*/(env )?(ba)?sh\b", path.read_bytes()[:40])]
    assert scripts
    done = subprocess.run(["shellcheck", *map(str, scripts)], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout


@pytest.fixture(scope="module")
def specs():
    """(long name or None, letter or None, argument or None) of each option, from the table."""
    text = (ROOT / "src/conf/option_table.h").read_text().replace("\\\n", " ")
    table = re.findall(r"\bROW\(\s*\w+,\s*(NULL|\"[^\"]+\"),\s*(0|'.'),\s*(NULL|\"[^\"]+\")", text)
    assert len(table) == text.count("ROW(") > 20
    return [tuple(None if value in ("NULL", "0") else value.strip("\"'") for value in row)
            for row in table]


@pytest.fixture(scope="module")
def commands():
    text = (ROOT / "src/cmd/run.c").read_text()
    found = re.findall(r'^\s*\{"(\w+)", "', text, re.M)
    assert "console" in found
    return found


def test_the_manual_has_every_option_and_command(specs, commands):
    text = (ROOT / "doc/xencon.1").read_text()
    listed = set(re.findall(r"^\.It Fl (.*)$", text, re.M))
    flags = set()
    for line in listed:
        flags.update(word.lstrip("-").replace("\\-", "-")
                     for word in re.findall(r"(?:^|Fl )([\w\\-]+)", line))
    expected = set()
    for long, letter, _ in specs:
        expected.update(value for value in (long, letter) if value)
    assert flags == expected
    for command in commands:
        assert re.search(rf"^\.It (Ic|Xo Ic) {command}\b", text, re.M), command


def test_the_manual_is_clean():
    done = subprocess.run(["mandoc", "-Tlint", "-Wwarning", str(ROOT / "doc/xencon.1")],
                          capture_output=True, text=True, check=False)
    assert done.stdout == ""


@pytest.mark.parametrize("file", ["xencon.bash", "_xencon", "xencon.fish"])
def test_completions_know_no_option_by_themselves(specs, file):
    """They ask the program, whose table is the only one (tests/integration/test_completion.py)."""
    text = (ROOT / "completions" / file).read_text()
    assert "completion words -- " in text
    assert [long for long, _, _ in specs if long and f"--{long}" in text] == []


def test_the_manual_has_every_variable_and_file():
    text = (ROOT / "doc/xencon.1").read_text()
    source = "".join(path.read_text() for path in tracked("src/*.c"))
    names = set(re.findall(r'(?:getenv|variable|find_place)\("([A-Z_]+)"', source))
    assert len(names) > 10
    environment = text[text.index(".Sh ENVIRONMENT"):text.index(".Sh FILES")]
    assert sorted(name for name in names if f"Ev {name}" not in environment) == []
    files = text[text.index(".Sh FILES"):text.index(".Sh EXIT STATUS")]
    places = set(re.findall(r'find_place\("\w+", "[^"]+", "(\w+)"', source))
    assert len(places) > 2
    assert sorted(name for name in places if not re.search(rf"^\.It Pa \S*xencon/{name}", files, re.M)) == []


def test_all_say_the_same_version():
    """meson.build is where it is; packages that cannot read it say the same."""
    version = re.search(r"^  version: '(.*)',$", (ROOT / "meson.build").read_text(), re.M)[1]
    said = {
        "debian/changelog": re.match(r"xencon \((.*)-\d+\)", (ROOT / "debian/changelog").read_text())[1],
        "xencon.spec": re.search(r"^Version: +(.*)$", (ROOT / "packaging/xencon.spec").read_text(), re.M)[1],
        "APKBUILD": re.search(r"^pkgver=(.*)$", (ROOT / "packaging/APKBUILD").read_text(), re.M)[1],
        "CHANGELOG.md": re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.M)[1]}
    assert {name: value for name, value in said.items() if value != version} == {}
