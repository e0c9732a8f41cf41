"""This file is about identity: the Lua module says who callers are in the answers of tests/vectors."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

TESTS = Path(__file__).resolve().parents[1]
ROWS = json.loads((TESTS / "vectors" / "identity.json").read_text(encoding="utf-8"))["rows"]
TOLD = [row for row in ROWS if row.get("by") == "host"]
PROBLEMS = [row for row in ROWS if "problems" in row]

#: What the runners print of an answer: as JSON, in the order of the keys that are given.
SHOWN = r"""
local peercert = require("peercert")
local function read(name)
  local file = assert(io.open(name, "rb"))
  local content = file:read("*a")
  file:close()
  return content
end
local function shown(identity)
  local parts = {}
  for _, key in ipairs({ "identified", "user", "rule", "place", "source", "value", "verified", "reason" }) do
    parts[#parts + 1] = tostring(identity[key])
  end
  return table.concat(parts, "\t") .. "\t" .. table.concat(identity.groups or { "no groups" }, "\1")
end
"""

MISUSE = r"""
local report = assert(peercert.report(read(arg[1]), "SUCCESS"))
local rules = assert(peercert.rules("preset cn"))
assert(rules:len() == 1)
assert(rules:identify(report).user == "test-client")
assert(report:identity(rules).user == "test-client")
local explained = rules:explain(report)
assert(explained.identity.user == "test-client" and explained.rules[1].outcome == "matched")
local function refused(words, call, ...)
  local done, why = pcall(call, ...)
  assert(not done and why:find(words, 1, true), why)
end
refused("rules: string or table expected, got no value", peercert.rules)
refused("path: string expected", peercert.rules_file, {})
for _, wrong in ipairs({ false, 1, "x", {}, print, setmetatable({}, { __index = rules }) }) do
  refused("connection or report expected", rules.identify, rules, wrong)
  refused("connection or report expected", rules.explain, rules, wrong)
  refused("rules: peercert.Rules expected", report.identity, report, wrong)
end
refused("bad self to 'identify'", rules.identify, nil, report)
refused("bad self to 'len'", rules.len, {})
-- A report has no native rules, and rules no native caller.
assert(not pcall(rules.identify, rules, rules))
assert(not pcall(report.identity, report, report))
local none, err = peercert.rules_file("/nonexistent/rules")
assert(none == nil and err.code == "config.file_not_found")
none, err = peercert.rules("subject.CN \255 a")
assert(none == nil and err.code == "config.bad_rule" and err.problems[1].context.line == "1")
for _, wrong in ipairs({ {}, { 1 }, { preset = "cn" }, { { preset = 1 } }, { { 1 } } }) do
  none, err = peercert.rules(wrong)
  assert(none == nil and err.kind == "config", tostring(err))
end
"""


def literal(value: Any) -> str:
    """A value as Lua writes it."""
    if isinstance(value, str):
        octets = value.encode()
        return '"' + "".join(f"\\{octet:03d}" for octet in octets) + '"'
    if isinstance(value, bool | int):
        return str(value).lower()
    if isinstance(value, list):
        return "{" + ", ".join(map(literal, value)) + "}"
    return "{" + ", ".join(f"[{literal(k)}] = {literal(v)}" for k, v in value.items()) + "}"


def run(lua: str, folder: Path, program: str, *arguments: str) -> list[str]:
    """Runs a program; the lines that it prints."""
    path = folder / "runner.lua"
    path.write_text(SHOWN + program, encoding="utf-8")
    answer = subprocess.run(
        [lua, str(path), *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.split("\n")[:-1]


def test_rules_say_who_the_caller_is(lua: str, tmp_path: Path) -> None:
    calls, expected = [], []
    for row in TOLD:
        name = row["certificate"]
        pem = f"read({literal(str(TESTS / f'pki/{name}.pem'))})" if name else "nil"
        calls.append(
            f"local rules = assert(peercert.rules({literal(row['rules'])}))\n"
            f"local report = assert(peercert.report({pem}, {literal(row['verdict'])}))\n"
            "print(shown(assert(rules:identify(report))))\n"
        )
        found = row["identity"]
        keys = ("identified", "user", "rule", "place", "source", "value", "verified", "reason")
        shown = (found.get(key) for key in keys)
        words = [
            "nil" if v is None else str(v).lower() if isinstance(v, bool) else str(v) for v in shown
        ]
        expected.append("\t".join([*words, "\1".join(found.get("groups", ["no groups"]))]))
    answers = run(lua, tmp_path, "".join(f"do\n{call}end\n" for call in calls))
    for row, found, wanted in zip(TOLD, answers, expected, strict=True):
        assert found == wanted, row["why"]


def test_every_problem_of_rules_is_told(lua: str, tmp_path: Path) -> None:
    calls = "".join(
        f"do local none, err = peercert.rules({literal(row['rules'])})\n"
        "assert(none == nil)\nlocal lines = {}\n"
        "for _, p in ipairs(err.problems) do\n"
        'lines[#lines + 1] = p.code .. " " .. tostring(p.context.line or p.context.rule)\nend\n'
        'print(table.concat(lines, ","))\nend\n'
        for row in PROBLEMS
        if row["rules"]  # An empty table is a list and a dictionary.
    )
    answers = run(lua, tmp_path, calls)
    wanted = [
        ",".join(f"{code} {place or 'nil'}" for code, place in row["problems"])
        for row in PROBLEMS
        if row["rules"]
    ]
    assert answers == wanted


def test_what_are_no_rules_and_no_callers_is_told(lua: str, tmp_path: Path) -> None:
    run(lua, tmp_path, MISUSE, str(TESTS / "pki/live/good.pem"))
