import type { AccessKeyRecord } from './identities.ts'
import type { Principal } from './principal.ts'

/** Temporary credentials in the shape that the container credentials endpoint and STS give. */
export interface TemporaryCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly expiration: Date
}

/** Issues credentials that the engine itself verifies later. */
export interface CredentialIssuer {
  /** @param durationSeconds 900 to 43200 */
  issue(principal: Principal, durationSeconds: number): TemporaryCredentials

  /** Adds a long-lived access key to a user. The caller has checked that the user exists. */
  createAccessKey(userName: string): AccessKeyRecord

  /**
   * Environment variables that let a job process act as `principal` for as long as it lives: the SDK's container
   * credentials provider fetches fresh keys from the engine. `revoke` ends it.
   */
  grantToProcess(principal: Principal): { readonly environment: Record<string, string>; revoke(): void }
}
