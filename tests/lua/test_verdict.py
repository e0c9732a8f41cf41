"""This file is about the verdicts of hosts: the Lua module gives the answers of the vectors."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
LIVE = TESTS / "pki" / "live"
ROWS = json.loads((TESTS / "vectors" / "verdict.json").read_text())["rows"]

#: Answers each line `FILE \t TYPE \t VERDICT` of its input.
RUNNER = r"""
local peercert = require("peercert")
for line in io.lines() do
  local name, kind, verdict = line:match("^([^\t]*)\t([^\t]*)\t(.*)$")
  local certificate = nil
  if name ~= "" then
    local file = assert(io.open(name, "rb"))
    certificate = file:read("*a")
    file:close()
  end
  verdict = verdict:gsub("\\n", "\n")
  if kind == "number" then verdict = assert(tonumber(verdict)) end
  local report = assert(peercert.report(certificate, verdict))
  local client = report:clientcert()
  assert(getmetatable(client) == nil)
  assert((report:der() == nil) == (not client.present))
  print(tostring(client.present), tostring(client.verified), client.verifycode, client.source)
end
"""

MISUSE = r"""
local peercert = require("peercert")
local good = assert(io.open(arg[1])):read("*a")
local function verified(verdict)
  return assert(peercert.report(good, verdict)):clientcert().verified
end
assert(verified(0) and verified("SUCCESS"))
for _, verdict in ipairs({ 0.5, -1, 1e300, -1e300, 2 ^ 63, math.huge, -math.huge, 0 / 0 }) do
  assert(not verified(verdict), tostring(verdict))
end
assert(not verified(nil))
for _, wrong in ipairs({ true, false, {}, print }) do
  local done, why = pcall(peercert.report, good, wrong)
  assert(not done and why:find("verdict: string or number or nothing expected", 1, true), why)
end
local done, why = pcall(peercert.report, 7, "SUCCESS")
assert(not done and why:find("certificate: string or nothing expected, got number", 1, true), why)
local report, err = peercert.report("SUCCESS", "SUCCESS")
assert(report == nil and err.code == "certificate.unreadable" and err.kind == "certificate")
assert(not assert(peercert.report(good, "\255\0")):clientcert().verified)
"""


def test_every_verdict_of_a_host_is_reported_as_its_row_says(lua: str, tmp_path: Path) -> None:
    lines, expected = [], []
    for row in ROWS:
        name = row["certificate"] and str(LIVE / f"{row['certificate']}.pem")
        kind = "text" if isinstance(row["verdict"], str) else "number"
        verdict = str(row["verdict"]).replace("\n", "\\n")
        lines.append(f"{name or ''}\t{kind}\t{verdict}\n")
        flags = [json.dumps(row[key]) for key in ("present", "verified")]
        expected.append("\t".join([*flags, row["verifycode"], "host"]))
    runner = tmp_path / "runner.lua"
    runner.write_text(RUNNER)
    answer = subprocess.run(
        [lua, str(runner)], input="".join(lines), capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
    for row, found, wanted in zip(ROWS, answer.stdout.splitlines(), expected, strict=True):
        assert found == wanted, row["why"]


def test_what_is_no_verdict_is_told_and_never_verified(lua: str, tmp_path: Path) -> None:
    path = tmp_path / "misuse.lua"
    path.write_text(MISUSE)
    answer = subprocess.run(
        [lua, str(path), str(LIVE / "good.pem")], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, answer.stderr
