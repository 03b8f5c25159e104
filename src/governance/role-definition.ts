import type { PolicyDocument } from './policy-document.ts'

/** A role as code: the same documents are enforced by the engine and deployed to AWS. */
export interface RoleDefinition {
  readonly name: string
  readonly description: string
  /** Who may take the role on. */
  readonly trust: PolicyDocument
  /** Inline policies by name. */
  readonly policies: Readonly<Record<string, PolicyDocument>>
}
