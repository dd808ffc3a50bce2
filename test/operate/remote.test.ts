/** SSH under an ssh that behaves badly, which its user's configuration or the host can make of it. */
import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Ran, sshRemote } from "../../operate/remote.ts";
import { folderWith } from "../cli/command.ts";
import { instance } from "./scene.ts";

/** What comes of a program in the place of ssh. */
function asked(context: TestContext, program: string, state: string, limitMs?: number) {
  const folder = folderWith(context, { ssh: `#!/bin/sh\n${program}\n`, file: "" });
  chmodSync(join(folder, "ssh"), 0o755);
  const { PATH = "" } = process.env;
  context.after(() => {
    process.env.PATH = PATH;
  });
  process.env.PATH = `${folder}:${PATH}`;
  return sshRemote(join(folder, state, "known_hosts"), {})(instance("lb1"), "true", limitMs);
}

const why = (end: Ran): string => (end.kind === "unreachable" ? end.why : JSON.stringify(end));

test("a program that ssh has started and that outlives it is not waited for", async (context) => {
  const begun = performance.now();
  const end = await asked(context, "sleep 20 & sleep 20", "state", 300);
  assert.equal(why(end), "no answer over SSH in 0.3 s");
  assert.ok(performance.now() - begun < 15_000);
});

test("a program ssh that there is not is told as such, with what to do", async () => {
  const { PATH } = process.env;
  process.env.PATH = "/nowhere";
  const end = await sshRemote("/tmp/known_hosts", {})(instance("lb1"), "true");
  process.env.PATH = PATH;
  assert.deepEqual(end, {
    kind: "unreachable",
    why: "ssh cannot run: spawn ssh ENOENT",
    fix: "install OpenSSH's client, or put it on PATH",
  });
});

test("a host with another key than before is told as such, and where that one is kept", async (context) => {
  const end = await asked(context, "echo Host key verification failed. >&2; exit 255", "state");
  assert.equal(why(end), "its host key is not the one that was seen first");
  const fix = end.kind === "unreachable" ? end.fix : undefined;
  assert.match(fix ?? "", /`ssh-keygen -R id-of-lb1 -f \/.*\/state\/known_hosts`; if not/);
});

test("an ssh that somebody ends is no answer of the host", async (context) => {
  assert.equal(why(await asked(context, "kill -TERM $$", "state")), "ssh was ended by SIGTERM");
});

test("a key that ssh cannot use is told beside the refusal", async (context) => {
  const said = 'Load key "id": bad permissions\nubuntu@host: Permission denied (publickey).';
  const end = await asked(context, `echo '${said}' >&2; exit 255`, "state");
  assert.equal(
    why(end),
    'ubuntu@host: Permission denied (publickey). Load key "id": bad permissions',
  );
});

test("an answer without an end is given up", async (context) => {
  assert.equal(why(await asked(context, "exec yes", "state")), "its answer has no end");
});

test("a home where nothing can be written is told with its path", async (context) => {
  const end = await asked(context, "exit 0", "file/below");
  assert.match(why(end), /file\/below cannot be made: ENOTDIR/);
});

test("a path with a space stays one path, and its % is no token", async (context) => {
  const end = await asked(context, 'printf "%s\\n" "$@"', "Jane 100%h");
  const [, path = ""] =
    /^UserKnownHostsFile=(.*)$/m.exec(end.kind === "ran" ? end.stdout : "") ?? [];
  assert.match(path, /^"\/.*\/Jane 100%%h\/known_hosts"$/);
});

/** What nobody means for these commands, though they may have it for their own sessions. */
const ownConfig = `Host *
  ControlMaster auto
  ControlPath /tmp/of-somebody-%C
  ControlPersist 10m
  ForwardAgent yes
  ForwardX11 yes
  LocalForward 8080 localhost:80
  PermitLocalCommand yes
  LocalCommand echo here
  RemoteCommand tmux attach
  RequestTTY force
  BatchMode no
  StrictHostKeyChecking no
  CheckHostIP yes
  User somebody
  LogLevel DEBUG3
  VisualHostKey yes
`;

test("ssh's own settings for people at a terminal do not count here", async (context) => {
  const folder = folderWith(context, { config: ownConfig });
  // The real one says what it would go by.
  const asIs = `exec ${process.env.PATH?.split(":")
    .map((one) => join(one, "ssh"))
    .find((file) => existsSync(file))}`;
  const end = await asked(context, `${asIs} -G -F ${folder}/config "$@"`, "state");
  const said = end.kind === "ran" ? end.stdout : why(end);
  for (const line of [
    "controlmaster false",
    "forwardagent no",
    "forwardx11 no",
    "clearallforwardings yes",
    "permitlocalcommand no",
    "requesttty false",
    "batchmode yes",
    "stricthostkeychecking accept-new",
    "checkhostip no",
    "user ubuntu",
    "loglevel ERROR",
    "visualhostkey no",
    "hostkeyalias id-of-lb1",
  ])
    assert.match(said, new RegExp(`^${line}$`, "m"));
  assert.doesNotMatch(said, /^(remotecommand|controlpath|localforward) (?!none$)/m);
});
