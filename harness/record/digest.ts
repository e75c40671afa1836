import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

const SMALL = 32 << 20;
const BESIDE = `
const { workerData, parentPort } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const fs = require('node:fs');
const hash = createHash('sha256');
const piece = Buffer.allocUnsafe(1 << 20);
const fd = fs.openSync(workerData, 'r');
for (let got = fs.readSync(fd, piece); got > 0; got = fs.readSync(fd, piece)) hash.update(piece.subarray(0, got));
parentPort.postMessage(hash.digest('hex'));
`;

const PIECE = 1 << 20;

/** The sha256 (hex) of a file of any size, and how many bytes it has, read piece by piece while the caller waits. Throws what the file system throws. */
export function digestNow(file: string): { readonly sha256: string; readonly bytes: number } {
  const hash = createHash('sha256');
  const piece = Buffer.allocUnsafe(PIECE);
  const descriptor = openSync(file, 'r');
  try {
    let bytes = 0;
    for (let got = readSync(descriptor, piece); got > 0; got = readSync(descriptor, piece)) {
      hash.update(piece.subarray(0, got));
      bytes += got;
    }
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    closeSync(descriptor);
  }
}

/** The sha256 (hex) of a file of `bytes` bytes; of a large one on another thread, beside what the caller does. Rejects with what the file system throws. */
export function digestOf(file: string, bytes: number): Promise<string> {
  if (bytes < SMALL) return Promise.resolve(digestNow(file).sha256);
  return new Promise((resolve, reject) => {
    const worker = new Worker(BESIDE, {
      eval: true,
      workerData: file,
      resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 },
    });
    worker.once('message', resolve);
    worker.once('error', reject);
  });
}
