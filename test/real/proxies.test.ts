/** HAProxy and nginx read what their packages ship together with what is rendered. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { inside } from "./namespace.ts";
import { put, putFiles, withScratch } from "./scratch.ts";
import { distinct, having } from "./subjects.ts";
import { runTool } from "./tools.ts";

const haproxyFiles = /^\/etc\/haproxy\//;

/** A name that does not resolve yet disables its server until it does, and that is said. */
const awaited = /could not resolve address|can't connect socket for nameserver|Warnings were found/;

const complaints = (text: string): string[] =>
  text.split("\n").filter((line) => /WARNING|ALERT|error/i.test(line) && !awaited.test(line));

for (const { title, plan } of distinct(having(haproxyFiles), haproxyFiles)) {
  test(`haproxy -c on ${title}`, () => {
    withScratch((root) => {
      const files = plan.files.filter(({ path }) => haproxyFiles.test(path));
      putFiles(root, files);
      // Where a folder is read, the distribution's file comes first all the same.
      const own = files.map(({ path }) => ["-f", `${root}${path}`]);
      const before = files.some(({ write }) => write === "append")
        ? []
        : ["-f", "/etc/haproxy/haproxy.cfg"];
      const args = ["-c", ...before, ...own.flat()];
      const here = runTool("haproxy", args);
      assert.equal(here.status, 0, here.stderr);
      assert.deepEqual(complaints(here.stdout + here.stderr), []);
      // With no network at all no name resolves, and the proxy starts all the same.
      const alone = inside(["haproxy", ...args]);
      assert.equal(alone.status, 0, alone.stderr);
      assert.deepEqual(complaints(alone.stdout + alone.stderr), []);
    });
  });
}

test("haproxy -c refuses a section that is wrong", () => {
  withScratch((root) => {
    const file = put(root, "wrong.cfg", "listen web\n  bind 0.0.0.0:http-of-nobody\n");
    assert.notEqual(runTool("haproxy", ["-c", "-f", file]).status, 0);
  });
});

const nginxFiles = /^\/etc\/nginx\//;

/**
 * The installed nginx.conf, with the folders of the scratch root in place of the machine's. The
 * sites are left out as the plan's own command removes the only one that the package brings.
 */
function scratchNginx(root: string): string {
  for (const folder of ["log", "run", "body"]) mkdirSync(`${root}/${folder}`);
  const shipped = readFileSync("/etc/nginx/nginx.conf", "utf8");
  const text = shipped
    .replace(/^user .*$/m, "user root root;")
    .replace("include /etc/nginx/sites-enabled/*;", "")
    .replaceAll("/etc/nginx/conf.d/", `${root}/etc/nginx/conf.d/`)
    .replaceAll("/var/log/nginx", `${root}/log`)
    .replaceAll("/run/nginx.pid", `${root}/run/nginx.pid`)
    .replace(
      "http {",
      `http {\n${temporary.map((key) => `${key} ${root}/body/${key};`).join("\n")}`,
    );
  return put(root, "nginx.conf", text);
}

const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
  (name) => `${name}_temp_path`,
);

/** In a namespace of its own, where port 80 is free and open to whoever runs the tests. */
const testNginx = (root: string) =>
  inside(["nginx", "-t", "-e", `${root}/log/error.log`, "-c", scratchNginx(root)]);

for (const { title, plan } of distinct(having(nginxFiles), nginxFiles)) {
  test(`nginx -t on ${title}`, () => {
    withScratch((root) => {
      putFiles(
        root,
        plan.files.filter(({ path }) => nginxFiles.test(path)),
      );
      const { status, stderr } = testNginx(root);
      assert.equal(status, 0, stderr);
      assert.doesNotMatch(stderr, /\[(warn|error|crit|alert|emerg)\]/);
    });
  });
}

test("nginx -t refuses a file that is wrong", () => {
  withScratch((root) => {
    put(root, "/etc/nginx/conf.d/wrong.conf", "server { listen 80; listen 80; }\n");
    assert.notEqual(testNginx(root).status, 0);
  });
});
