/** systemd reads the rendered units and accounts, and rates how exposed the services are. */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { HostPlan } from "../../user-data/plan.ts";
import { fileAt } from "../render-example.ts";
import { inside } from "./namespace.ts";
import { put, putFiles, withScratch } from "./scratch.ts";
import { distinct, having } from "./subjects.ts";
import { runTool, runWell } from "./tools.ts";

const units = /^\/etc\/systemd\/system\/[^/]+$/;
const heartbeatUnit = "/etc/systemd/system/baton.service";

const unitPaths = ({ files }: HostPlan): string[] =>
  files.map(({ path }) => path).filter((path) => units.test(path));

/** systemd-analyze with the programs of the plan in place, fetched ones too. */
function verify(root: string, paths: readonly string[]) {
  const program = put(root, "/usr/local/bin/baton-agent", "#!/bin/sh\n", 0o755);
  chmodSync(program, 0o755);
  return inside(
    [
      "systemd-analyze",
      "verify",
      "--man=no",
      "--recursive-errors=no",
      ...paths.map((path) => root + path),
    ],
    { mounts: [[`${root}/usr/local`, "/usr/local"]] },
  );
}

for (const { title, plan } of distinct(having(units), units)) {
  test(`systemd-analyze verify on ${title}`, () => {
    withScratch((root) => {
      putFiles(root, plan.files);
      const { status, stdout, stderr } = verify(root, unitPaths(plan));
      assert.equal(`${stdout}${stderr}`, "");
      assert.equal(status, 0);
    });
  });

  test(`systemd-analyze security on ${title}`, () => {
    withScratch((root) => {
      putFiles(root, plan.files);
      for (const path of unitPaths(plan)) {
        if (path === heartbeatUnit) assert.match(fileAt(plan, path).content, /^User=baton$/m);
        const args = ["security", "--offline=true", "--no-pager", root + path];
        const { stdout } = runWell("systemd-analyze", args);
        const [, exposure] = /Overall exposure level for \S+: (\d+\.\d)/.exec(stdout) ?? [];
        assert.ok(exposure, stdout);
        assert.ok(Number(exposure) <= (path === heartbeatUnit ? 2.0 : 2.5), `${path} ${exposure}`);
      }
    });
  });
}

test("systemd-analyze verify finds a key that systemd does not know", () => {
  withScratch((root) => {
    const path = "/etc/systemd/system/wrong.service";
    put(root, path, "[Service]\nExecStart=/usr/local/bin/baton-agent\nProtectSytem=strict\n");
    assert.match(verify(root, [path]).stderr, /Unknown key.*'ProtectSytem'/);
  });
});

const accounts = /^\/etc\/sysusers\.d\//;

for (const { title, plan } of distinct(having(accounts), accounts)) {
  test(`systemd-sysusers makes the account of ${title}`, () => {
    withScratch((root) => {
      putFiles(
        root,
        plan.files.filter(({ path }) => accounts.test(path)),
      );
      mkdirSync(`${root}/etc`, { recursive: true });
      const { stderr } = runTool("systemd-sysusers", [`--root=${root}`]);
      const lines = readFileSync(`${root}/etc/passwd`, "utf8").split("\n");
      const [, , uid, , , home, login] =
        lines.find((line) => line.startsWith("baton:"))?.split(":") ?? [];
      assert.ok(
        Number(uid) > 0 && Number(uid) < 1000,
        `an account of the system: ${uid} ${stderr}`,
      );
      assert.equal(home, "/var/lib/baton");
      assert.match(login ?? "", /nologin$/);
    });
  });
}
