import type { S3Client } from '@aws-sdk/client-s3'
import { SkyloopError } from '../../core/errors.ts'
import { isObject, parseJson } from '../../core/json.ts'
import { readObjectText } from '../../data/s3/download-prefix.ts'

/** Names of classes in a label category file, in order. @throws SkyloopError `label.categories` */
export async function readCategories(s3: S3Client, uri: string): Promise<readonly string[]> {
  const value = parseJson(await readObjectText(s3, uri), uri)
  const labels: readonly unknown[] = isObject(value) && Array.isArray(value['labels']) ? value['labels'] : []
  const names = labels.map((entry) => (isObject(entry) ? entry['label'] : undefined))
  if (names.length === 0 || !names.every((name) => typeof name === 'string')) {
    throw new SkyloopError({ code: 'label.categories', message: `${uri} is no label category file: it has no labels` })
  }
  return names
}
