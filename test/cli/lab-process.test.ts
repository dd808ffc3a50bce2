/** What the lab's command says when it cannot begin: nothing is made, and no stack trace. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { publicKey } from "../stack/bases.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

function lab(...args: readonly string[]) {
  const options = { cwd: root, encoding: "utf8", timeout: 60_000 } as const;
  const { status, stderr } = spawnSync(process.execPath, ["cli/lab-process.ts", ...args], options);
  assert.doesNotMatch(stderr, /\n {4}at /);
  return { status, stderr };
}

test("an option that there is not is a mistake of usage", () => {
  const { status, stderr } = lab("--bogus");
  assert.equal(status, 2);
  assert.match(stderr, /^error: Unknown option '--bogus'\nusage: npm start --/);
});

test("two stack files are one too many, and --help is no mistake", () => {
  const { status, stderr } = lab("one.yaml", "two.yaml");
  assert.equal(status, 2);
  assert.match(stderr, /^error: a lab is of one stack file\nusage: /);
  assert.deepEqual(lab("--help"), { status: 0, stderr: "" });
});

test("a stack file that is not there is told with how to make one", () => {
  const { status, stderr } = lab("nothing.yaml");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /nothing\.yaml cannot be read: there is no such file\nfix: `npx baton init stack\.yaml`/s,
  );
});

test("`baton lab up` ends as the lab does", () => {
  const options = { cwd: root, encoding: "utf8", timeout: 60_000 } as const;
  const args = ["cli/main.ts", "lab", "up", "nothing.yaml"];
  const { status, stderr } = spawnSync(process.execPath, args, options);
  assert.match(stderr, /nothing\.yaml cannot be read/);
  assert.equal(status, 1);
});

test("whoever starts the lab waits until it has put everything away", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-patient-"));
  try {
    const program = join(folder, "program.mjs");
    const lab = `process.on("SIGINT", () => setTimeout(() => process.exit(7), 300));
      setInterval(() => {}, 1000); console.log("ready");`;
    writeFileSync(
      program,
      `import { runToItsEnd } from ${JSON.stringify(join(root, "cli/patient.js"))};
      process.exitCode = await runToItsEnd(process.execPath, ["-e", ${JSON.stringify(lab)}]);`,
    );
    const child = spawn(process.execPath, [program], {
      detached: true,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    // As a terminal's Ctrl-C: all of the group.
    process.kill(-(child.pid ?? Number.NaN), "SIGINT");
    assert.deepEqual(await once(child, "close"), [7, null]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a stack file with mistakes is told with their places", () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-process-"));
  try {
    const file = join(folder, "stack.yaml");
    writeFileSync(file, "name: shop\ncloud: { provider: exoscale, zone: ch-gva-2 }\nnods: 2\n");
    const { status, stderr } = lab(file);
    assert.equal(status, 1);
    assert.match(stderr, /unknown key "nods".*stack\.yaml:3:1.*nothing was made/s);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a stack that answers nobody is told before anything is made", () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-process-"));
  try {
    const file = join(folder, "stack.yaml");
    const ssh = `access: { ssh-keys: [${publicKey}] }`;
    const cloud = "cloud: { provider: exoscale }\naddresses: { web: {} }";
    writeFileSync(file, `name: shop\n${cloud}\nproxy: none\n${ssh}\n`);
    const { status, stderr } = lab(file, "--once", "--name", "baton-no-service");
    assert.equal(status, 1);
    assert.match(stderr, /shop has no service, and the lab's client.*fix: .*nothing was made/s);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a cloud that the lab does not have is told before anything is made", () => {
  const { status, stderr } = lab("examples/ovh-failover-ip-debian.yaml");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /the lab has no ovh yet.*fix: choose a stack file with `provider: exoscale`/s,
  );
});

test("what cannot be a lab's name is told as that, whatever is asked of it", () => {
  const options = { cwd: root, encoding: "utf8", timeout: 60_000 } as const;
  for (const name of ["../../etc", "a b", ""])
    for (const verb of ["status", "kill", "down"]) {
      const args = ["cli/main.ts", "lab", "--name", name, verb];
      const { status, stderr } = spawnSync(process.execPath, args, options);
      assert.equal(status, 1);
      assert.match(stderr, /cannot be a lab's name\n.*\n +fix: use small letters/);
    }
});
