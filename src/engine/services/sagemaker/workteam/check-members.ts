import { validationError } from '../../../wire/aws-error.ts'
import type { WorkteamRequest } from './record.ts'

/** @throws ValidationException unless there are 1 to 10 definitions, all of one kind */
export function checkMembers(members: WorkteamRequest['MemberDefinitions']): void {
  if (members.length < 1 || members.length > 10) {
    throw validationError(`MemberDefinitions has ${members.length} entries, but must have 1 to 10`)
  }
  const kinds = new Set(
    members.map((member) => Object.keys(member).filter((kind) => member[kind as keyof typeof member])),
  )
  const names = new Set([...kinds].map((kind) => kind.join(' and ')))
  const [kind = ''] = names
  if (names.size !== 1 || !['CognitoMemberDefinition', 'OidcMemberDefinition'].includes(kind)) {
    throw validationError(
      'Every entry of MemberDefinitions must have a CognitoMemberDefinition, or every one an OidcMemberDefinition',
    )
  }
}
