import path from 'node:path';

/** The root of the repository (or of the installed package, where this file is compiled into `dist/`). */
export const ROOT = path.resolve(import.meta.dirname, import.meta.filename.endsWith('.ts') ? '../..' : '../../..');
