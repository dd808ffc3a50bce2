/** Asks a running lab, from another terminal. */
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { basename, dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { WorldFailure } from "../../stack/failure.ts";
import { type Reply, socketOf } from "./server.ts";

/** Nobody listens: there is no lab of this name, or it was killed. */
export class NoLab extends WorldFailure {}

/** @throws WorldFailure when no lab of this name runs, or it refuses */
export async function askLab(
  name: string,
  words: readonly string[],
  path = socketOf(name),
): Promise<string> {
  const socket = connect(path);
  await once(socket, "connect").catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === "EACCES")
      throw new WorldFailure("this lab is another user's", "ask it as that user, or by sudo");
    const others = (await besides(path)).map((other) => `\`npx baton lab --name ${other} …\``);
    throw new NoLab(
      `no lab named ${name} is running`,
      others.length > 0 ? `another is: ${others.join(", ")}` : "`npx baton lab up` starts one",
    );
  });
  socket.write(`${JSON.stringify(words)}\n`);
  // One that ends breaks the connection off.
  const said = await text(socket).catch(() => "");
  if (said.trim() === "")
    throw new WorldFailure("the lab has ended without an answer", "start it again");
  const reply: Reply = JSON.parse(said);
  if (reply.ok) return reply.text;
  throw new WorldFailure(reply.problem, reply.fix);
}

/** Names of the labs that listen beside this one; one that was killed leaves its socket there. */
async function besides(path: string): Promise<readonly string[]> {
  const all = dirname(dirname(path));
  const names = readdirSync(all).filter((name) => name !== basename(dirname(path)));
  const listening = names.map(async (name) =>
    (await listens(join(all, name, basename(path)))) ? [name] : [],
  );
  return (await Promise.all(listening)).flat().sort();
}

/** The kernel answers for a Unix socket at once, however busy its process is. */
async function listens(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
