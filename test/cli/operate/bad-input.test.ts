/** What the commands for a running stack refuse, before anybody is asked. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folderWith, type Result, root, baton as run } from "../command.ts";

const minimal = "examples/minimal.yaml";
/** A port of this machine where nothing listens. */
const nobody = {
  EXOSCALE_API_KEY: "EXOkeyofnobody",
  EXOSCALE_API_SECRET: "secretofnobody",
  EXOSCALE_API_ENDPOINT: "http://127.0.0.1:9/v2",
};
const baton = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Result =>
  run(root, args, { env });

const none = { EXOSCALE_API_KEY: "", EXOSCALE_API_SECRET: "" };

const all = [
  ["status"],
  ["doctor"],
  ["drill", "--yes"],
  ["handover", "lb1"],
  ["maintenance", "lb1", "on"],
  ["roll"],
] as const;

for (const [command, ...rest] of all) {
  test(`${command} without credentials says which are missing`, () => {
    const { status, stdout, stderr } = baton([command, minimal, ...rest], none);
    assert.deepEqual([status, stdout], [1, ""]);
    assert.match(stderr, /no credentials: EXOSCALE_API_KEY and EXOSCALE_API_SECRET are not set/);
    assert.match(stderr, /fix: export the key/);
  });
  test(`${command} of a cloud that it does not know yet says so`, () => {
    const { status, stderr } = baton([command, "examples/oci-load-balancers.yaml", ...rest]);
    assert.equal(status, 1);
    assert.match(stderr, /on oci is not seen from here yet/);
  });
}

test("an API that is away is told, without a secret", () => {
  const status = baton(["status", minimal], nobody);
  assert.equal(status.status, 1);
  assert.match(status.stderr, /GET \/instance: 127\.0\.0\.1:\d+: ECONNREFUSED/);
  const doctor = baton(["doctor", minimal], nobody);
  assert.equal(doctor.status, 3);
  assert.match(doctor.stdout, /wrong +API: does not answer: 127\.0\.0\.1:\d+: ECONNREFUSED/);
  for (const { stdout, stderr } of [status, doctor])
    assert.doesNotMatch(stdout + stderr, /ofnobody/);
});

test("a node that there is not is suggested another one", () => {
  const { status, stderr } = baton(["handover", minimal, "lb11"], nobody);
  assert.equal(status, 1);
  assert.match(
    stderr,
    /no load balancer "lb11".*\n.*\n.*did you mean lb1\? load balancers: lb1, lb2/,
  );
  const server = baton(["maintenance", minimal, "app1", "on"], nobody);
  assert.match(server.stderr, /app1 is an app server, and holds no address/);
});

test("words that a command does not take are usage", () => {
  for (const args of [
    ["maintenance", minimal, "lb1", "sideways"],
    ["drill", minimal, "--yes", "--budget", "soon"],
    ["drill", minimal, "--yes", "--picture", "no/such/folder/drill.svg"],
    ["drill", minimal, "--yes", "--url", "nonsense"],
    ["handover", minimal, "lb1", "--url", "https://198.51.100.50/"],
    ["status", minimal, "--every", "0"],
    ["status", minimal, "--every", "1e10"],
    ["roll", minimal, "--patience", "none"],
  ])
    assert.equal(baton(args, nobody).status, 2, args.join(" "));
});

test("a drill that is refused leaves no picture behind, and an earlier one as it was", (context) => {
  const folder = folderWith(context, { "earlier.svg": "<svg/>" });
  for (const picture of ["earlier.svg", "new.svg"]) {
    const args = ["drill", minimal, "--yes", "--picture", join(folder, picture)];
    assert.equal(baton(args, none).status, 1);
  }
  assert.deepEqual(readdirSync(folder), ["earlier.svg"]);
  assert.equal(readFileSync(join(folder, "earlier.svg"), "utf8"), "<svg/>");
});

test("an endpoint that is none is refused: nobody means the real cloud by it", () => {
  for (const [endpoint, why] of [
    ["nonsense", /EXOSCALE_API_ENDPOINT is no URL/],
    ["https://api.exoscale.com/compute", /belongs to the retired v1 API/],
  ] as const) {
    const { status, stderr } = baton(["status", minimal], {
      ...nobody,
      EXOSCALE_API_ENDPOINT: endpoint,
    });
    assert.equal(status, 1);
    assert.match(stderr, why);
    assert.match(stderr, /fix: unset EXOSCALE_API_ENDPOINT/);
  }
});

test("a key that was copied with a line end is told, and not shown", () => {
  const { status, stderr } = baton(["doctor", minimal], {
    ...nobody,
    EXOSCALE_API_SECRET: "secretofnobody\r",
  });
  assert.equal(status, 1);
  assert.match(stderr, /holds a space, a line end or a letter of no key/);
  assert.doesNotMatch(stderr, /ofnobody| at /);
});
