/** The script for OpenBSD: its form, and what it does to a double of a host, run once and twice. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import type { Extra, Stack } from "../../stack/stack.ts";
import { shell } from "../../user-data/escape.ts";
import { file as hostFile } from "../../user-data/plan.ts";
import { renderPlan } from "../../user-data/render/render.ts";
import { fixtureBundle } from "../render-example.ts";
import { publicKey } from "../stack/bases.ts";
import { edgeStack, planOf } from "./edge-node.ts";
import { OpenbsdDouble } from "./openbsd-double.ts";

/** pdksh is OpenBSD's shell; mksh comes from it. */
const shells = ["dash", "mksh", "bash"];

const withExtra = (stack: Stack, extra: Partial<Extra>): Stack => ({
  ...stack,
  nodes: stack.nodes.map((node) => ({ ...node, extra: { ...node.extra, ...extra } })),
});

const file = (path: string, content: string) => ({
  path,
  content,
  owner: "root:root",
  mode: "0644",
});

const key = publicKey.replace("you@example.com", "zo\u00eb's laptop");
const plain = edgeStack();
const rich = withExtra(
  edgeStack([["proxy: none", `proxy: none\naccess: { ssh-keys: ["${key}"] }`]]),
  {
    packages: ["tcpdump"],
    files: [
      file("/etc/motd", "Gr\u00fc\u00dfe\n"),
      file("/etc/end", "no line end"),
      file("/usr/local/new/empty", ""),
      { ...file("/etc/secret", "EOF\nEOF_\n"), owner: "_baton:_baton", mode: "0600" },
    ],
    commands: ['echo "it\'s $HOME, gr\u00fc\u00dfe" >/etc/said', "echo again >>/tmp/said"],
    packageUpgrade: true,
  },
);
const scripts = [plain, rich].map((stack) => renderPlan(planOf(stack)));

/** A double of a host for the length of one test. */
function onHost(use: (host: OpenbsdDouble) => void): void {
  const host = new OpenbsdDouble();
  try {
    use(host);
  } finally {
    host.remove();
  }
}

function mustRun(host: OpenbsdDouble, script: string, shell = "dash"): readonly string[] {
  const { status, errors, calls } = host.run(script, shell);
  assert.equal(status, 0, errors);
  return calls;
}

