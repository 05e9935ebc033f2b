// What a first visit of each page, and of each tab with a program of its own (FIRST in scripts/parts.mjs; job is that of the
// tabs of a job whose contents wait for its evidence), downloads before it is painted: the program, the page's parts, styles,
// configuration and system file. After the paint comes what nobody reads first: what stands in menus, the scatter above the list,
// the sample incident and what plays it, the rules that tell why a job is in trouble, lists that wait for an answer, whatever a
// click opens.
import fs from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';

/** The most that any of them may be, in KiB (1024 bytes) of brotli. */
export const MOST_KIB = 350;

/** The first loads of a built site: {programs: {page or tab: file}, files(page or tab): [[file, bytes of brotli]]}. */
export function firstLoads(site) {
  const html = fs.readFileSync(path.join(site, 'index.html'), 'utf8');
  const styles = JSON.parse(/data-styles='([^']+)'/.exec(html)?.[1] ?? '{}');
  const programs = JSON.parse(/data-programs='([^']+)'/.exec(html)?.[1] ?? '{}');
  const linked = [...html.matchAll(/(?:src|href)="?\.?\/?([^\s">]+)/g)].map(match => match[1]);
  const [system] = JSON.parse(fs.readFileSync(path.join(site, 'config.json'), 'utf8')).systems;
  /** What the page and its first configured system ask for, whichever part is shown. */
  const always = ['index.html', ...linked, `systems/${system.name ?? system}.json`];
  const brotli = file => zlib.brotliCompressSync(fs.readFileSync(path.join(site, file))).length;
  const files = first => {
    // A tab is dressed by its page's styles and its own.
    const sheets = [...new Set([first.split('_')[0], first])].map(part => styles[part]);
    return [...always, programs[first], ...sheets].filter(Boolean).map(file => [file, brotli(file)]);
  };
  return { programs, files };
}

/** All of it, in KiB. */
export const kib = files => files.reduce((sum, [, bytes]) => sum + bytes, 0) / 1024;
