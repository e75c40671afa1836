/** Who hears what a container says. Of logs each call is one message of the log, of other streams any piece of it. */
export interface Hearers {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
}

const HEADER = 8;
const STDERR = 2;

/**
 * Takes apart what the engine sends of a container without a terminal: frames with a header of eight bytes (which stream, how long). `ended` resolves when no more will come,
 * for whatever reason. docker-modem's own recurses once per frame and copies the rest of its buffer each time, and tells nobody where a frame ends, which log messages need.
 */
export function split(stream: NodeJS.ReadableStream, { stdout, stderr }: Hearers): { readonly ended: Promise<void> } {
  let rest: Buffer = Buffer.alloc(0);
  stream.on('data', (data: Buffer) => {
    rest = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let at = 0;
    while (rest.length - at >= HEADER) {
      const end = at + HEADER + rest.readUInt32BE(at + 4);
      if (rest.length < end) break;
      const hear = rest[at] === STDERR ? stderr : stdout;
      hear(rest.subarray(at + HEADER, end));
      at = end;
    }
    rest = rest.subarray(at);
  });
  const ended = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve());
  });
  // A second error after the first has nobody else to hear it.
  stream.on('error', () => undefined);
  return { ended };
}
