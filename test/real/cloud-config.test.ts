/** The cloud-config of every host, read by cloud-init's schema and by PyYAML, which it uses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { put, withScratch } from "./scratch.ts";
import { linuxSubjects } from "./subjects.ts";
import { askPython, runTool } from "./tools.ts";

/** Reads each document as cloud-init does, and unpacks the files as cloud-init writes them. */
const reader = `
import base64, gzip, json, sys, yaml

def content(entry):
    if entry.get("encoding") != "gz+b64":
        return entry["content"]
    return gzip.decompress(base64.b64decode(entry["content"])).decode()

def document(text):
    data = yaml.safe_load(text)
    for entry in data.get("write_files", []):
        entry["content"] = content(entry)
    return data

json.dump([document(text) for text in json.load(sys.stdin)], sys.stdout)
`;

type Entry = {
  readonly path: string;
  readonly content: string;
  readonly owner?: string;
  readonly permissions?: string;
  readonly append?: boolean;
  readonly defer?: boolean;
};

type Document = {
  readonly ssh_authorized_keys?: readonly string[];
  readonly packages?: readonly string[];
  readonly package_update: boolean;
  readonly package_upgrade: boolean;
  readonly write_files?: readonly Entry[];
  readonly runcmd?: readonly (string | readonly string[])[];
};

const made = linuxSubjects.filter(({ plan }) => plan.verbatim === undefined);
const documents = askPython(
  reader,
  made.map(({ text }) => text),
) as readonly Document[];

made.forEach(({ title, plan }, index) => {
  test(`PyYAML reads back the plan of ${title}`, () => {
    const document = documents[index];
    assert.ok(document);
    const read = document.write_files ?? [];
    assert.equal(read.length, plan.files.length);
    plan.files.forEach((file, position) => {
      const { path, content, owner, permissions, append } = read[position] ?? {};
      assert.deepEqual(
        { path, content, owner: owner ?? "root:root", mode: permissions ?? "0644", append },
        {
          path: file.path,
          content: file.content,
          owner: file.owner,
          mode: file.mode,
          append: file.write === "append" ? true : undefined,
        },
      );
    });
    const { packages = [], ssh_authorized_keys: keys = [], runcmd = [] } = document;
    assert.deepEqual(
      packages,
      plan.packages.map(({ name }) => name),
    );
    assert.deepEqual(keys, plan.sshKeys);
    assert.equal(document.package_update, plan.packageUpdate);
    assert.equal(document.package_upgrade, plan.packageUpgrade);
    const own = plan.steps.flatMap((step): (string | readonly string[])[] =>
      step.kind === "command" ? [step.command.argv] : step.kind === "shell" ? [step.line] : [],
    );
    assert.deepEqual(
      runcmd.filter((line) => line[0] !== "systemctl" || line[1] === "daemon-reload"),
      own,
    );
  });
});

test("cloud-init's schema accepts the user-data of every host", () => {
  withScratch((folder) => {
    // One start takes a fifth of a second: twins, which differ by their names alone, take one.
    const texts = new Map(linuxSubjects.map((subject) => [shape(subject.text), subject]));
    [...texts.values()].forEach(({ title, text }, index) => {
      const file = put(folder, `${index}.yaml`, text);
      const { status, stdout, stderr } = runTool("cloud-init", ["schema", "--config-file", file]);
      const said = `${stdout}${stderr}`;
      assert.equal(status, 0, `${title}\n${said}`);
      // A key that is going away is only a warning to it; we want none.
      assert.match(said, /^Valid cloud-config: \S+\s*$/, title);
    });
  });
});

/** The text without what the number of a host changes. */
const shape = (text: string): string => text.replaceAll(/\d+/g, "0");

test("cloud-init's schema refuses a document that is wrong", () => {
  withScratch((folder) => {
    const file = put(folder, "wrong.yaml", "#cloud-config\nwrite_files: {path: /etc/x}\n");
    assert.notEqual(runTool("cloud-init", ["schema", "--config-file", file]).status, 0);
  });
});
