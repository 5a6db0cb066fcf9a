/**
 * What `npm test` runs: unit tests first, then end-to-end tests, on a machine that was given what they need. The last line counts them all.
 * Arguments go on to Jest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchForTests } from './fetch-for-tests.mts';
import { makeOwnNetwork } from './own-network.mts';
import { provision } from './provision.mts';

const root = join(import.meta.dirname, '../..');

interface Suite {
  readonly title: string;
  /** Arguments of Jest that choose the tests. */
  readonly choice: readonly string[];
  /** Whether its clusters need nothing of the machine but ports. */
  readonly ownNetwork: boolean;
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

const END_TO_END = ['--config', 'e2e/jest.config.cjs'];
const SUITES: readonly Suite[] = [
  { title: 'Unit tests', choice: ['--config', 'jest.config.cjs'], ownNetwork: false },
  { title: 'End-to-end tests on simulated nodes', choice: [...END_TO_END, '--roots', 'e2e/simulated'], ownNetwork: true },
  { title: 'End-to-end tests with real containers', choice: [...END_TO_END, '--roots', 'e2e/containers'], ownNetwork: false },
];

function run({ choice, ownNetwork, title }: Suite, folder: string, args: readonly string[]): Counts {
  console.log(`\n${title}`);
  const output = join(folder, 'report.json');
  // Who asks for some tests may ask for none of a suite.
  const chosen = args.length === 0 ? [] : ['--passWithNoTests', ...args];
  const jest = [process.execPath, join(root, 'node_modules/jest/bin/jest.js'), ...choice, '--json', '--outputFile', output, ...chosen];
  const network = ownNetwork ? makeOwnNetwork() : undefined;
  const [program = '', ...rest] = [...(network?.prefix ?? []), ...jest];
  const { status } = spawnSync(program, rest, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  network?.remove();
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
fetchForTests();
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
