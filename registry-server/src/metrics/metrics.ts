import type { Maybe } from "../maybe.ts";

/** Seconds. Below a millisecond for what is answered from memory, up to what clients wait for. */
const secondsBuckets = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;

type Labels = Record<string, string | number>;
/** A value with its labels. */
export type Sample = { labels?: Labels; value: number };

/** Counts how long something took; cheap enough for what happens ten thousand times a second. */
export class Durations {
  readonly #counts = new Array<number>(secondsBuckets.length + 1).fill(0);
  #sum = 0;

  observe(seconds: number): void {
    let bucket = 0;
    while (seconds > (secondsBuckets[bucket] ?? Infinity)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += seconds;
  }

  /** The lines of a histogram, whose buckets each hold all that was quicker. */
  *lines(name: string, labels: Labels): Generator<string> {
    let count = 0;
    for (const [bucket, more] of this.#counts.entries()) {
      count += more;
      yield line(`${name}_bucket`, { ...labels, le: secondsBuckets[bucket] ?? "+Inf" }, count);
    }
    yield line(`${name}_sum`, labels, this.#sum);
    yield line(`${name}_count`, labels, count);
  }
}

type Metric = {
  name: string;
  help: string;
  type: "counter" | "gauge" | "histogram";
  lines(): Maybe<Iterable<string>>;
};

/** What the server tells about itself, in the text format of Prometheus. */
export class Metrics {
  readonly #metrics: Metric[] = [];

  /** Adds a value that only grows; it is read when it is asked for. The name ends with `_total`. */
  counter(name: string, help: string, read: () => Maybe<Sample[]>): void {
    this.#add("counter", name, help, read);
  }

  /** Adds a value that goes up and down; it is read when it is asked for. */
  gauge(name: string, help: string, read: () => Maybe<Sample[]>): void {
    this.#add("gauge", name, help, read);
  }

  /** Adds a histogram; gives the function that finds, for labels, where to observe. */
  durations(name: string, help: string): (labels?: Labels) => Durations {
    const series: { labels: Labels; durations: Durations }[] = [];
    const lines = () => series.flatMap(({ labels, durations }) => [...durations.lines(name, labels)]);
    this.#metrics.push({ name, help, type: "histogram", lines });
    return (labels = {}) => {
      const durations = new Durations();
      series.push({ labels, durations });
      return durations;
    };
  }

  /** All of it, as it is now. What cannot be read now is left out, so that the rest can be seen. */
  async text(): Promise<string> {
    const parts = this.#metrics.map(async ({ name, help, type, lines }) => {
      const read = await Promise.resolve(lines()).catch(() => []);
      return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...read, ""].join("\n");
    });
    return (await Promise.all(parts)).join("");
  }

  #add(type: Metric["type"], name: string, help: string, read: () => Maybe<Sample[]>): void {
    const lines = async () => (await read()).map(({ labels = {}, value }) => line(name, labels, value));
    this.#metrics.push({ name, help, type, lines });
  }
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(String(text))}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
