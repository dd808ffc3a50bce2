/** What the command gives when all is well. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { loadStack } from "../../stack/load.ts";
import { baton, bundle, folderWith, main, root, secrets, stack } from "./command.ts";

const lb1 = ["gen-cloud-init", "stack.yaml", "--host", "lb1", "--agent-bundle", bundle];

test("standard output holds the user-data and nothing else", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const { status, stdout, stderr } = baton(folder, lb1);
  assert.equal(status, 0, stderr);
  assert.ok(stdout.startsWith("#cloud-config\n"));
  assert.doesNotMatch(stdout, /warning/);
  assert.doesNotMatch(stderr, /warning/);
});

test("the formats hold the same text", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const text = baton(folder, lb1).stdout;
  const base64 = baton(folder, [...lb1, "--format", "base64"]).stdout;
  assert.equal(Buffer.from(base64, "base64").toString(), text);
  assert.equal(
    baton(folder, [
      "gen-cloud-init",
      "stack.yaml",
      "--all",
      "--out",
      "gz",
      "--format",
      "gzip",
      "--agent-bundle",
      bundle,
    ]).status,
    0,
  );
  assert.equal(gunzipSync(readFileSync(join(folder, "gz/lb1.yaml.gz"))).toString(), text);
});

test("--all writes a file for each host, for the owner alone, and may run again", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const args = ["gen-cloud-init", "stack.yaml", "--all", "--out", "a/b", "--agent-bundle", bundle];
  for (const round of [1, 2]) {
    const { status, stdout, stderr } = baton(folder, args);
    assert.equal(status, 0, `${round}: ${stderr}`);
    assert.equal(stdout, "");
  }
  const out = join(folder, "a/b");
  assert.deepEqual(readdirSync(out).sort(), ["app1.yaml", "app2.yaml", "lb1.yaml", "lb2.yaml"]);
  assert.equal(statSync(join(out, "lb1.yaml")).mode & 0o777, 0o600);
  assert.equal(statSync(out).mode & 0o777, 0o700);
  assert.equal(readFileSync(join(out, "lb1.yaml"), "utf8"), baton(folder, lb1).stdout);
});

test("the stack file and the facts may come from standard input", (context) => {
  const folder = folderWith(context, {
    "stack.yaml": stack.replace("{ ip: 198.51.100.50 }", "{}"),
  });
  const facts = JSON.stringify({
    addresses: { web: { ip: "203.0.113.7", id: "11111111-2222-4333-8444-555555555555" } },
  });
  const withFacts = baton(folder, [...lb1, "--facts", "-"], { input: facts });
  assert.equal(withFacts.status, 0, withFacts.stderr);
  assert.match(withFacts.stdout, /203\.0\.113\.7\/32/);
  const fromInput = baton(folder, ["gen-cloud-init", "-", "--host", "app1"], { input: stack });
  assert.equal(fromInput.status, 0, fromInput.stderr);
});

test("a pipe that takes its time is waited for", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const script = `(sleep 0.7; cat stack.yaml) | "${process.execPath}" "${main}" check - --agent-bundle "${bundle}"`;
  const { status, stderr } = spawnSync("sh", ["-c", script], { cwd: folder, encoding: "utf8" });
  assert.equal(status, 0, stderr);
});

test("a secret in a file may end with a line end", (context) => {
  const folder = folderWith(context, {
    "stack.yaml": `${stack}secret: \${file:secret.txt}\n`,
    "plain.yaml": stack,
    "secret.txt": `${secrets.BATON_SECRET}\n`,
  });
  const plain = baton(folder, lb1.with(1, "plain.yaml")).stdout;
  assert.equal(baton(folder, lb1).stdout, plain);
});

test("--explain says for each file why it is there, and shows no secret", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const { status, stdout } = baton(folder, [...lb1, "--explain"]);
  assert.equal(status, 0);
  assert.match(stdout, /\/etc\/haproxy\/haproxy\.cfg\s+sends requests/);
  assert.match(stdout, /nodejs\s+runs the agent/);
  assert.doesNotMatch(stdout, new RegExp(Object.values(secrets).join("|")));
});

test("baton check needs no secret, and shows each host against the limit", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const args = ["check", "stack.yaml", "--agent-bundle", bundle];
  const { status, stdout } = baton(folder, args, { env: {} });
  assert.equal(status, 0);
  assert.match(stdout, /lb1\s+ubuntu-24\.04\s+\d+\s+\d+\s+32767\s+\d+ %/);
  assert.match(stdout, /note: environment variable BATON_SECRET is not set/);
});

test("user-data over the limit is an error that says what takes the room", (context) => {
  // Random text, which does not get smaller by compression.
  const big = randomBytes(30_000).toString("base64");
  const folder = folderWith(context, {
    "stack.yaml": `${stack}extra: { files: [{ path: /srv/big, content: ${big} }] }\n`,
  });
  const { status, stderr } = baton(folder, ["gen-cloud-init", "stack.yaml", "--host", "app1"]);
  assert.equal(status, 1);
  assert.match(stderr, /the cloud takes 32767.*\/srv\/big \d{5} bytes/);
});

test("baton init writes a stack that is fine, with the schema's line for editors", (context) => {
  const folder = folderWith(context, {});
  assert.equal(baton(folder, ["init"]).status, 0);
  const text = readFileSync(join(folder, "stack.yaml"), "utf8");
  const [, schema = ""] = /^# yaml-language-server: \$schema=(.+)$/m.exec(text) ?? [];
  assert.equal(join(folder, schema), join(root, "stack/schema.json"));
  assert.ok(loadStack(text, "stack.yaml").ok);
});

test("baton secret gives another secret each time, long enough", (context) => {
  const folder = folderWith(context, {});
  const [a, b] = [baton(folder, ["secret"]).stdout, baton(folder, ["secret"]).stdout];
  assert.notEqual(a, b);
  assert.match(a, /^[\w-]{43}\n$/);
});

test("same input, same bytes: in any time zone, language and folder", (context) => {
  const folder = folderWith(context, { "stack.yaml": stack });
  const other = folderWith(context, { "stack.yaml": stack });
  const here = baton(folder, lb1, {
    env: { ...secrets, TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8" },
  });
  const there = baton(other, lb1, { env: { ...secrets, TZ: "America/Lima", LANG: "C" } });
  assert.equal(here.status, 0, here.stderr);
  assert.equal(here.stdout, there.stdout);
});
