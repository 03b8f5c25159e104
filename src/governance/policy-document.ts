/** A policy document of IAM, as typed data. */
export interface PolicyDocument {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

export interface Statement {
  /** Letters and digits; it is what a refused caller is shown. */
  readonly Sid: string
  readonly Effect: 'Allow' | 'Deny'
  readonly Action: readonly string[]
  /** Left out in trust policies. */
  readonly Resource?: readonly string[]
  /** Trust policies only. */
  readonly Principal?: { readonly Service: string } | { readonly AWS: string }
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** IAM's limit for all inline policies of a role together, in characters without white space. */
export const MAX_INLINE_CHARACTERS = 10_240

export function policy(...statements: readonly Statement[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: statements }
}

export function allow(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return { Sid: sid, Effect: 'Allow', Action: actions, Resource: resources }
}

export function deny(sid: string, actions: readonly string[], resources: readonly string[]): Statement {
  return { Sid: sid, Effect: 'Deny', Action: actions, Resource: resources }
}

/** Lets a role be handed to one service. */
export function allowPassRole(sid: string, roleArns: readonly string[], service: string): Statement {
  return {
    ...allow(sid, ['iam:PassRole'], roleArns),
    Condition: { StringEquals: { 'iam:PassedToService': service } },
  }
}
