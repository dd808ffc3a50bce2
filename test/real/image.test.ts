/** An image whose making is interrupted, for real: nothing of it stays. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ensureImage } from "../../lab/image/build.ts";
import { withScratch } from "./scratch.ts";

test("an image that is half made when it is interrupted is removed, and one of a killed run", () =>
  withScratch(async (cache) => {
    const { pid } = spawnSync("true");
    const left = join(cache, `images/x.part-${pid}/dev`);
    mkdirSync(left, { recursive: true });
    assert.equal(spawnSync("mount", ["-t", "tmpfs", "tmpfs", left]).status, 0);
    const interrupt = new AbortController();
    const images = (): readonly string[] => readdirSync(join(cache, "images"));
    let half: readonly string[] = [];
    const made = ensureImage("netplan", {
      cache,
      signal: interrupt.signal,
      report: (text) => {
        // By now the root file system has files, and mounts in it.
        if (!/: (extracting|installing) /.test(text)) return;
        half = images();
        interrupt.abort();
      },
    });
    await assert.rejects(made, { name: "AbortError" });
    assert.equal(half.length, 1);
    assert.deepEqual(images(), []);
    assert.ok(!readFileSync("/proc/self/mounts", "utf8").includes(cache));
  }));
