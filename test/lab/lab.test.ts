/** Stack files that the lab cannot stand up are refused before anything is fetched or built. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { readStack } from "../../lab/lab.ts";
import { WorldFailure } from "../../stack/failure.ts";
import { readExample } from "../render-example.ts";

const folder = mkdtempSync(join(tmpdir(), "baton-stacks-"));
after(() => rmSync(folder, { recursive: true }));

const refused = (name: string, source: string): WorldFailure => {
  const file = join(folder, name);
  writeFileSync(file, source);
  try {
    readStack(file);
  } catch (error) {
    assert.ok(error instanceof WorldFailure, String(error));
    return error;
  }
  return assert.fail(`${name} was taken`);
};

test("a stack of Exoscale that elects by heartbeat is taken", () => {
  const file = join(folder, "stack.yaml");
  writeFileSync(file, readExample("minimal"));
  assert.equal(readStack(file).cloud.provider, "exoscale");
});

test("another cloud is refused, with what to choose instead", () => {
  const { problem, fix } = refused("oci.yaml", readExample("oci-load-balancers"));
  assert.match(problem, /oci\.yaml: the lab has no oci yet/);
  assert.match(fix, /provider: exoscale/);
});

test("another election is refused: its limit is not known, so nothing could be too late", () => {
  const vrrp = readExample("minimal").concat(
    "networks: { lan: { type: private, interface: eth1, cidr: 10.0.0.0/24 } }\n",
    "election: { method: vrrp, network: lan }\n",
  );
  assert.match(refused("vrrp.yaml", vrrp).problem, /no agent for vrrp yet/);
});

test("a broken file is refused with the place of what is wrong", () => {
  assert.match(refused("broken.yaml", "name: [").problem, /broken\.yaml:1/);
});
