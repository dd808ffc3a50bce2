/** Takes commands for a running lab at a Unix socket: a line of JSON each way. */
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { reasonOf, WorldFailure } from "../../stack/failure.ts";
import { mustBeName } from "../fabric/place.ts";
import { type Around, verbNamed } from "../faults/verbs.ts";

export type Reply =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly fix: string };

export type Control = { readonly close: () => Promise<void> };

/** Words that are about the lab as a whole, beside those for faults. */
export type Words = Readonly<Record<string, () => Promise<string | undefined>>>;

/** @throws WorldFailure for what is no lab's name */
export function socketOf(name: string): string {
  mustBeName(name);
  return `/run/${name}/control.sock`;
}

/** How long answers that are on their way are waited for at the end. */
const graceMs = 500;

/** @param path of the socket */
export async function serveControl(path: string, around: Around, words: Words): Promise<Control> {
  rmSync(path, { force: true });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    // One command a connection: whoever wants more asks again.
    createInterface({ input: socket }).once("line", (line) => {
      void answer(line, around, words).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
    });
  });
  server.listen(path);
  await once(server, "listening");
  // Whoever may write here may run commands on the hosts as root.
  chmodSync(path, 0o600);
  return {
    close: async () => {
      const closed = once(server, "close");
      server.close();
      // Whoever has asked for what does not end, or reads nothing, keeps nobody waiting.
      const late = setTimeout(() => {
        for (const socket of open) socket.destroy();
      }, graceMs);
      await closed;
      clearTimeout(late);
    },
  };
}

/** @throws WorldFailure for a line that is none of this protocol */
function wordsIn(line: string): readonly string[] {
  const refused = new WorldFailure(
    `"${line.slice(0, 60)}" is no command`,
    "send one line: an array of words, in JSON",
  );
  let given: unknown;
  try {
    given = JSON.parse(line);
  } catch {
    throw refused;
  }
  const isWords = Array.isArray(given) && given.every((word) => typeof word === "string");
  if (!isWords) throw refused;
  return given as string[];
}

async function answer(line: string, around: Around, words: Words): Promise<Reply> {
  try {
    const [verb = "", ...args] = wordsIn(line);
    const word = Object.hasOwn(words, verb) ? words[verb] : undefined;
    const text = await (word === undefined ? verbNamed(verb).run(around, args) : word());
    return { ok: true, text: text ?? "done" };
  } catch (error) {
    if (error instanceof WorldFailure) return { ok: false, problem: error.problem, fix: error.fix };
    return { ok: false, problem: reasonOf(error), fix: "the lab's own terminal may tell more" };
  }
}