test("the script begins with its interpreter and is pure printable ASCII", () => {
  for (const script of scripts) {
    assert.match(script, /^#!\/bin\/sh\n/);
    assert.match(script, /^[\t\n\x20-\x7e]*$/);
  }
});

test("every shell parses the script, and shellcheck finds nothing in it", () => {
  for (const input of scripts) {
    for (const [command, ...args] of [...shells.map((name) => [name, "-n"]), ["shellcheck", "-"]]) {
      const { status, stdout, stderr, error } = spawnSync(command ?? "", args, {
        input,
        encoding: "utf8",
      });
      assert.equal(error, undefined);
      assert.equal(status, 0, `${command}: ${stdout}${stderr}`);
    }
  }
});

for (const name of shells) {
  test(`${name}: a double of a host becomes what the plan says, and stays so at a second run`, () =>
    onHost((host) => {
      const [, script = ""] = scripts;
      mustRun(host, script, name);
      for (const { path, content, mode, write } of planOf(rich).files) {
        const found = host.read(path).toString();
        if (write === "create") assert.equal(found, content, path);
        else assert.ok(found.includes(`# baton: begin\n${content}# baton: end\n`), path);
        assert.equal(host.mode(path), mode, path);
      }
      const said = host.read("etc/said").toString();
      assert.match(said, /^it's .*, gr\u00fc\u00dfe\n$/);
      assert.equal(host.read("home/puffy/.ssh/authorized_keys").toString(), `${key}\n`);
      assert.equal(host.mode("home/puffy/.ssh/authorized_keys"), "0600");
      host.write("tmp/said", "");
      const before = host.tree();
      mustRun(host, script, name);
      host.write("tmp/said", "");
      assert.deepEqual(host.tree(), before);
    }));
}

test("doubles of the commands are called in order: rules checked before loaded, ifstated last", () =>
  onHost((host) => {
    const [script = ""] = scripts;
    assert.deepEqual(mustRun(host, script), [
      "pkg_add -I node",
      "useradd -g =uid -L daemon -d /var/empty -s /sbin/nologin _baton",
      "pfctl -nf /etc/pf.conf",
      "pfctl -f /etc/pf.conf",
      "ifconfig vio0 inet alias 146.59.143.231 netmask 255.255.255.255",
      "sysctl net.inet.carp.preempt=1",
      "netstart vio1",
      "netstart vio2",
      "netstart carp0",
      "rcctl enable baton_agent",
      "rcctl check baton_agent",
      "rcctl start baton_agent",
      "rcctl enable ifstated",
      "rcctl check ifstated",
      "rcctl start ifstated",
    ]);
    const again = mustRun(host, script);
    const disturbing = again.filter((call) => /^(netstart|useradd|rcctl (re)?start)/.test(call));
    assert.deepEqual(disturbing, []);
  }));

test("what is new disturbs what follows from it, and nothing else (on a double)", () =>
  onHost((host) => {
    mustRun(host, scripts[0] ?? "");
    const slower = edgeStack([["interval: 15s", "interval: 30s"]]);
    const calls = mustRun(host, renderPlan(planOf(slower)));
    const disturbing = calls.filter((call) => /^(netstart|rcctl (re)?start)/.test(call));
    assert.deepEqual(disturbing, ["rcctl restart baton_agent", "rcctl restart ifstated"]);
  }));

test("the image's own lines stay in front of ours, and edits around ours survive (on a double)", () =>
  onHost((host) => {
    const [script = ""] = scripts;
    mustRun(host, script);
    const written = host.read("etc/hostname.vio0").toString();
    assert.match(written, /^inet autoconf\n!\/usr\/local\/libexec\/cloud-agent "\\\$if"\n# baton/);
    assert.match(host.read("etc/pf.conf").toString(), /user _pbuild\n# baton: begin\npass on vio2/);
    host.write("etc/hostname.vio0", `${written}inet6 autoconf\n`);
    mustRun(host, script);
    assert.match(
      host.read("etc/hostname.vio0").toString(),
      /\$if"\ninet6 autoconf\n# baton: begin\ninet alias [\d. ]+\n# baton: end\n$/,
    );
  }));

test("rules that pfctl's double refuses are not loaded; the next run makes up for it", () =>
  onHost((host) => {
    const [script = ""] = scripts;
    host.failing("pfctl", true);
    const { status, calls } = host.run(script, "dash");
    assert.notEqual(status, 0);
    assert.equal(calls.at(-1), "pfctl -nf /etc/pf.conf");
    host.failing("pfctl", false);
    assert.ok(mustRun(host, script).includes("netstart carp0"));
    assert.ok(!host.exists("var/db/baton.pending"));
  }));

test("packages are asked for again while no mirror answers, ten times (on a double)", () =>
  onHost((host) => {
    host.failing("pkg_add", true);
    const { status, calls } = host.run(scripts[0] ?? "", "dash");
    assert.notEqual(status, 0);
    assert.equal(calls.filter((call) => call === "pkg_add -I node").length, 10);
    assert.equal(calls.filter((call) => call === "sleep 6").length, 9);
  }));

test("a file whose end marker was lost is left alone, and the script says so (on a double)", () =>
  onHost((host) => {
    const broken = "pass\n# baton: begin\nblock\n";
    host.write("etc/pf.conf", broken);
    const { status, errors } = host.run(scripts[0] ?? "", "dash");
    assert.notEqual(status, 0);
    assert.match(errors, /\/etc\/pf\.conf: the line "# baton: end" is missing/);
    assert.equal(host.read("etc/pf.conf").toString(), broken);
  }));

test("by url the agent is fetched by ftp's double, checked, and kept when it is another", () =>
  onHost((host) => {
    const { text } = fixtureBundle;
    const sha256 = createHash("sha256").update(text).digest("hex");
    const agent = `agent: { delivery: url, url: "https://example.com/agent.js", sha256: ${sha256} }`;
    const script = renderPlan(planOf(edgeStack([["proxy: none", `proxy: none\n${agent}`]])));
    host.write("bundle", "another program\n");
    const { status, errors } = host.run(script, "dash");
    assert.notEqual(status, 0);
    assert.match(errors, /has another SHA-256/);
    assert.ok(!host.exists("usr/local/bin/baton-agent"));
    host.write("bundle", text);
    assert.ok(mustRun(host, script).some((call) => call.startsWith("ftp -V -o ")));
    assert.equal(host.read("usr/local/bin/baton-agent").toString(), text);
    assert.equal(host.mode("usr/local/bin/baton-agent"), "0755");
    assert.ok(!mustRun(host, script).some((call) => call.startsWith("ftp")));
  }));

test("property: any value of an extra file, path or command arrives unchanged (on a double)", () =>
  onHost((host) => {
    const nasty = fc.constantFrom(
      "'",
      '"',
      "\\",
      "$x",
      "`",
      "%",
      "#",
      "\n",
      "EOF\n",
      "\t",
      "\r",
      "\u00e9",
      "\u{1f600}",
    );
    const value = fc
      .array(fc.oneof(nasty, fc.string({ unit: "grapheme" })))
      .map((all) => all.join(""))
      // Half a character is refused, and has a test of its own.
      .filter((text) => text.isWellFormed());
    const name = value.map((text) => [...text.replace(/[/\n\0]/g, "_")].slice(0, 20).join(""));
    const bare = { ...planOf(plain), packages: [], accounts: [] };
    const property = fc.property(value, name, value, (content, base, said) => {
      const path = `/etc/values/x${base}`;
      const why = "from the stack file";
      const line = `printf %s ${shell(said)} >/etc/said`;
      const script = renderPlan({
        ...bare,
        files: [hostFile(path, content, why)],
        steps: [{ kind: "shell", line, why }],
      });
      mustRun(host, script);
      assert.equal(host.read(path).toString(), content);
      assert.equal(host.read("etc/said").toString(), said);
    });
    fc.assert(property, { numRuns: 50, endOnFailure: true });
  }));
