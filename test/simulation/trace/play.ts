/**
 * Plays: text files of commands, each with what happened under it, as etcd's raft has them. A play
 * is performed in virtual time without any chance: the same text gives the same text.
 *
 * Lines that begin with `#` are for people, indented lines are what happened, all others are
 * commands; `commands.ts` says which there are.
 */
import { command } from "./commands.ts";
import { bounded, type Stage, settled } from "./stage.ts";

class PlayError extends Error {}

/**
 * Performs a play and gives its text with what really happened under each command.
 * Throws a PlayError when an expectation of the play fails, or a command is not understood.
 */
export function perform(text: string): string {
  const written: string[] = [];
  let stage: Stage | undefined;
  let expected = 0;
  const lines = text.trimEnd().split("\n");
  lines.forEach((line, index) => {
    if (line.startsWith(" ")) return;
    written.push(line);
    if (line === "" || line.startsWith("#")) return;
    if (line.startsWith("expect ")) expected += 1;
    try {
      stage = command(stage, line);
      settled(stage);
      bounded(stage);
    } catch (error) {
      const happened = [...written.slice(-25), ...(stage?.lines ?? [])].join("\n");
      throw new PlayError(`line ${index + 1}: ${line}: ${messageOf(error)}\n${happened}`);
    }
    written.push(...stage.lines.splice(0).map((said) => `  ${said}`.trimEnd()));
  });
  if (expected === 0) throw new PlayError("a play must expect something");
  return `${written.join("\n")}\n`;
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? (error.constructor === Error ? error.message : `${error.stack}`) : "?";
