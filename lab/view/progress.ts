/** Steps that take a while, as lines: what is being done, and how long it took. */

export type Progress = {
  /** Runs a step; its line says what it is doing meanwhile, and ends with its time. */
  readonly step: <Result>(
    title: string,
    work: (detail: (text: string) => void) => Promise<Result>,
  ) => Promise<Result>;
  readonly say: (text: string) => void;
};

export type Screen = {
  readonly write: (text: string) => void;
  /** Whether a line can be written over. */
  readonly isLive: boolean;
  readonly columns: number;
};

/** How a terminal is used; what is none, or a dumb one, gets lines that stay. */
export function screenFor(
  write: (text: string) => void,
  { isTTY, columns }: { readonly isTTY?: boolean; readonly columns?: number },
  term: string | undefined,
): Screen {
  return { write, isLive: isTTY === true && term !== "dumb", columns: columns || 120 };
}

/** Lines that do not change say at most this often what a step is doing. */
const quietMs = 5000;

export function progressOn(
  screen: Screen,
  nowMs: () => number = () => performance.now(),
): Progress {
  const width = Math.max(20, screen.columns - 1);
  const fit = (text: string): string =>
    text.length > width ? `${text.slice(0, width - 1)}…` : text;
  const over = (text: string): void => screen.write(`\r\x1b[2K${fit(text)}`);
  const step: Progress["step"] = async (title, work) => {
    const begun = nowMs();
    const seconds = (): string => `${((nowMs() - begun) / 1000).toFixed(1)} s`;
    let told = begun;
    let doing = "";
    const show = (): void => over(`… ${title} ${seconds()}  ${doing}`);
    const detail = (text: string): void => {
      doing = text;
      if (screen.isLive) show();
      else if (nowMs() - told > quietMs) {
        told = nowMs();
        screen.write(fit(`  ${title}: ${text}`).concat("\n"));
      }
    };
    const ticker = screen.isLive ? setInterval(show, 500) : undefined;
    const end = (mark: string): void => {
      clearInterval(ticker);
      const line = `${mark} ${title}  ${seconds()}`;
      if (screen.isLive) over(line);
      else screen.write(fit(line));
      screen.write("\n");
    };
    try {
      const result = await work(detail);
      end("✓");
      return result;
    } catch (error) {
      end("✗");
      throw error;
    }
  };
  return { step, say: (text) => screen.write(`${text}\n`) };
}
