import { requestInfoOf } from '../request/request-info';
import { readWriteOptions, validateDeleteOptions } from './write-options';

const read = (method: string, search: string) => {
  const query = new URLSearchParams(search);
  return readWriteOptions({ query, info: requestInfoOf(method, '/api/v1/namespaces/default/pods/web', query) });
};

describe('readWriteOptions', () => {
  it('warns of unknown fields and writes in earnest if the query says nothing', () => {
    expect(read('PUT', '')).toEqual({ dryRun: false, fieldValidation: 'Warn' });
  });

  it.each([
    [
      'POST',
      'fieldValidation=bad',
      'CreateOptions',
      'fieldValidation: Unsupported value: "bad": supported values: "", "Ignore", "Strict", "Warn"',
    ],
    ['PUT', 'dryRun=All&dryRun=some', 'UpdateOptions', 'dryRun: Unsupported value: ["All","some"]: supported values: "All"'],
    ['PUT', 'dryRun=', 'UpdateOptions', 'dryRun: Unsupported value: [""]: supported values: "All"'],
    ['PATCH', 'force=true', 'PatchOptions', 'force: Forbidden: may not be specified for non-apply patch'],
    ['PATCH', `fieldManager=${'x'.repeat(129)}`, 'PatchOptions', 'fieldManager: Too long: may not be more than 128 bytes'],
  ])('refuses %s with %s as invalid %s', (method, search, kind, message) => {
    expect(() => read(method, search)).toThrow(
      expect.objectContaining({ code: 422, message: `${kind}.meta.k8s.io "" is invalid: ${message}` }) as Error,
    );
  });
});

describe('validateDeleteOptions', () => {
  it.each([
    [
      { propagationPolicy: 'Maybe' },
      'propagationPolicy: Unsupported value: "Maybe": supported values: "Foreground", "Background", "Orphan", "nil"',
    ],
    [
      { propagationPolicy: 'Orphan', orphanDependents: true },
      'propagationPolicy: Invalid value: "Orphan": orphanDependents and deletionPropagation cannot be both set',
    ],
    [{ dryRun: ['some'] }, 'dryRun: Unsupported value: ["some"]: supported values: "All"'],
  ])('refuses %j', (options, message) => {
    expect(() => validateDeleteOptions(options)).toThrow(`DeleteOptions.meta.k8s.io "" is invalid: ${message}`);
  });
});
