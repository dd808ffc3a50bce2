/** netplan and ifupdown read what configures the addresses, and do with it what was meant. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { HostPlan } from "../../user-data/plan.ts";
import { inside } from "./namespace.ts";
import { put, putFiles, withScratch } from "./scratch.ts";
import { distinct, having } from "./subjects.ts";
import { runTool, toolFile } from "./tools.ts";

const netplanFiles = /^\/etc\/netplan\//;

const generate = (root: string) => runTool("netplan", ["generate", "--root-dir", root]);

/** Every address that netplan's own files name, in the order of the text. */
const wished = ({ files }: HostPlan): string[] =>
  files
    .filter(({ path }) => netplanFiles.test(path))
    .flatMap(({ content }) => [...content.matchAll(/- "?([0-9a-f.:]+\/\d+)"?$/gm)])
    .map(([, address = ""]) => address);

for (const { title, plan } of distinct(having(netplanFiles), netplanFiles)) {
  test(`netplan generate on ${title}`, () => {
    withScratch((root) => {
      putFiles(
        root,
        plan.files.filter(({ path }) => netplanFiles.test(path)),
      );
      const { status, stdout, stderr } = generate(root);
      assert.equal(status, 0, stderr);
      assert.equal(`${stdout}${stderr}`, "");
      const folder = `${root}/run/systemd/network`;
      const made = readdirSync(folder).map((name) => readFileSync(`${folder}/${name}`, "utf8"));
      const addresses = [...made.join("\n").matchAll(/^Address=(.+)$/gm)].map(([, one]) => one);
      assert.ok(addresses.length > 0);
      assert.deepEqual(addresses.sort(), wished(plan).sort());
    });
  });
}

test("netplan generate refuses a file that is wrong", () => {
  withScratch((root) => {
    put(root, "/etc/netplan/60-x.yaml", "network: {version: 2, ethernets: {lo: {adresses: []}}}\n");
    assert.notEqual(generate(root).status, 0);
  });
});

const interfaces = /^\/etc\/network\//;

/** Runs ifupdown with the plan's /etc/network in the place of the machine's, and no hooks. */
function ifupdown(root: string, tool: "ifup" | "ifquery", args: readonly string[]) {
  const options = ["--state-dir", `${root}/state`, ...args];
  return inside([toolFile(tool), ...options], {
    mounts: [[`${root}/etc/network`, "/etc/network"]],
  });
}

const labels = ({ files }: HostPlan): string[] =>
  files
    .filter(({ path }) => interfaces.test(path))
    .flatMap(({ content }) => [...content.matchAll(/^iface (\S+)/gm)])
    .map(([, label = ""]) => label);

for (const { title, plan } of distinct(having(interfaces), interfaces)) {
  test(`ifup --no-act and ifquery on ${title}`, () => {
    withScratch((root) => {
      putFiles(
        root,
        plan.files.filter(({ path }) => interfaces.test(path)),
      );
      put(root, "/state/x", "");
      for (const label of labels(plan)) {
        const { status, stdout, stderr } = ifupdown(root, "ifup", [
          "--force",
          "--no-act",
          "--verbose",
          label,
        ]);
        assert.equal(status, 0, stderr);
        assert.doesNotMatch(stderr, /^ifup: (warning|error)|couldn't|syntax/im);
        const read = ifupdown(root, "ifquery", [label]);
        assert.equal(read.status, 0, read.stderr);
        const options = new Map(
          [...read.stdout.matchAll(/^(\S+): (.*)$/gm)].map(([, key, value]) => [key, value]),
        );
        for (const [key, value] of optionsOf(plan, label)) {
          if (key !== "address") assert.equal(options.get(key), value, `${label} ${key}`);
        }
        const [address = ""] = optionsOf(plan, label).get("address")?.split("/") ?? [];
        // An address on loopback is one address, and takes no neighbours with it.
        const mask = label.startsWith("lo:") ? "/(255\\.255\\.255\\.255|128)" : "/[0-9.]+";
        assert.match(stdout + stderr, new RegExp(`ip( -6)? addr add ${address}${mask} `));
      }
      const listed = ifupdown(root, "ifquery", ["--list"]);
      const expected = [...new Set(labels(plan))];
      for (const label of expected) assert.ok(listed.stdout.split("\n").includes(label), label);
    });
  });
}

/** The options of a stanza as its text has them. */
function optionsOf({ files }: HostPlan, label: string): ReadonlyMap<string, string> {
  const text = files.map(({ path, content }) => (interfaces.test(path) ? content : "")).join("\n");
  const [, after = ""] = text.split(new RegExp(`^iface ${label} .*$`, "m"));
  const [stanza = ""] = after.split(/^\S/m);
  return new Map(
    [...stanza.matchAll(/^ +(\S+) (.*)$/gm)].map(([, key = "", value = ""]) => [key, value]),
  );
}
