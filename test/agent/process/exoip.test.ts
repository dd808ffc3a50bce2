/** The agent under the name exoip, as ifupdown starts it: its name, its log, what others see. */
import assert from "node:assert/strict";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";
import { promisify } from "node:util";
import { agentBundle } from "../../../cli/agent-bundle.ts";
import { pause, until } from "../cloud/double.ts";
import { folder } from "../status/socket.ts";
import { runtime } from "./runtimes.ts";

/** Stands for logger(1), which would write to the machine's own log. */
const logger = `#!/bin/sh
printf '%s\\n' "arguments $*" >>"$0.out"
env >>"$0.env"
cat >>"$0.out"
`;

type Exoip = { readonly child: ChildProcess; readonly told: () => string; readonly path: string };

/** Runs it with `flags`; the secret comes by a variable, as ifupdown sets it. */
async function exoip(
  t: TestContext,
  flags: string,
  stderr: "pipe" | "ignore",
  node = process.execPath,
): Promise<Exoip> {
  let agent: ChildProcess | undefined;
  // Before its folder is removed, which a hook does that comes later.
  t.after(() => agent?.kill("SIGKILL"));
  const path = folder(t);
  const { file } = await agentBundle("exoscale");
  copyFileSync(file, join(path, "exoip"));
  writeFileSync(join(path, "logger"), logger, { mode: 0o755 });
  const env = {
    PATH: `${path}:${process.env.PATH}`,
    IF_EXOSCALE_API_SECRET: "LZvariable",
    STATE_DIRECTORY: path,
    RUNTIME_DIRECTORY: path,
  };
  const argv = [join(path, "exoip"), ...flags.split(" ")];
  // What start-stop-daemon gives is opened for reading and writing.
  const none = openSync("/dev/null", "r+");
  const fd = stderr === "ignore" ? none : stderr;
  const child = spawn(node, argv, { env, stdio: ["ignore", none, fd] });
  agent = child;
  const told = (): string => {
    try {
      return readFileSync(join(path, "logger.out"), "utf8");
    } catch {
      return "";
    }
  };
  return { child, told, path };
}

const watches =
  "-W -xi 203.0.113.7 -xk EXOkey -xs LZargument -p 127.77.255.2 -l 127.77.255.1:23456";

describe("the name exoip", { concurrency: true }, () => {
  for (const version of ["12.22.12", "18.20.8", process.versions.node]) {
    test(`killall finds it and ps shows no secret, on Node ${version}`, async (t) => {
      const node = version === process.versions.node ? process.execPath : runtime(version);
      const { child } = await exoip(t, watches, "ignore", node);
      const of = (name: string): string => readFileSync(`/proc/${child.pid}/${name}`, "utf8");
      await until(() => of("comm") === "exoip\n");
      assert.doesNotMatch(of("cmdline"), /EXOkey|LZargument/);
    });
  }

  test("where nobody reads standard error, it writes to the system's log", async (t) => {
    const { child, told, path } = await exoip(t, watches, "ignore");
    await until(() => told().includes("waits for the metadata server"));
    assert.match(told(), /^arguments --prio-prefix -t exoip -p daemon.notice\n<4>/);
    assert.doesNotMatch(readFileSync(join(path, "logger.env"), "utf8"), /LZvariable/);
    child.kill("SIGTERM");
    await once(child, "exit");
    await until(() => told().endsWith("<5>stopped\n"));
  });

  test("its mistakes are told there too", async (t) => {
    const { child, told } = await exoip(t, "-W -xi 203.0.113.7 -xk EXOkey", "ignore");
    const [code] = await once(child, "exit");
    assert.equal(code, 2);
    assert.match(told(), /\n<3>need peer definition \(either -p or -G\)\n?$/);
  });

  test("it goes on without whoever read its lines", async (t) => {
    const { child } = await exoip(t, watches, "pipe");
    child.stderr?.destroy();
    await pause(3_000);
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
  });

  test("who reads only the beginning of an answer causes no stack trace", async () => {
    const { file } = await agentBundle("exoscale");
    // The reader has gone before the program begins to write.
    const script = `{ sleep 0.5; "${process.execPath}" "${file}" help; } | true`;
    const { stderr } = await promisify(execFile)("bash", ["-c", script]);
    assert.equal(stderr, "");
  });
});
