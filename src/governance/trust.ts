import { policy, type PolicyDocument } from './policy-document.ts'

/** Whoever of the account is allowed `sts:AssumeRole` on the role. */
export function trustAccount(rootArn: string): PolicyDocument {
  return policy({
    Sid: 'AccountDecidesWho',
    Effect: 'Allow',
    Principal: { AWS: rootArn },
    Action: ['sts:AssumeRole'],
  })
}

/** One service of AWS. */
export function trustService(service: string): PolicyDocument {
  return policy({ Sid: 'ServiceActs', Effect: 'Allow', Principal: { Service: service }, Action: ['sts:AssumeRole'] })
}
