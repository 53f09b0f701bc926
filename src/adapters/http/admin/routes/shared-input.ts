import { z } from 'zod';

/** Routes that need no body take `{}` or none at all. */
export const emptySchema = z.strictObject({});

/** A query string with exactly these keys. */
export function listQuery<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape);
}

/** A whole number in a query string. */
export function queryNumber(least: number, most: number) {
  return z.coerce.number().int().min(least).max(most);
}
