import { readFile } from 'node:fs/promises';
import type { ApiserverConfig } from '@keelson/apiserver';

/** A field of a CSV line: quoted, or up to the next comma. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^,]*))(?:,|$)/y;

/** `--token-auth-file`: a line is `token,user,uid` and, in quotes, the user's groups with commas. @throws Error naming the line */
export async function readTokenFile(path: string): Promise<ApiserverConfig['staticTokens']> {
  const lines = (await readFile(path, 'utf8')).split('\n').map((line) => line.trim());
  return lines.flatMap((line, index) => (line === '' || line.startsWith('#') ? [] : [parseLine(line, `${path}:${index + 1}`)]));
}

function parseLine(line: string, where: string): ApiserverConfig['staticTokens'][number] {
  const [token = '', name = '', uid = '', groups = ''] = fieldsOf(line);
  if (token === '' || name === '') throw new Error(`${where}: a token file's line has at least a token, a user name and a uid`);
  return {
    token,
    user: {
      name,
      uid,
      groups: groups
        .split(',')
        .map((group) => group.trim())
        .filter((group) => group !== ''),
    },
  };
}

function fieldsOf(line: string): readonly string[] {
  const fields: string[] = [];
  FIELD.lastIndex = 0;
  while (FIELD.lastIndex < line.length) {
    const match = FIELD.exec(line);
    if (match === null) break;
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
  }
  return fields;
}
