// Runs the checks and suites one after the other and sums them up. A suite that fails does not stop the others: one
// look at the end shows everything that is wrong.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const results = `${root}test-results`;

const checks = [
  ['build', ['scripts/build.mjs']],
  ['format', ['node_modules/prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.']],
  ['lint', ['node_modules/eslint/bin/eslint.js', '--max-warnings', '0', '.']],
  [
    'layers',
    [
      'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
      '--config',
      '.dependency-cruiser.cjs',
      'src',
    ],
  ],
  ['types', ['node_modules/typescript/bin/tsc', '--noEmit']],
];
const suites = ['unit', 'interop', 'browser', 'rack'];

const wanted = new Set(process.argv.slice(2));
const rows = [];
const leftOut = [];
let passed = 0;
let failed = 0;
let skipped = 0;

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

for (const [name, args] of checks) if (wanted.size === 0 || wanted.has(name)) check(name, args);
for (const name of suites) if (wanted.size === 0 || wanted.has(name)) suite(name);

console.log('\nSummary');
for (const [name, outcome, seconds] of rows)
  console.log(`  ${name.padEnd(8)} ${outcome.padEnd(44)} ${seconds} s`);
if (leftOut.length > 0) {
  console.log('\nLeft out:');
  for (const line of leftOut) console.log(`  ${line}`);
}
// In CI everything is installed, so a suite that is left out without a known reason is a suite that is not run any more.
const excused = process.env.HEARTH_MAY_LEAVE_OUT;
if (excused !== undefined) {
  const unexcused = leftOut.filter((line) => !new RegExp(excused).test(line));
  for (const line of unexcused) console.log(`Not allowed to be left out here: ${line}`);
  failed += unexcused.length;
}

console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 ? 1 : 0;

function run(args) {
  const started = Date.now();
  const { status, error } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return { ok: status === 0 && error === undefined, seconds: ((Date.now() - started) / 1000).toFixed(1) };
}

function check(name, args) {
  console.log(`\n== ${name}`);
  const { ok, seconds } = run(args);
  if (ok) passed += 1;
  else failed += 1;
  rows.push([name, ok ? 'ok' : 'FAILED', seconds]);
}

function suite(name) {
  console.log(`\n== ${name}`);
  const report = `${results}/${name}.json`;
  const { ok, seconds } = run([
    'node_modules/vitest/vitest.mjs',
    'run',
    '--project',
    name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ]);
  const counts = read(report);
  if (counts === undefined || (!ok && counts.failed === 0)) {
    failed += 1;
    rows.push([name, 'FAILED to run', seconds]);
    return;
  }
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.skipped;
  rows.push([name, `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} left out`, seconds]);
  leftOut.push(...counts.leftOut.map((test) => `${name}: ${test}`));
}

function read(report) {
  try {
    const { testResults, numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const pending = testResults.flatMap((file) =>
      file.assertionResults.filter(({ status }) => status === 'pending' || status === 'skipped'),
    );
    return {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests,
      leftOut: [...new Set(pending.map(({ ancestorTitles, fullName }) => ancestorTitles[0] ?? fullName))],
    };
  } catch {
    return undefined;
  }
}
