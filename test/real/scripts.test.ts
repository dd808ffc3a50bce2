/** Every script is read by the shells that may run it and by shellcheck; every JSON file parses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostFile } from "../../user-data/plan.ts";
import { put, withScratch } from "./scratch.ts";
import { subjects } from "./subjects.ts";
import { runTool } from "./tools.ts";

const files = subjects.flatMap(({ plan }) => plan.files);
/** Each text once, whatever number of hosts carries it. */
const distinct = (chosen: readonly HostFile[]): HostFile[] => [
  ...new Map(chosen.map((file) => [file.path + file.content, file])).values(),
];

const scripts = distinct(files.filter(({ content }) => /^#!\/bin\/(sh|ksh)\s/.test(content)));
const shells = ["sh", "dash"] as const;

test("there are scripts and hooks", () => assert.ok(scripts.length >= 3));

test("sh and dash read every script, and shellcheck has nothing to say", () => {
  withScratch((folder) => {
    scripts.forEach(({ path, content }, index) => {
      const script = put(folder, `${index}.sh`, content);
      // OpenBSD's rc.d scripts end in a form of its own, and source what is not on this machine.
      const rules = content.includes("rc.subr") ? ["--exclude=SC1091,SC2034,SC2086,SC2154"] : [];
      for (const shell of shells) {
        const { status, stderr } = runTool(shell, ["-n", script]);
        assert.equal(status, 0, `${path}\n${stderr}`);
      }
      const { status, stdout } = runTool("shellcheck", ["--shell=sh", ...rules, script]);
      assert.equal(status, 0, `${path}\n${stdout}`);
    });
  });
});

test("every script can be run", () => {
  for (const { path, mode } of scripts) {
    if (!path.endsWith(".conf")) assert.match(mode, /^0(755|555|700|500)$/, path);
  }
});

test("JSON files parse, and end their last line", () => {
  const jsons = distinct(files.filter(({ path }) => path.endsWith(".json")));
  assert.ok(jsons.length > 0);
  for (const { path, content } of jsons) {
    assert.equal(typeof JSON.parse(content), "object", path);
    assert.ok(content.endsWith("}\n"), path);
  }
});

test("files that hold credentials are for root alone, and are marked so", () => {
  for (const { path, content, mode, secret } of files) {
    const holds = /value-of-|pass-env/.test(content);
    if (holds) assert.ok(secret, path);
    // OpenBSD's own files of interfaces and services can be read by the group wheel.
    if (secret) assert.match(mode, /^0[4-7][04]0$/, path);
  }
});
