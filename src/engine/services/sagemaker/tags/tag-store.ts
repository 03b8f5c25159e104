import type { Tag } from '@aws-sdk/client-sagemaker'
import type { Engine } from '../../../engine.ts'
import { validationError } from '../../../wire/aws-error.ts'

/** Most tags that one resource carries. */
const TAG_LIMIT = 50

/** Tags of a resource, in order of first setting. */
export function tagsOf(engine: Engine, arn: string): Tag[] {
  return engine.store.collection<Tag[]>('sagemaker.tags').get(arn) ?? []
}

/** Sets tags, replacing values of keys that are there. @returns all tags. @throws ValidationException above 50 */
export function setTags(engine: Engine, arn: string, tags: readonly Tag[] | undefined): Tag[] {
  if (!tags?.length) return tagsOf(engine, arn)
  const merged = new Map(tagsOf(engine, arn).map((tag) => [tag.Key, tag]))
  for (const tag of tags) merged.set(tag.Key, { Key: tag.Key, Value: tag.Value })
  if (merged.size > TAG_LIMIT) throw validationError(`${arn} would have ${merged.size} tags; at most 50 are allowed`)
  const all = [...merged.values()]
  engine.store.collection<Tag[]>('sagemaker.tags').put(arn, all)
  return all
}

export function removeTags(engine: Engine, arn: string, keys: readonly string[]): void {
  const left = tagsOf(engine, arn).filter((tag) => !keys.includes(tag.Key ?? ''))
  const tags = engine.store.collection<Tag[]>('sagemaker.tags')
  if (left.length === 0) tags.delete(arn)
  else tags.put(arn, left)
}

/** Forgets the tags of a deleted resource. */
export function dropTags(engine: Engine, arn: string): void {
  engine.store.collection<Tag[]>('sagemaker.tags').delete(arn)
}

/** Tags as event details carry them. */
export function tagMap(engine: Engine, arn: string): Record<string, string> {
  return Object.fromEntries(tagsOf(engine, arn).map((tag) => [tag.Key ?? '', tag.Value ?? '']))
}
