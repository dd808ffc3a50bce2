/** `npm run build:agent`: builds the agent's bundles and says what takes the room. */
import { relative } from "node:path";
import { gzipSync } from "node:zlib";
import { agentBundle, builtClouds } from "./agent-bundle.ts";

for (const cloud of builtClouds) {
  const { text, file, bytes } = await agentBundle(cloud);
  const packed = gzipSync(text, { level: 9 }).length;
  console.log(`${relative(process.cwd(), file)}: ${text.length} bytes, ${packed} gzipped`);
  const rooms = new Map<string, number>();
  for (const [source, size] of Object.entries(bytes)) {
    const room = source.split("/").slice(0, -1).join("/");
    rooms.set(room, (rooms.get(room) ?? 0) + size);
  }
  const all = Object.values(bytes).reduce((sum, size) => sum + size, 0);
  const line = (name: string, size: number): string =>
    `  ${String(size).padStart(6)}  ${`${Math.round((100 * size) / all)} %`.padStart(5)}  ${name}`;
  for (const [room, size] of [...rooms].sort((a, b) => b[1] - a[1])) console.log(line(room, size));
  console.log("the largest files:");
  const files = Object.entries(bytes).sort((a, b) => b[1] - a[1]);
  for (const [source, size] of files.slice(0, 8)) console.log(line(source, size));
}
