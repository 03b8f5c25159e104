import type {
  ListRoleTagsCommandInput,
  ListRoleTagsCommandOutput,
  ListUserTagsCommandInput,
  ListUserTagsCommandOutput,
  Tag as SdkTag,
  TagRoleCommandInput,
  TagRoleCommandOutput,
  TagUserCommandInput,
  TagUserCommandOutput,
  UntagRoleCommandInput,
  UntagRoleCommandOutput,
  UntagUserCommandInput,
  UntagUserCommandOutput,
} from '@aws-sdk/client-iam'
import type { Tag } from '../../../auth/identities.ts'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { invalid, limitExceeded } from '../iam-errors.ts'
import { pageOf } from '../page.ts'
import { changeIdentity, findIdentity, onIdentity, type Kind } from './identity-kinds.ts'

const MAX_TAGS = 50

/** Tags with later ones over earlier ones; IAM's tag keys do not tell case apart. */
export function mergeTags(current: readonly Tag[], added: readonly SdkTag[]): Tag[] {
  const merged = new Map(current.map((tag) => [tag.Key.toLowerCase(), tag]))
  for (const { Key = '', Value = '' } of added) {
    if (Key === '' || Key.length > 128 || Value.length > 256) throw invalid(`Invalid tag: ${Key}=${Value}`)
    merged.set(Key.toLowerCase(), { Key, Value })
  }
  if (merged.size > MAX_TAGS) throw limitExceeded(`The number of tags has reached the maximum limit of ${MAX_TAGS}.`)
  return [...merged.values()]
}

function tag(engine: Engine, kind: Kind, name: string, added: readonly SdkTag[]): Record<never, never> {
  changeIdentity(engine, kind, name, ({ tags }) => ({ tags: mergeTags(tags, added) }))
  return {}
}

function untag(engine: Engine, kind: Kind, name: string, keys: readonly string[]): Record<never, never> {
  const gone = new Set(keys.map((key) => key.toLowerCase()))
  changeIdentity(engine, kind, name, ({ tags }) => ({ tags: tags.filter(({ Key }) => !gone.has(Key.toLowerCase())) }))
  return {}
}

function list(engine: Engine, kind: Kind, name: string, input: ListUserTagsCommandInput | ListRoleTagsCommandInput) {
  const { items, ...page } = pageOf(findIdentity(engine, kind, name).tags, ({ Key }) => Key, input)
  return { Tags: items, ...page }
}

export const tagUser = operation<TagUserCommandInput, TagUserCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'TagUser'),
  handle: ({ UserName = '', Tags = [] }, { engine }) => tag(engine, 'User', UserName, Tags),
})

export const tagRole = operation<TagRoleCommandInput, TagRoleCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'TagRole'),
  handle: ({ RoleName = '', Tags = [] }, { engine }) => tag(engine, 'Role', RoleName, Tags),
})

export const untagUser = operation<UntagUserCommandInput, UntagUserCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'UntagUser'),
  handle: ({ UserName = '', TagKeys = [] }, { engine }) => untag(engine, 'User', UserName, TagKeys),
})

export const untagRole = operation<UntagRoleCommandInput, UntagRoleCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'UntagRole'),
  handle: ({ RoleName = '', TagKeys = [] }, { engine }) => untag(engine, 'Role', RoleName, TagKeys),
})

export const listUserTags = operation<ListUserTagsCommandInput, ListUserTagsCommandOutput>({
  permissions: ({ UserName = '' }, call) => onIdentity(call, 'User', UserName, 'ListUserTags'),
  handle: (input, { engine }) => list(engine, 'User', input.UserName ?? '', input),
})

export const listRoleTags = operation<ListRoleTagsCommandInput, ListRoleTagsCommandOutput>({
  permissions: ({ RoleName = '' }, call) => onIdentity(call, 'Role', RoleName, 'ListRoleTags'),
  handle: (input, { engine }) => list(engine, 'Role', input.RoleName ?? '', input),
})
