/** What is made of hosts that answer, that do not, and that say what is not understood. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ran } from "../../operate/remote.ts";
import { sshRemote } from "../../operate/remote.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import { sample } from "../agent/status/sample.ts";
import { folderWith } from "../cli/command.ts";
import { answers, instance, stackOf } from "./scene.ts";

const stack = stackOf("nodes: 2");

/** How the agent of lb2 is seen, where lb1 is well. */
async function seenAs(lb2: Ran) {
  const well = answers("lb1");
  const stdout = well.kind === "answers" ? JSON.stringify(well.status) : "";
  const { hosts } = await takeSnapshot(stack, {
    cloud: {
      look: async () => ({ hosts: ["lb1", "lb2"].map((one) => instance(one)), addresses: [] }),
    },
    remote: async ({ host }) =>
      host === "lb1" ? { kind: "ran", code: 0, stdout, stderr: "" } : lb2,
  });
  assert.equal(hosts[0]?.agent?.kind, "answers");
  return hosts[1]?.agent;
}

const ran = (code: number, stdout: string, stderr = ""): Ran => ({
  kind: "ran",
  code,
  stdout,
  stderr,
});

test("a host that SSH does not reach keeps nobody from seeing the others", async () => {
  const why = "Connection timed out";
  assert.deepEqual(await seenAs({ kind: "unreachable", why }), { kind: "unreachable", why });
});

test("an agent that does not run, or is not there, is silent in its own words", async () => {
  const stopped = await seenAs(ran(2, "", "no agent runs here: systemctl status baton\n"));
  assert.deepEqual(stopped, {
    kind: "silent",
    why: "no agent runs here: systemctl status baton",
  });
  const absent = await seenAs(ran(1, "", "sudo: baton-agent: command not found\n"));
  assert.match(absent?.kind === "silent" ? absent.why : "", /command not found/);
});

test("an agent that the SSH user may not ask was not asked", async () => {
  const seen = await seenAs(ran(1, "", "sudo: a password is required\n"));
  const why = "sudo: a password is required";
  const fix = "the SSH user needs sudo without a password; --user names another";
  assert.deepEqual(seen, { kind: "unreachable", why, fix });
});

test("an agent of another version that says something else is no crash", async () => {
  const status = { ...sample(), moves: [{ kind: "moved", at: "noon" }] };
  for (const said of [
    '{"state":"MASTER"}',
    "MASTER\n",
    "null",
    '{"addresses":[],"peers":[]}',
    '{"addresses":[],"peers":[null],"moves":[],"problems":[],"checks":[],"election":{}}',
    JSON.stringify({ ...sample(), peers: [null] }),
    JSON.stringify({ ...sample(), problems: [{}] }),
    JSON.stringify(status),
  ])
    assert.match(JSON.stringify(await seenAs(ran(0, said))), /not understood: is it of another/);
});

test("SSH that cannot come about is told in its own last words", async (context) => {
  // ssh(1) takes a space for the end of a file name.
  const folder = folderWith(context, { "a file": "" });
  const nobody = instance("lb1", { ip: "127.0.0.1", user: "nobody-of-these-tests" });
  const end = await sshRemote(`${folder}/a folder %h/known_hosts`, {})(nobody, "true");
  assert.equal(end.kind, "unreachable");
  assert.match(end.kind === "unreachable" ? end.why : "", /refused|denied|verification/i);
  const hidden = await sshRemote(`${folder}/known_hosts`, {})(
    instance("lb1", { ip: undefined }),
    "true",
  );
  assert.deepEqual(hidden, { kind: "unreachable", why: "it has no public address" });
  const nowhere = await sshRemote(`${folder}/a file/known_hosts`, {})(nobody, "true");
  assert.match(nowhere.kind === "unreachable" ? nowhere.why : "", /cannot be made/);
});
