/** What an image is made of, and where it comes from. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { sourcesFor } from "../../lab/image/apt-sources.ts";
import { imageFiles } from "../../lab/image/files.ts";
import { flavours, packagesOf } from "../../lab/image/flavour.ts";
import { cacheFolder, imagePlan } from "../../lab/image/where.ts";
import { put, withScratch } from "../real/scratch.ts";
import { runTool } from "../real/tools.ts";
import { exampleNames, renderExample } from "../render-example.ts";

const debian = `Types: deb
# a comment
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/security
Suites: bookworm-security
Components: main
`;

test("the machine's own mirror is taken for another release", () => {
  const text = sourcesFor(debian, "bookworm", "trixie");
  assert.match(text, /^Suites: trixie trixie-updates$/m);
  assert.match(text, /^Suites: trixie-security$/m);
  assert.doesNotMatch(text, /bookworm|comment/);
  assert.match(text, /^Signed-By: /m);
});

test("another vendor's source is not taken, nor a source of programs' texts", () => {
  assert.equal(sourcesFor(debian.replaceAll("bookworm", "nodistro"), "bookworm", "trixie"), "");
  assert.equal(sourcesFor("deb http://x.example apt-bookworm main\n", "bookworm", "trixie"), "");
  assert.equal(sourcesFor("deb-src http://x.example bookworm main\n", "bookworm", "trixie"), "");
});

test("sources of one line keep their options", () => {
  const line = "deb [signed-by=/k.gpg] http://x.example/debian bookworm-updates main contrib\n";
  assert.equal(
    sourcesFor(`# x\n${line}`, "bookworm", "trixie"),
    line.replace("bookworm", "trixie"),
  );
});

test("BATON_CACHE says where images are kept", () => {
  assert.equal(cacheFolder({ BATON_CACHE: "/c", HOME: "/h" }), "/c");
  assert.equal(cacheFolder({ HOME: "/h" }), "/h/.cache/baton");
  assert.equal(imagePlan("netplan", "/nowhere").built, false);
  assert.match(imagePlan("netplan", "/c").folder, /^\/c\/images\/trixie-\w+-[0-9a-f]{12}$/);
});

test("the image has what user-data of the heartbeat examples asks for", () => {
  const stacks = exampleNames.filter((name) => name.includes("exo") || name === "minimal");
  const asked = stacks.flatMap(renderExample).flatMap(({ plan }) => plan.packages);
  assert.ok(asked.length > 0);
  // The second flavour needs no dispatcher: ifupdown has hooks of its own.
  const known = new Set(flavours.flatMap(packagesOf));
  assert.deepEqual(
    asked.filter(({ name }) => !known.has(name)),
    [],
  );
});

test("the image's own scripts are sound shell", () =>
  withScratch((folder) => {
    for (const flavour of flavours) {
      for (const file of imageFiles(flavour)) {
        if (!("content" in file) || !file.content.startsWith("#!")) continue;
        const path = put(folder, file.path, file.content);
        const { status, stdout } = runTool("shellcheck", [path]);
        assert.equal(status, 0, stdout);
      }
    }
  }));

test("the document of the lab names all that a host's `packages` may", () => {
  const text = readFileSync(new URL("../../docs/lab.md", import.meta.url), "utf8");
  const [, told = ""] = /`packages` may name what their image has([^`]*?)\n\n/.exec(text) ?? [];
  const base = ["systemd", "systemd-sysv", "libnss-systemd", "udev"];
  for (const name of flavours.flatMap(packagesOf))
    assert.ok(base.includes(name) || told.split(/[\s,;]+|\.$/).includes(name), name);
});
