/**
 * What `npm test` runs: unit tests first, then end-to-end tests, on a machine that was given what they need. The last line counts them all.
 * Arguments go on to Jest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { provision } from './provision.mts';

const root = join(import.meta.dirname, '../..');

interface Suite {
  readonly title: string;
  readonly config: string;
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** Full names, with the reason that each carries. */
  readonly skipped: readonly string[];
}

interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[] }[];
}

const SUITES: readonly Suite[] = [
  { title: 'Unit tests', config: 'jest.config.cjs' },
  { title: 'End-to-end tests', config: 'e2e/jest.config.cjs' },
];

function run({ config, title }: Suite, folder: string, args: readonly string[]): Counts {
  console.log(`\n${title}`);
  const output = join(folder, 'report.json');
  const jest = join(root, 'node_modules/jest/bin/jest.js');
  const { status } = spawnSync(process.execPath, [jest, '--config', config, '--json', '--outputFile', output, ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (!existsSync(output)) return { passed: 0, failed: 1, skipped: [] };
  const report = JSON.parse(readFileSync(output, 'utf8')) as JestReport;
  rmSync(output);
  const failed = report.numFailedTests + report.numRuntimeErrorTestSuites;
  return {
    passed: report.numPassedTests,
    // A run that ended badly without a failed test has still failed.
    failed: status !== 0 && failed === 0 ? 1 : failed,
    skipped: report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status: outcome }) => outcome === 'pending').map(({ fullName }) => fullName),
    ),
  };
}

const folder = mkdtempSync(join(tmpdir(), 'keelson-test-'));
const endProvisions = await provision();
try {
  const counts = SUITES.map((suite) => run(suite, folder, process.argv.slice(2)));
  const skipped = counts.flatMap((each) => each.skipped);
  const sum = (field: 'passed' | 'failed'): number => counts.reduce((total, each) => total + each[field], 0);
  if (skipped.length > 0) console.log(`\nNot run:\n${skipped.map((name) => `  ${name}`).join('\n')}`);
  // Where everything can be installed, what was not run has failed.
  const failed = sum('failed') + (process.env['KEELSON_TEST_STRICT'] === undefined ? 0 : skipped.length);
  console.log(`\n${sum('passed')} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} finally {
  await endProvisions();
  rmSync(folder, { recursive: true, force: true });
}
