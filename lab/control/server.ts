/** Takes commands for a running lab at a Unix socket: a line of JSON each way. */
import { once } from "node:events";
import { chmodSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { type Around, verbNamed } from "../faults/verbs.ts";

export type Reply = { readonly ok: boolean; readonly text: string };

export type Control = { readonly close: () => Promise<void> };

/** Words that are about the lab as a whole, beside those for faults. */
export type Words = Readonly<Record<string, () => Promise<string | undefined>>>;

export const socketOf = (name: string): string => `/run/${name}/control.sock`;

export async function serveControl(name: string, around: Around, words: Words): Promise<Control> {
  const path = socketOf(name);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    createInterface({ input: socket }).on("line", (line) => {
      void answer(line, around, words).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
    });
  });
  server.listen(path);
  await once(server, "listening");
  // Whoever may write here may run commands on the hosts as root.
  chmodSync(path, 0o600);
  return {
    close: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

async function answer(line: string, around: Around, words: Words): Promise<Reply> {
  try {
    const [verb = "", ...args]: readonly string[] = JSON.parse(line);
    const word = Object.hasOwn(words, verb) ? words[verb] : undefined;
    const text = await (word === undefined ? verbNamed(verb).run(around, args) : word());
    return { ok: true, text: text ?? "done" };
  } catch (error) {
    return { ok: false, text: error instanceof Error ? error.message : String(error) };
  }
}
