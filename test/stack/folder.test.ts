/** Folders are made with those above them, or it is told why not: also where Node's own way hangs. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { makeFolders } from "../../stack/folder.ts";
import { folderWith } from "../cli/command.ts";

const module = new URL("../../stack/folder.ts", import.meta.url).href;

test("under /proc it comes to an end, with the system's word", () => {
  const program = `import { makeFolders } from ${JSON.stringify(module)};
    makeFolders("/proc/of-these-tests/below");`;
  const { status, stderr, error } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program],
    { encoding: "utf8", timeout: 20_000 },
  );
  assert.equal(error, undefined);
  assert.equal(status, 1);
  assert.match(stderr, /ENOENT: .*mkdir '\/proc\/of-these-tests'/);
});

test("what is missing is made, the topmost is told, and once more makes nothing", (context) => {
  const top = folderWith(context, { file: "" });
  const wanted = join(top, "one/two/three");
  assert.equal(makeFolders(wanted, 0o700), join(top, "one"));
  assert.equal(statSync(wanted).mode & 0o777, 0o700);
  assert.equal(makeFolders(wanted), undefined);
  assert.throws(() => makeFolders(join(top, "file")), { code: "EEXIST" });
  assert.throws(() => makeFolders(join(top, "file/below")), { code: "ENOTDIR" });
});
