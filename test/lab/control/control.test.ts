/** Commands for a running lab, over a real socket: one line each way, whatever is sent. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { askLab } from "../../../lab/control/client.ts";
import { type Control, serveControl, type Words } from "../../../lab/control/server.ts";
import type { Around } from "../../../lab/faults/verbs.ts";
import { withScratch } from "../../real/scratch.ts";

/** No verb of these tests reaches a lab. */
const around = { lab: {}, undo: new Map() } as unknown as Around;

const words: Words = {
  status: async () => "all is well: ü",
  down: async () => undefined,
  hang: () => new Promise(() => {}),
  long: async () => "x".repeat(5_000_000),
};

const withControl = (body: (path: string, control: Control) => Promise<void>) =>
  withScratch(async (folder) => {
    const path = join(folder, "control.sock");
    const control = await serveControl(path, around, words);
    try {
      await body(path, control);
    } finally {
      await control.close();
    }
  });

async function send(path: string, line: string): Promise<string> {
  const socket = connect(path);
  socket.write(line);
  return text(socket);
}

test("an answer comes back, and a refusal says why", () =>
  withControl(async (path) => {
    assert.equal(await askLab("x", ["status"], path), "all is well: ü");
    assert.equal(await askLab("x", ["down"], path), "done");
    assert.equal((await askLab("x", ["long"], path)).length, 5_000_000);
    await assert.rejects(askLab("x", ["boil"], path), /the lab has no command "boil"/);
    await assert.rejects(askLab("x", ["kill"], path), {
      problem: "NODE is missing",
      fix: "type: kill NODE",
    });
    await assert.rejects(askLab("x", [""], path), /the lab has no command ""/);
  }));

test("nobody else may write there", () =>
  withControl(async (path) => {
    assert.equal(statSync(path).mode & 0o777, 0o600);
  }));

test("what is no command is told, and the lab goes on", () =>
  withControl(async (path) => {
    for (const line of ["hello", "null", "5", '{"a":1}', '[["status"]]', '["status",5]', ""])
      assert.match(await send(path, `${line}\n`), /^\{"ok":false.*is no command.*array of words/);
    assert.equal(
      await send(path, '["down"]\n["status"]\n'),
      `${JSON.stringify({ ok: true, text: "done" })}\n`,
    );
    connect(path).destroy();
    assert.equal(await askLab("x", ["status"], path), "all is well: ü");
  }));

test("one that waits without end, or reads nothing, does not keep the lab from ending", () =>
  withScratch(async (folder) => {
    const path = join(folder, "control.sock");
    const control = await serveControl(path, around, words);
    const asked = askLab("x", ["hang"], path);
    const refused = assert.rejects(asked, /ended without an answer/);
    const deaf = connect(path);
    await once(deaf, "connect");
    deaf.write('["long"]\n');
    const silent = connect(path);
    // Broken off, as both are: that is no fault.
    for (const socket of [deaf, silent]) socket.on("error", () => {});
    await once(silent, "connect");
    await control.close();
    await refused;
    deaf.destroy();
    silent.destroy();
  }));

test("no lab there is told with how to start one", () =>
  withScratch((folder) =>
    assert.rejects(askLab("shop", ["status"], join(folder, "none")), /no lab named shop.*lab up/),
  ));

test("where another lab is, it is named; one that was killed is not", () =>
  withScratch(async (folder) => {
    const pathOf = (name: string) => join(folder, name, "control.sock");
    const asked = () => askLab("shop", ["status"], pathOf("shop"));
    for (const name of ["dead", "other"]) mkdirSync(join(folder, name));
    // As a process that is killed leaves it: the socket is there, and nobody listens.
    const end = "() => process.kill(process.pid, 9)";
    const listen = `require("net").createServer().listen(process.argv[1], ${end})`;
    spawnSync(process.execPath, ["-e", listen, pathOf("dead")]);
    assert.ok(statSync(pathOf("dead")).isSocket());
    await assert.rejects(asked(), /no lab named shop is running; `npx baton lab up` starts one/);
    const control = await serveControl(pathOf("other"), around, words);
    try {
      await assert.rejects(
        asked(),
        /no lab named shop is running; another is: `npx baton lab --name other …`$/,
      );
    } finally {
      await control.close();
    }
  }));
