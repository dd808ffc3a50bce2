/**
 * Readers of the formats that are written: each takes values as a format writes them and gives
 * back what the format's own program makes of them, many at once for the price of one start.
 */
import assert from "node:assert/strict";
import { chmodSync, mkdirSync } from "node:fs";
import { toYaml } from "../../user-data/yaml.ts";
import { isRoot } from "./namespace.ts";
import { put, withScratch } from "./scratch.ts";
import { whileServing } from "./server.ts";
import { askPython, runWell } from "./tools.ts";

export type Reader = (written: readonly string[]) => Promise<string[]> | string[];

/** PyYAML reads one document for each value, which stands in it as the text of a file. */
export const readYaml: Reader = (documents) => {
  const read = "[yaml.safe_load(t) for t in json.load(sys.stdin)]";
  const program = `import json, sys, yaml; json.dump(${read}, sys.stdout)`;
  const data = askPython(program, documents) as {
    files: { content: string }[];
    words: string[][];
  }[];
  return data.map(({ files: [file], words: [words] }) => {
    assert.deepEqual(words, [file?.content], "the same on one line as in a block");
    return file?.content ?? "absent";
  });
};

/** A document with the value as a cloud-config has it: in a file's content, and in a command. */
export const yamlHolding = (text: string): string =>
  toYaml({ files: [{ content: text }] }) + toYaml({ words: [[text]] }, 2);

export const readHtml: Reader = (texts) =>
  askPython(
    "import html, json, sys; json.dump([html.unescape(t) for t in json.load(sys.stdin)], sys.stdout)",
    texts,
  ) as string[];

/** A shell prints its words with NUL behind each, which no word can hold. */
export const readShell: Reader = (words) => {
  const script = words.map((word) => `printf '%s\\000' ${word}\n`).join("");
  return runWell("sh", ["-s"], { input: script }).stdout.split("\0").slice(0, -1);
};

export const readIfupdown: Reader = (values) =>
  withScratch((folder) => {
    const options = values.map((value, index) => `  option-${index} ${value}\n`).join("");
    const file = put(folder, "interfaces", `iface probe inet manual\n${options}`);
    const { stdout } = runWell("ifquery", ["--interfaces", file, "probe"]);
    const read = new Map(
      stdout.split("\n").map((line): [string, string] => {
        const [key = "", ...rest] = line.split(": ");
        return [key, rest.join(": ")];
      }),
    );
    return values.map((_, index) => read.get(`option-${index}`) ?? "absent");
  });

/**
 * systemd's own loader: in test mode the manager loads units, prints the words of their commands,
 * and starts nothing. It refuses to do so as root. `$$` becomes `$` only when a command is run
 * (systemd.service(5), "Command lines"), so that step is taken here.
 */
const probe = "[Unit]\nDefaultDependencies=no\n[Service]\nType=oneshot\n";

export const readSystemd: Reader = (words) =>
  withScratch((folder) => {
    const commands = words.map((word) => `ExecStart=/bin/true ${word}\n`).join("");
    put(folder, "units/probe.service", `${probe}${commands}`);
    mkdirSync(`${folder}/run`);
    chmodSync(`${folder}/run`, 0o777);
    const manager = ["--user", "--test", "--unit=probe.service", "--no-pager"];
    const env = {
      HOME: folder,
      XDG_RUNTIME_DIR: `${folder}/run`,
      SYSTEMD_UNIT_PATH: `${folder}/units`,
    };
    const nobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "/lib/systemd/systemd"];
    const { stdout } = isRoot
      ? runWell("setpriv", [...nobody, ...manager], { env })
      : runWell("systemd", manager, { env });
    const dumped = [...stdout.matchAll(/Command Line: \/bin\/true ?(.*)$/gm)];
    assert.equal(dumped.length, words.length);
    return dumped.map(([, text = ""]) => unquoteDump(text).replaceAll("$$", "$"));
  });

const dumpEscapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The dump shows a word as a shell's: bare, or in double quotes with C's escapes. */
function unquoteDump(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replaceAll(/\\([0-7]{3}|.)/gu, (_, code: string) =>
      code.length === 3
        ? String.fromCharCode(Number.parseInt(code, 8))
        : (dumpEscapes[code] ?? code),
    );
}

/** HAProxy answers each path with a string of its configuration. */
export const readHaproxy: Reader = (words) =>
  withScratch(async (folder) => {
    const socket = `${folder}/socket`;
    const rules = words.map(
      (word, index) =>
        `  http-request return status 200 content-type text/plain string ${word} if { path /${index} }\n`,
    );
    const file = put(
      folder,
      "haproxy.cfg",
      `global\n  maxconn 16\ndefaults\n  mode http\n  timeout client 9s\nfrontend all\n  bind unix@${socket}\n${rules.join("")}`,
    );
    return await whileServing("haproxy", ["-db", "-f", file], socket, (ask) =>
      ask(words.map((_, index) => `/${index}`)),
    );
  });

/** nginx answers each path with a string of its configuration. */
export const readNginx: Reader = (words) =>
  withScratch(async (folder) => {
    const socket = `${folder}/socket`;
    const places = words.map((word, index) => `location = /${index} { return 200 ${word}; }\n`);
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (name) => `${name}_temp_path ${folder}/${name};`,
    );
    const file = put(
      folder,
      "nginx.conf",
      [
        `daemon off; master_process off; pid ${folder}/pid; error_log stderr;`,
        `events {} http { access_log off; ${temporary.join(" ")}`,
        `server { keepalive_requests 100000; listen unix:${socket};`,
        ...places,
        "} }\n",
      ].join("\n"),
    );
    return await whileServing("nginx", ["-e", "stderr", "-c", file], socket, (ask) =>
      ask(words.map((_, index) => `/${index}`)),
    );
  });
