/** What comes of reading a log of Packer. Names and errors are texts, what was printed is bytes, one per character. */
export type UiEvents = {
  /** A build is going to run. */
  announced(target: string): void;
  /** Whole lines that Packer printed of one build. */
  printed(target: string, lines: string): void;
  finished(target: string): void;
  failed(target: string, error: string): void;
  /** The post-processor of a build says which build it publishes. */
  claimed(target: string, artifact: string, build: string): void;
};

const LINE_HEAD = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /;
const LINE_HEAD_LENGTH = "2026/01/31 12:00:00 ".length;
/** Colours, and with -timestamp-ui the time. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const BEFORE = /^(?:\x1b\[[\d;]*m)*(?:\d{4}-\d\d-\d\dT[\d:.+-]+Z?: )?/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
const COLOURS = /\x1b\[[\d;]*m/g;
/** `==> file.web: ` and `==> file.web (waybill): `; Packer before 1.12 has spaces in place of some arrows. */
const OF_BUILD = /^(?:==>| {3}) (.+?)(?: \([^()]*\))?: /;
const RESULT = /^--> (.+?): /;
const ENDED = /^Build '(.+?)' (finished|errored) after /;
const ERRORED = /^Build '(.+?)' errored after [^:]*: (.*)$/s;
/** Names of builds are short; only so much of a line is looked at. */
const LONGEST_HEAD = 1024;
const ANNOUNCED = /^(.+): output will be in this color\.$/;
/** `machine readable: file.web (waybill),waybill-build []string{"hashicorp/web", "file.web", ...` */
const CLAIM =
  /^machine readable: (.+) \([^()]*\),waybill-(?:build|failed) \[\]string\{("(?:[^"\\]|\\.)*"), ("(?:[^"\\]|\\.)*")/;
/** With -machine-readable: time, target, type, and what there is to say. */
const MACHINE = /^\d+,([^,]*),([^,]*),(.*)$/;

/**
 * Reads the log that Packer writes to PACKER_LOG_PATH while it grows, and takes out of it what Packer printed: the
 * entries `ui:` and `ui error:`, which Packer has freed of secrets, each told to the build it is of. All else in that
 * log, such as what plugins write to stderr, may hold secrets and goes nowhere.
 */
export class UiLog {
  readonly #events: UiEvents;
  #rest = "";
  /** Of what Packer prints now: whose it is, if it is some build's. */
  #target: string | undefined;
  #isPrinting = false;
  #lines = "";
  /** The lines of the entry that says that a build failed. */
  #failing: string[] | undefined;
  /** Most lines begin as the one before. */
  #prefix = "";
  #prefixTarget = "";

  constructor(events: UiEvents) {
    this.#events = events;
  }

  /** @param chunk what has been added to the log, wherever that begins and ends, a character for each byte */
  feed(chunk: string): void {
    const text = this.#rest + chunk;
    let start = 0;
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      this.#line(text.slice(start, end));
      start = end + 1;
    }
    this.#rest = text.slice(start);
    this.#flush();
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#rest) this.#line(this.#rest);
    this.#rest = "";
    this.#endEntry();
    this.#flush();
  }

  #line(line: string): void {
    if (line.charCodeAt(4) !== 0x2f || !LINE_HEAD.test(line)) {
      if (this.#isPrinting) this.#print(line);
      return;
    }
    this.#endEntry();
    const entry = line.slice(LINE_HEAD_LENGTH);
    if (entry.startsWith("ui: ")) this.#begin(entry.slice(4).replace(/^ask: /, ""));
    else if (entry.startsWith("ui error: ")) this.#begin(entry.slice(10));
    else if (entry.startsWith("machine readable: ")) this.#claim(CLAIM.exec(entry));
    else if (/^\d/.test(entry)) this.#machine(MACHINE.exec(entry));
  }

  #begin(message: string): void {
    this.#isPrinting = true;
    const target = this.#targetOf(message);
    if (target !== this.#target) this.#flush();
    this.#target = target;
    this.#print(message);
  }

  #print(line: string): void {
    if (this.#target !== undefined) this.#lines += `${line}\n`;
    this.#failing?.push(line);
  }

  #endEntry(): void {
    this.#isPrinting = false;
    if (!this.#failing) return;
    const entry = this.#failing.join("\n").replace(BEFORE, "").replace(COLOURS, "");
    this.#failing = undefined;
    const [, target = "", error = ""] = ERRORED.exec(entry) ?? [];
    this.#events.failed(utf8(target), utf8(error).trim());
  }

  #flush(): void {
    if (this.#lines && this.#target !== undefined) this.#events.printed(this.#target, this.#lines);
    this.#lines = "";
  }

  #targetOf(message: string): string | undefined {
    if (this.#prefix && message.startsWith(this.#prefix)) return this.#prefixTarget;
    const before = BEFORE.exec(message)?.[0] ?? "";
    const plain = message.slice(before.length, LONGEST_HEAD);
    const ofBuild = OF_BUILD.exec(plain);
    if (ofBuild) {
      // The time is another one in the next line.
      this.#prefix = message.slice(0, before.length + ofBuild[0].length);
      this.#prefixTarget = utf8(ofBuild[1] ?? "");
      return this.#prefixTarget;
    }
    const announced = ANNOUNCED.exec(plain.replace(COLOURS, ""));
    if (announced) this.#events.announced(utf8(announced[1] ?? ""));
    const ended = ENDED.exec(plain);
    if (ended?.[2] === "errored") this.#failing = [];
    if (ended?.[2] === "finished") this.#events.finished(utf8(ended[1] ?? ""));
    const other = ended ?? RESULT.exec(plain);
    return other ? utf8(other[1] ?? "") : undefined;
  }

  #claim(claim: RegExpExecArray | null): void {
    if (!claim) return;
    const [, target = "", artifact = "", build = ""] = claim;
    this.#events.claimed(utf8(target), unquoted(artifact), unquoted(build));
  }

  #machine(found: RegExpExecArray | null): void {
    if (!found) return;
    const [, target = "", type = "", data = ""] = found;
    const values = data.split(",").map(withoutEscapes);
    if (type === "ui") {
      const [first = "", ...others] = (values[1] ?? "").split("\n");
      this.#begin(first);
      for (const line of others) this.#print(line);
      this.#endEntry();
    } else if (type === "waybill-build" || type === "waybill-failed") {
      const [artifact = "", build = ""] = values;
      this.#events.claimed(utf8(target.replace(/ \([^()]*\)$/, "")), utf8(artifact), utf8(build));
    }
  }
}

function withoutEscapes(text: string): string {
  return text.replaceAll("%!(PACKER_COMMA)", ",").replaceAll("\\r", "\r").replaceAll("\\n", "\n");
}

/** A text as Go quotes it; names have no characters that Go would write otherwise than JSON. */
function unquoted(text: string): string {
  return utf8(JSON.parse(text));
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}
