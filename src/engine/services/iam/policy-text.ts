import { encodeRfc3986 } from '../../auth/sigv4.ts'
import { parsePolicy, type PolicyKind } from '../../auth/iam/policy-document.ts'
import { limitExceeded } from './iam-errors.ts'

/** IAM's limits, in characters other than white space. */
const MAX_SIZES: Readonly<Record<'identity' | 'trust', number>> = { identity: 10_240, trust: 4_096 }

/** @throws AwsError `MalformedPolicyDocument`, `LimitExceeded` */
export function checkPolicyText(text: string, kind: Exclude<PolicyKind, 'resource'>): void {
  parsePolicy(text, kind)
  const size = text.replace(/\s/g, '').length
  const limit = MAX_SIZES[kind]
  if (size > limit) throw limitExceeded(`Maximum policy size of ${limit} bytes exceeded, given ${size}`)
}

/** Documents in answers are percent-encoded, as IAM gives them. */
export const encodePolicyText = encodeRfc3986
