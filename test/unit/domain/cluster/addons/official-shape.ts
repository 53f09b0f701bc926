import * as official from '@kubernetes/client-node';

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}

/**
 * What in an object does not fit the API types of Kubernetes, as the official client carries them: fields that do not
 * exist there, and values of another type. The API server would drop the first and refuse the second.
 */
export function misfits(value: unknown, type: string, path = type): string[] {
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (list !== undefined) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((item, index) => misfits(item, list, `${path}[${index}]`));
  }
  if (type === 'IntOrString')
    return ['string', 'number'].includes(typeof value) ? [] : [`${path} is no IntOrString`];
  if (['string', 'number', 'boolean'].includes(type))
    return typeof value === type ? [] : [`${path} is no ${type}`];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [`${path} is no object`];
  if (map !== undefined)
    return Object.entries(value).flatMap(([key, item]) => misfits(item, map, `${path}.${key}`));
  const attributes = attributesOf(type);
  if (attributes === undefined) return [`${path}: the official client knows no ${type}`];
  return Object.entries(value).flatMap(([key, item]) => {
    const attribute = attributes.find(({ baseName }) => baseName === key);
    return attribute === undefined
      ? [`${path}.${key} does not exist`]
      : misfits(item, attribute.type, `${path}.${key}`);
  });
}

function attributesOf(type: string): readonly Attribute[] | undefined {
  const model: unknown = Object.entries(official).find(([name]) => name === type)?.[1];
  if (typeof model !== 'function' || !('getAttributeTypeMap' in model)) return undefined;
  const { getAttributeTypeMap } = model;
  return typeof getAttributeTypeMap === 'function'
    ? (getAttributeTypeMap.call(model) as readonly Attribute[])
    : undefined;
}
