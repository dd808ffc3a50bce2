/** Sizes against the clouds' limits, and what is said of user-data that is too large. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { hostsOf } from "../../stack/stack.ts";
import { Refusal } from "../../user-data/refusal.ts";
import { measure, refuseOversize, roomOf } from "../../user-data/size.ts";
import { makeUserData } from "../../user-data/user-data.ts";
import { fixedSources, renderExample, stackOf } from "../render-example.ts";

const [subject] = renderExample("minimal");
assert.ok(subject);
const { plan, text } = subject;

test("what counts is the base64 of the text, and on OCI the metadata around it", () => {
  const encoded = Buffer.from(text).toString("base64").length;
  assert.deepEqual(measure("exoscale", plan, text), {
    raw: Buffer.byteLength(text),
    delivered: encoded,
    limit: 32_767,
  });
  const oci = measure("oci", { ...plan, sshKeys: ["12345", "678"] }, text);
  const names = "user_data".length + "ssh_authorized_keys".length;
  assert.equal(oci.delivered, encoded + names + "12345\n678".length);
  assert.equal(measure("openstack", plan, "ü").raw, 2);
});

test("the limit itself is still taken, one character more is not", () => {
  const size = { raw: 1, delivered: 32_767, limit: 32_767 };
  refuseOversize(plan, size);
  assert.throws(() => refuseOversize(plan, { ...size, delivered: 32_768 }), Refusal);
});

test("the room of each file is told, the largest first, a compressed one as it travels", () => {
  const room = roomOf(plan);
  assert.equal(room.length, plan.files.length);
  const sizes = room.map(({ bytes }) => bytes);
  assert.deepEqual(
    sizes,
    sizes.toSorted((a, b) => b - a),
  );
  for (const { path, bytes } of room) {
    if (plan.files.some((file) => file.path === path && !file.compress)) continue;
    const travels = [...text.matchAll(/^ {4}content: (\S+)$/gm)].map(([, one = ""]) => one.length);
    assert.ok(travels.includes(bytes), path);
  }
});

/** Text that no compression makes smaller than it is. */
const noise = Array.from({ length: 1000 }, (_, index) =>
  createHash("sha256").update(String(index)).digest("base64url"),
).join("");

test("user-data over the limit says what takes the room, and what to do", () => {
  const stack = stackOf(`name: shop
cloud: { provider: exoscale, zone: ch-gva-2 }
addresses: { web: { ip: 198.51.100.50 } }
nodes: 2
extra: { files: [{ path: /etc/large, content: ${noise} }] }
proxy: none
`);
  const [host] = hostsOf(stack);
  assert.ok(host);
  const made = makeUserData(stack, host, fixedSources);
  assert.ok(!made.ok);
  const [finding] = made.findings;
  assert.match(
    finding?.message ?? "",
    /the cloud takes 32767\. What takes the room: \/etc\/large \d{5} bytes/,
  );
  assert.match(finding?.fix ?? "", /by url/);
});
