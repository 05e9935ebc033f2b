// The release build that is measured: the one in the directory APP, else one that is made before.
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
export const APP = process.env.APP ?? path.join(ROOT, 'target/site');
