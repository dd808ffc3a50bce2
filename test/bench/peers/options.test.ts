/** The command line of the bench. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { optionsOf } from "./options.ts";

const names = (all: readonly { readonly name: string }[]) => all.map(({ name }) => name).join();

test("without options everything is measured that every machine can", () => {
  const { peers, rows, runs, write } = optionsOf([]);
  assert.equal(names(peers), "baton-1s,keepalived-1s,baton-0.1s,keepalived-0.1s");
  assert.equal(rows.length, 12);
  assert.deepEqual([runs, write], [5, false]);
});

test("rows are chosen by a pattern, programs by name", () => {
  const chosen = ["--only", "split|frozen", "--peer", "keepalived-0.1s", "--peer", "baton-1s"];
  const { peers, rows } = optionsOf([...chosen, "--runs", "3"]);
  assert.equal(names(rows), "freeze,split-10,split-4.2");
  assert.equal(names(peers), "keepalived-0.1s,baton-1s");
});

test("our agent is measured at any interval", () => {
  const { peers } = optionsOf(["--peer", "baton-0.2s", "--peer", "baton-5s"]);
  assert.deepEqual(
    peers.map(({ name, deadMs }) => [name, deadMs]),
    [
      ["baton-0.2s", 600],
      ["baton-5s", 15_000],
    ],
  );
});

test("who has exoip's program names it, alone or in one group with the agent", () => {
  const path = fileURLToPath(import.meta.url);
  const { peers } = optionsOf(["--peer", `exoip=${path}`, "--peer", `exoip+baton=${path}`]);
  assert.equal(names(peers), "exoip,exoip+baton");
});

test("what cannot be measured is told, with what can", () => {
  for (const [args, words] of [
    [["--only", "flood"], /no row is called "flood"; there are: death, stop/],
    [["--only", "split("], /--only split\( is no pattern; write a row's name/],
    [["--rows", "death"], /Unknown option '--rows'; there are: --only, --peer/],
    [["--peer", "ucarp"], /no program is called "ucarp"; there are: baton-1s.*exoip=PATH/],
    [["--peer", "baton-0s"], /no program is called "baton-0s"/],
    [["--peer", "exoip=/nowhere/exoip"], /there is no file \/nowhere\/exoip/],
    [["--runs", "many"], /--runs many is no number/],
    [["--runs", "0"], /give a whole one, 1 at least/],
    [["--write", "--only", "death"], /one run of everything/],
    [["--write", "--peer", "baton-1s"], /one run of everything/],
  ] as const)
    assert.throws(() => optionsOf(args), words, args.join(" "));
});
