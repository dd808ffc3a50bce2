/** The guard of the metadata service, read and loaded by the real nft beside the real account. */
import assert from "node:assert/strict";
import { copyFileSync } from "node:fs";
import { test } from "node:test";
import { inside } from "./namespace.ts";
import { putFiles, withScratch } from "./scratch.ts";
import { distinct, having } from "./subjects.ts";
import { runTool } from "./tools.ts";

const guards = /\.nft$/;
const accounts = /^\/etc\/sysusers\.d\//;

/** Runs a script of nft calls where the account exists that the plan's own sysusers file makes. */
function withAccount(root: string, script: string) {
  copyFileSync("/etc/passwd", `${root}/etc/passwd`);
  runTool("systemd-sysusers", [`--root=${root}`]);
  return inside(["sh", "-euc", script], {
    mounts: [[`${root}/etc/passwd`, "/etc/passwd"]],
    env: { guard: `${root}/etc/baton/metadata-guard.nft` },
  });
}

for (const { title, plan } of distinct(having(guards), guards)) {
  const files = plan.files.filter(({ path }) => guards.test(path) || accounts.test(path));

  test(`nft -c accepts the guard of ${title}`, () => {
    withScratch((root) => {
      putFiles(root, files);
      const { status, stderr } = withAccount(root, 'nft -c -f "$guard"');
      assert.equal(status, 0, stderr);
    });
  });

  test(`loading the guard of ${title} again replaces it, and leaves other tables alone`, () => {
    withScratch((root) => {
      putFiles(root, files);
      const script = `
        nft add table inet somebody
        nft -f "$guard"; nft list ruleset >"$guard.first"
        nft -f "$guard"; nft list ruleset >"$guard.second"
        cmp "$guard.first" "$guard.second"
        cat "$guard.second"`;
      const { status, stdout, stderr } = withAccount(root, script);
      assert.equal(status, 0, stderr);
      assert.match(stdout, /table inet somebody/);
      assert.match(stdout, /meta skuid \{ 0, \d+ \} accept/);
      assert.equal(stdout.match(/169\.254\.169\.254/g)?.length, 1);
    });
  });
}

test("nft -c refuses the guard where the account is missing", () => {
  withScratch((root) => {
    const [subject] = having(guards);
    assert.ok(subject);
    putFiles(
      root,
      subject.plan.files.filter(({ path }) => guards.test(path)),
    );
    const { status } = inside(["nft", "-c", "-f", `${root}/etc/baton/metadata-guard.nft`]);
    assert.notEqual(status, 0);
  });
});
