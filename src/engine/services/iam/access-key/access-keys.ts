import type {
  CreateAccessKeyCommandInput,
  CreateAccessKeyCommandOutput,
  DeleteAccessKeyCommandInput,
  DeleteAccessKeyCommandOutput,
  ListAccessKeysCommandInput,
  ListAccessKeysCommandOutput,
  UpdateAccessKeyCommandInput,
  UpdateAccessKeyCommandOutput,
} from '@aws-sdk/client-iam'
import { accessKeys, type AccessKeyRecord } from '../../../auth/identities.ts'
import type { Engine } from '../../../engine.ts'
import { operation } from '../../../wire/operation.ts'
import { findIdentity, onIdentity } from '../identity/identity-kinds.ts'
import { invalid, limitExceeded, noSuchEntity } from '../iam-errors.ts'
import { pageOf } from '../page.ts'
import { userNameOf } from '../user/users.ts'

const MAX_KEYS_PER_USER = 2

function keysOf(engine: Engine, userName: string): AccessKeyRecord[] {
  const all = accessKeys(engine.store)
    .list()
    .map(({ value }) => value)
  return all.filter((key) => key.userName === userName)
}

function findKey(engine: Engine, userName: string, accessKeyId: string): AccessKeyRecord {
  const key = accessKeys(engine.store).get(accessKeyId)
  if (key === undefined || key.userName !== userName) {
    throw noSuchEntity(`The Access Key with id ${accessKeyId} cannot be found.`)
  }
  return key
}

/** CreateAccessKey: the only time that the secret is shown. @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
export const createAccessKey = operation<CreateAccessKeyCommandInput, CreateAccessKeyCommandOutput>({
  permissions: (input, call) => onIdentity(call, 'User', userNameOf(input, call), 'CreateAccessKey'),
  handle(input, call) {
    const { engine } = call
    const userName = userNameOf(input, call)
    const record = engine.store.transaction(() => {
      findIdentity(engine, 'User', userName)
      if (keysOf(engine, userName).length >= MAX_KEYS_PER_USER) {
        throw limitExceeded(`Cannot exceed quota for AccessKeysPerUser: ${MAX_KEYS_PER_USER}`)
      }
      return engine.credentials.createAccessKey(userName)
    })
    return {
      AccessKey: {
        UserName: userName,
        AccessKeyId: record.accessKeyId,
        SecretAccessKey: record.secretAccessKey,
        Status: record.status,
        CreateDate: record.createDate,
      },
    }
  },
})

export const listAccessKeys = operation<ListAccessKeysCommandInput, ListAccessKeysCommandOutput>({
  permissions: (input, call) => onIdentity(call, 'User', userNameOf(input, call), 'ListAccessKeys'),
  handle(input, call) {
    const userName = userNameOf(input, call)
    findIdentity(call.engine, 'User', userName)
    const { items, ...page } = pageOf(keysOf(call.engine, userName), (key) => key.accessKeyId, input)
    const metadata = items.map(({ accessKeyId, status, createDate }) => ({
      UserName: userName,
      AccessKeyId: accessKeyId,
      Status: status,
      CreateDate: createDate,
    }))
    return { AccessKeyMetadata: metadata, ...page }
  },
})

export const updateAccessKey = operation<UpdateAccessKeyCommandInput, UpdateAccessKeyCommandOutput>({
  permissions: (input, call) => onIdentity(call, 'User', userNameOf(input, call), 'UpdateAccessKey'),
  handle(input, call) {
    const { AccessKeyId = '', Status } = input
    if (Status !== 'Active' && Status !== 'Inactive') throw invalid(`Status must be Active or Inactive, not ${Status}`)
    findKey(call.engine, userNameOf(input, call), AccessKeyId)
    accessKeys(call.engine.store).update(AccessKeyId, (key) => ({ ...key, status: Status }))
    return {}
  },
})

export const deleteAccessKey = operation<DeleteAccessKeyCommandInput, DeleteAccessKeyCommandOutput>({
  permissions: (input, call) => onIdentity(call, 'User', userNameOf(input, call), 'DeleteAccessKey'),
  handle(input, call) {
    const { AccessKeyId = '' } = input
    findKey(call.engine, userNameOf(input, call), AccessKeyId)
    accessKeys(call.engine.store).delete(AccessKeyId)
    return {}
  },
})
