import { at, isObject, textAt } from './json.ts';
import type { JsonObject } from './json.ts';
import { badRequest } from './status.ts';

type Test = (object: JsonObject) => boolean;

/** `a=b,c!=d,e,!f,g in (h,i)` over labels. */
export function labelSelector(text: string): Test {
  const tests = text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(labelRequirement);
  return (object) => tests.every((test) => test(object));
}

function labelRequirement(text: string): Test {
  const label = (object: JsonObject, key: string): string | undefined => {
    const value = at(object, 'metadata', 'labels', key);
    return typeof value === 'string' ? value : undefined;
  };
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(text);
  if (set !== null) {
    const [, key = '', operator, list = ''] = set;
    const values = list.split(',').map((value) => value.trim());
    return (object) => values.includes(label(object, key) ?? '\u0000') === (operator === 'in');
  }
  const [, key = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(text) ?? [];
  if (operator === '!=') return (object) => label(object, key) !== value;
  if (operator !== '') return (object) => label(object, key) === value;
  if (text.startsWith('!')) return (object) => label(object, text.slice(1)) === undefined;
  return (object) => label(object, text) !== undefined;
}

/** `a.b=c,d!=e` over any field; the real server allows a few fields per kind only. */
export function fieldSelector(text: string): Test {
  const tests = text
    .split(',')
    .filter((part) => part !== '')
    .map((part): Test => {
      const [, path = '', operator = '', value = ''] = /^([^=!]+)(==|=|!=)(.*)$/.exec(part) ?? [];
      if (operator === '') throw badRequest(`invalid field selector: ${part}`);
      return (object) => (textAt(object, ...path.split('.')) === value) === (operator !== '!=');
    });
  return (object) => tests.every((test) => test(object));
}

/** `spec.selector` of a PodDisruptionBudget and the like. */
export function matchesLabels(selector: unknown, object: JsonObject): boolean {
  const labels = isObject(selector) && isObject(selector['matchLabels']) ? selector['matchLabels'] : {};
  return Object.entries(labels).every(([key, value]) => at(object, 'metadata', 'labels', key) === value);
}
