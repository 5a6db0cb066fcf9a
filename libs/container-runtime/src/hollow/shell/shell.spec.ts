import { parseScript } from './parse-script';
import type { Surroundings } from './programs';
import { CannotTell } from './script';
import { Shell } from './shell';

describe('Shell', () => {
  let around: Surroundings & { readonly files: Set<string> };
  beforeEach(() => (around = { files: new Set(), now: Date.parse('2026-01-01T00:00:00Z') }));

  const run = (script: string, variables: Readonly<Record<string, string>> = {}) => {
    const shell = new Shell(new Map(Object.entries(variables)), around);
    shell.run(parseScript(script));
    const { exitCode, milliseconds, output } = shell;
    return { exitCode, milliseconds, output };
  };
  const exitCode = (script: string, variables: Readonly<Record<string, string>> = {}) => run(script, variables).exitCode;
  const output = (script: string, variables: Readonly<Record<string, string>> = {}) => run(script, variables).output;

  it.each([
    ['exit 3', 3],
    ['exit 256', 0],
    ['false; exit', 1],
    ['false', 1],
    ['true\n\n# the end\n', 0],
    ['exit 0; exit 1', 0],
    ['true && exit 4', 4],
    ['false && exit 4 || exit 5', 5],
    ['true || exit 4', 0],
    ['! false', 0],
    ['false ||\n exit 6', 6],
    ['echo "a; exit 1"', 0],
    ["echo 'it is $HOME'; exit 7 # exit 8", 7],
    ['X=$(false)', 1],
    ['false; X=1', 0],
    ['false; exit $?', 1],
    ['exit $((3 * (1 + 2) % 4))', 1],
    ['expr 4 % 2 > /dev/null', 1],
    ['', 0],
  ])('ends %j with %i', (script, code) => {
    expect(exitCode(script)).toBe(code);
  });

  it.each([
    ['0', 10],
    ['1', 11],
    ['2', 12],
    ['3', 12],
  ])('takes the branch that the variable %j leads to', (index, code) => {
    const script = 'if [ $X -eq 0 ]; then exit 10; elif test "$X" = 1\nthen\n  exit 11\nelse exit 12; fi';
    expect(exitCode(script, { X: index })).toBe(code);
  });

  it('goes on behind an if, which succeeds when no branch was taken', () => {
    expect(exitCode('if false; then exit 1; fi')).toBe(0);
    expect(exitCode('if true; then if false; then exit 1; else X=5; fi; fi; exit $X')).toBe(5);
  });

  it('counts with the output of a command', () => {
    const script = 'if [ $(expr ${INDEX} % 2) -ne 0 ]; then exit 1; else exit 0; fi';
    expect([0, 1, 2, 3].map((index) => exitCode(script, { INDEX: String(index) }))).toEqual([0, 1, 0, 1]);
  });

  it('knows in one run what another has left', () => {
    const script = 'if [[ -r /data/foo-$INDEX ]]\nthen exit 0\nelse touch /data/foo-$INDEX\nexit 42\nfi';
    expect([exitCode(script, { INDEX: '1' }), exitCode(script, { INDEX: '2' }), exitCode(script, { INDEX: '1' })]).toEqual([42, 42, 0]);
    expect(exitCode('rm /data/foo-1 && rm /data/foo-1')).toBe(1);
    expect(exitCode('echo done >> /log; [ -f /log ] && [ ! -e /data/foo-1 ]')).toBe(0);
  });

  it('adds up what it sleeps, on the way that it takes', () => {
    expect(run('sleep 1.5 && sleep 2m; if false; then sleep 9; fi; X=$(sleep 1; echo 2); exit $X')).toMatchObject({
      milliseconds: 122_500,
      exitCode: 2,
    });
  });

  it('splits what an unquoted variable holds, and nothing else', () => {
    const variables = { TWO: ' a  b ', NONE: '' };
    expect(output('echo x$TWO"$TWO"y', variables)).toBe('x a b  a  b y\n');
    expect(output('echo "" $NONE \'\' .', variables)).toBe('  .\n');
    expect(exitCode('[[ -z $NONE ]] && [[ $TWO = " a  b " ]]', variables)).toBe(0);
    expect(output('echo ${NONE:-none given} ${TWO:-x} \\$TWO "\\"$TWO"', variables)).toBe('none given a b $TWO " a  b \n');
  });

  it('keeps to itself what a substituted command sets', () => {
    expect(output('X=1; echo $(X=2; echo $X; exit 3) $X $?')).toBe('2 1 3\n');
  });

  it('takes a variable without a value for zero in arithmetic', () => {
    expect(output('X=7; echo $((X / 2 + NONE)) $(( $X % 4 == 3 )) $((-X))')).toBe('3 1 -7\n');
  });

  it.each([
    'nginx -g "daemon off;"',
    'while true; do sleep 1; done',
    'for i in 1 2; do echo $i; done',
    'sleep 1 & wait',
    'echo a | cat',
    'cat < /etc/passwd',
    '(exit 1)',
    '{ exit 1; }',
    'f() { exit 1; }',
    'if true; exit 1; fi',
    'if true; then exit 1',
    'then exit 1',
    'echo `date`',
    'echo *',
    'echo "no end',
    "echo 'no end",
    'echo $(echo 1',
    'echo $((1',
    'echo $((1 / 0))',
    'echo $((1 +))',
    'echo ${X%.*}',
    'exit 1)',
    '[ 1 -eq one ]',
    '[ -d / ]',
    '[ 1 -eq 1',
    'sleep forever',
    'exit one',
    'rm -r /',
    'trap "exit 0" TERM',
  ])('does not pretend to know how %j ends', (script) => {
    expect(() => run(script)).toThrow(CannotTell);
  });

  it('is not troubled by what it never comes to', () => {
    expect(exitCode('test -f /ready || exit 4; nginx')).toBe(4);
  });
});
